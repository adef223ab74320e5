"""`nvrflow simulate` and `nvrflow demo`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import is_capture

if TYPE_CHECKING:
    from nvrflow.simulator.service import SimulatedRecorder


@click.command(short_help="Run a simulated recorder in the foreground.")
@click.argument("firmware", metavar="FIRMWARE|CAPTURE", default="dahua/nvr_v4")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="A loopback address (127.x).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="HTTP port (default: a free port).")
@click.option("--https-port", type=click.IntRange(0, 65535), default=0, help="HTTPS port (default: a free port).")
@click.option(
    "--set",
    "changes",
    metavar="NAME=VALUE",
    multiple=True,
    help="A setting of the recorder, for example certificate=expired (repeatable).",
)
@click.option(
    "--fixtures",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with simulated recorders of your own; they come before the shipped ones.",
)
@click.option("--settings", is_flag=True, help="List the settings of FIRMWARE with the values they may have, and exit.")
def simulate(firmware: str, host: str, port: int, https_port: int, changes: tuple[str, ...], **told: Any) -> None:
    """Run a simulated recorder until Ctrl-C; when it answers, one JSON line gives its addresses, user and password.

    FIRMWARE is the name of a fixture, for example dahua/nvr_v4. The folder of a CAPTURE is served as it is, to be looked at.
    """
    if is_capture(firmware):
        _exhibit(Path(firmware), host, port)
        return
    from nvrflow.errors import WrongCall
    from nvrflow.simulator import serve_forever, settings_of

    fixtures: Path | None = told["fixtures"]
    if told["settings"]:
        for setting, values, meaning in settings_of(firmware, fixtures):
            click.echo(f"{setting}\n    {meaning} [{values}]")
        return
    chosen: dict[str, str] = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise WrongCall(f"--set {change}: is not a setting; write NAME=VALUE, for example certificate=expired")
        chosen[name.strip()] = value

    def ready(recorder: SimulatedRecorder) -> None:
        document = {key: getattr(recorder, key) for key in ("url", "https_url", "user", "password", "firmware")}
        click.echo(json.dumps(document))

    serve_forever(firmware, ready, fixtures=fixtures, **{"host": host, "port": port, "https_port": https_port, **chosen})


def _exhibit(folder: Path, host: str, port: int) -> None:
    from nvrflow.capture.archive import Capture
    from nvrflow.capture.exhibition import exhibit

    capture = Capture.open(folder)

    def ready(url: str) -> None:
        document = {"url": url, "https_url": None, "user": None, "password": None, "firmware": capture.firmware}
        click.echo(json.dumps(document))

    exhibit(capture, host, port, ready)


@click.command(short_help="See it work on a simulated recorder.")
@click.option("--firmware", metavar="NAME", default="dahua/nvr_v4", show_default=True, help="Which simulated recorder.")
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="The run folder (default: a new folder in nvrflow-runs/)."
)
@click.option("--headed", is_flag=True, help="Show the browser.")
@click.option("--slowmo", metavar="MS", type=click.FloatRange(min=0), callback=finite, default=0, help="Pause after each action.")
@click.option(
    "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
)
def demo(firmware: str, out: Path | None, headed: bool, slowmo: float, browser_path: Path | None) -> int:
    """Secure a simulated recorder in a temporary home, and write its guide; this computer's own trust stores stay as they are."""
    from nvrflow.simulator import require

    require()
    from nvrflow.cli.guide import tell
    from nvrflow.cli.progress import progress_for
    from nvrflow.demonstration import Demonstration
    from nvrflow.errors import exit_code_of
    from nvrflow.recorder import Manner

    progress = progress_for(False)
    manner = Manner(headed=headed, slow_mo=slowmo, browser=browser_path)
    demonstration = Demonstration(firmware, manner, out, progress)
    demonstration.prepare()
    with progress:
        report, folder = demonstration.secure()
    progress.summary(report, folder.path, advise=report.error is not None)
    if report.error:
        return exit_code_of(report.error["kind"])
    click.echo("\nWriting its guide:")
    return tell(demonstration.write_guide(folder.path))
