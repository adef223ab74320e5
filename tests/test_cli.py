"""The command as its users run it: a process of its own, an empty home, a simulated recorder outside the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import BRISK
from slow_tests import mostly_slow
from trust.marionette import new_profile

from nvrflow.simulator import simulate
from nvrflow.trust.clients.firefox import find_firefox
from nvrflow.trust.computer import Computer

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(home: Path, tmp_path: Path) -> Command:
    """Run `nvrflow` with these arguments in a folder of its own; `password` goes into the environment."""

    def run(*arguments: str, password: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "HOME": str(home), **environment}
        for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
            variables.pop(name, None)
        if password is not None:
            variables["NVRFLOW_PASSWORD"] = password
        argv = [sys.executable, "-m", "nvrflow", *arguments]
        return subprocess.run(
            argv, env=variables, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150
        )

    return run


@pytest.fixture
def recorder() -> Iterator[Any]:
    """A simulated recorder for one test, another one than the plugin's fixture of that name gives."""
    with simulate("dahua/nvr_v4", **BRISK) as simulated:
        yield simulated


@pytest.mark.browser
def test_secure_ends_with_https_that_a_browser_trusts_and_a_second_run_writes_nothing(command: Command, recorder: Any) -> None:
    arguments = ("secure", recorder.url, "--json", "--out", "run")
    first = command(*arguments, "--expect-sha256", recorder.authority_sha256, password=recorder.password)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert report["outcome"] == "done"
    assert report["https"]["trusted"] is True and report["https"]["reason"] is None
    assert report["https"] == {**report["https"], "before": False, "after": True, "redirects": True, "url": recorder.https_url}
    assert [change["store"] for change in report["trust"] if change["changed"]] == ["chromium-nss"]
    before = recorder.state()
    second = command(*arguments, password=recorder.password)
    assert second.returncode == 0, second.stderr
    again = json.loads(second.stdout)
    assert again["outcome"] == "already"
    assert [step["id"] for step in again["steps"] if step["effect"] == "write"] == []
    assert recorder.state() == before
    assert recorder.sessions == 0
    assert command("verify", recorder.url).returncode == 0
    assert command("untrust", recorder.url).returncode == 0
    refused = command("verify", recorder.url, "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["https"]["reason"] == "ERR_CERT_AUTHORITY_INVALID"
    assert f"nvrflow secure {recorder.url}, " in refused.stdout


@pytest.mark.browser
def test_the_run_folder_has_the_contracts_files_and_no_secret(command: Command, recorder: Any, tmp_path: Path) -> None:
    ended = command("run", "download_certificates", recorder.url, "--json", "--trace", "--out", "run", password=recorder.password)
    assert ended.returncode == 0, ended.stderr
    run = tmp_path / "run"
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert report == json.loads(ended.stdout)
    assert ET.parse(run / "junit.xml").getroot().get("failures") == "0"
    assert "<img" in (run / "report.html").read_text(encoding="utf-8")
    pictured = [step for step in report["steps"] if step["screenshot"]]
    assert len(pictured) >= 8
    for step in pictured:
        assert (run / step["screenshot"]).read_bytes()[:4] == b"\x89PNG"
        assert (run / step["screenshot"].replace(".png", ".raw.png")).is_file()
    assert {certificate["role"] for certificate in report["certificates"]} == {"device", "trusted-ca"}
    for certificate in report["certificates"]:
        assert (run / certificate["file"]).is_file()
        assert set(certificate) >= {
            "format",
            "subject",
            "issuer",
            "sha256",
            "not_before",
            "not_after",
            "key",
            "signature",
            "is_ca",
            "san",
        }
    for path in run.rglob("*"):
        if path.is_file():
            assert recorder.password.encode() not in path.read_bytes(), path
    assert recorder.password not in ended.stdout + ended.stderr


@pytest.mark.slow  # quick: test_claims.py::test_five_views_of_each_situation_never_contradict_each_other
@pytest.mark.browser
def test_without_a_confirmed_fingerprint_nothing_is_imported_and_the_rest_is_done(
    command: Command, recorder: Any, home: Path
) -> None:
    ended = command("secure", recorder.url, "--json", "--no-screenshots", password=recorder.password)
    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    assert report["error"]["kind"] == "certificate-refused"
    assert recorder.authority_sha256 in report["error"]["message"]
    assert report["trust"] == []
    assert report["https"]["after"] is True
    assert not list(home.rglob("cert9.db"))


@pytest.mark.slow  # quick: test_checked_recorders.py, and test_claims.py::test_a_check_of_a_recorder_with_https_imports_nothing
@pytest.mark.browser
def test_a_check_leaves_recorder_and_home_as_they_were(command: Command, recorder: Any, home: Path) -> None:
    before, files = recorder.state(), sorted(home.rglob("*"))
    ended = command("secure", recorder.url, "--check", "--json", "--no-screenshots", password=recorder.password)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["outcome"] == "checked"
    would = [step["id"] for step in report["steps"] if step["outcome"] == "would"]
    assert would == ["click-https-ok", "click-https-confirm", "await-https", "compare", "rehearse", "import", "verify"]
    assert report["trust"][0]["changed"] is False and "certutil" in " ".join(report["trust"][0]["commands"])
    assert recorder.state() == before
    assert [path for path in sorted(home.rglob("*")) if "nssdb" in str(path) or "trust.json" in str(path)] == []
    assert [path for path in files if not path.exists()] == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "profile", mostly_slow(["cn_only", "expired", "not_yet_valid", "sha1", "wrong_ca"], {"expired"}.__contains__)
)
def test_a_certificate_that_no_browser_would_take_stops_before_anything_is_changed(command: Command, profile: str) -> None:
    with simulate("dahua/nvr_v4", certificate=profile) as recorder:
        before = recorder.state()
        ended = command("secure", recorder.url, "--yes", "--json", "--no-screenshots", password=recorder.password)
        assert ended.returncode == 1
        report = json.loads(ended.stdout)
        assert report["error"]["kind"] == "certificate-refused"
        assert report["error"]["step"] == "judge"
        assert recorder.state() == before


@pytest.mark.browser
def test_a_wrong_password_is_exit_4_after_one_try(command: Command, recorder: Any) -> None:
    ended = command("secure", recorder.url, "--json", "--no-screenshots", password="not-this-one")
    assert ended.returncode == 4
    assert json.loads(ended.stdout)["error"]["kind"] == "sign-in-refused"
    assert "4 tries left" in ended.stderr
    assert len(recorder.log) == 1
    assert "Traceback" not in ended.stderr


@pytest.mark.browser
@pytest.mark.parametrize(
    ("arguments", "code", "kind", "says"),
    [
        (("secure", "http://127.0.0.1:1"), 1, "unreachable", "does not answer"),
        (("secure", "ftp://192.0.2.1"), 2, "wrong-call", "not the address of a recorder"),
        (("run", "sing_in", "http://127.0.0.1:1"), 2, "wrong-call", "did you mean sign_in"),
        (
            ("run", "sign_in", "http://127.0.0.1:1", "--firmware", "dahua/ipc_web9"),
            2,
            "wrong-call",
            "did you mean dahua/ipc_web3",
        ),
        (("run", "sign_in", "http://127.0.0.1:1", "--flows", "none"), 2, "wrong-call", "no such folder"),
        (("secure", "http://127.0.0.1:1", "--browser-path", "/no/such/browser"), 2, "wrong-call", "is not a program"),
        (("secure", "http://127.0.0.1:1", "--trust", "all"), 2, "wrong-call", "--trust"),
        (("secur", "http://127.0.0.1:1"), 2, "wrong-call", "Did you mean secure"),
        (("trust", "nothing.crt"), 2, "invalid-file", "nothing.crt"),
        (("simulate", "dahua/ipc_web9"), 2, "wrong-call", "dahua/ipc_web3"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    command: Command, arguments: tuple[str, ...], code: int, kind: str, says: str
) -> None:
    json_too = () if arguments[0] in ("simulate", "secur") else ("--json",)
    ended = command(*arguments, *json_too, password="x")
    assert ended.returncode == code, ended.stderr
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    if json_too:
        assert json.loads(ended.stdout)["error"]["kind"] == kind


def test_the_password_is_never_an_option(command: Command) -> None:
    for name in ("secure", "run"):
        assert "--password" not in command(name, "--help").stdout


def test_the_end_of_every_wait_is_said_with_its_exception(command: Command) -> None:
    for name in ("secure", "run", "guide"):
        assert "a recorder's restart may always take 90 seconds" in " ".join(command(name, "--help").stdout.split())


@pytest.mark.browser
def test_no_password_anywhere_is_told_without_waiting_for_one(command: Command, recorder: Any) -> None:
    ended = command("run", "sign_in", recorder.url, "--no-screenshots")
    assert ended.returncode == 2
    assert "NVRFLOW_PASSWORD" in ended.stdout + ended.stderr
    assert not recorder.log


@pytest.mark.browser
def test_a_flow_of_a_teams_own_runs_by_its_files_name(command: Command, recorder: Any, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "look.py").write_text(
        "from nvrflow.flows.sign_in import sign_in\ndef look(recorder):\n    sign_in(recorder)\n    recorder.go_to('https')\n",
        encoding="utf-8",
    )
    ended = command("run", "look", recorder.url, "--flows", "own", "--json", "--no-screenshots", password=recorder.password)
    assert ended.returncode == 0, ended.stderr
    assert "open-https" in [step["id"] for step in json.loads(ended.stdout)["steps"]]


@pytest.mark.browser
def test_a_flow_of_a_teams_own_is_told_how_much_to_trust(command: Command, recorder: Any, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ours.py").write_text(
        "def ours(recorder, trusting):\n"
        "    recorder.report.notes.append(f'{trusting.kind} {trusting.yes} {trusting.expected}')\n",
        encoding="utf-8",
    )
    options = ("--flows", "own", "--json", "--no-screenshots", "--yes", "--trust", "pin", "--expect-sha256", "AB" * 32)
    ended = command("run", "ours", recorder.url, *options)
    assert ended.returncode == 0, ended.stderr
    assert f"pin True ('{'AB' * 32}',)" in json.loads(ended.stdout)["notes"]


@pytest.mark.parametrize("option", [("--yes",), ("--expect-sha256", "AB"), ("--trust", "limited"), ("--store", "debian-system")])
def test_an_option_on_trust_for_a_flow_that_trusts_nothing_is_a_wrong_call(command: Command, option: tuple[str, ...]) -> None:
    ended = command("run", "sign_in", "http://127.0.0.1:1", *option)
    assert ended.returncode == 2
    assert f"run sign_in: {option[0]} has no effect" in ended.stderr


@pytest.mark.browser
def test_a_dry_run_of_trust_prints_the_commands_and_changes_nothing(command: Command, recorder: Any, home: Path) -> None:
    command("run", "download_certificates", recorder.url, "--out", "run", "--no-screenshots", password=recorder.password)
    files = sorted(map(str, (home.parent / "run" / "downloads").iterdir()))
    ended = command("trust", *files, "--for", recorder.url, "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "certutil -A" in ended.stdout
    assert not list(home.rglob("cert9.db"))


@pytest.mark.browser
def test_doctor_tells_what_there_is(command: Command) -> None:
    ended = command("doctor", "--json")
    assert ended.returncode == 0, ended.stdout
    assert {"browser-there", "certutil-there"} <= {finding["code"] for finding in json.loads(ended.stdout)["findings"]}


def test_simulate_says_where_it_is_and_ends_on_a_signal(home: Path) -> None:
    argv = [sys.executable, "-m", "nvrflow", "simulate", "dahua/nvr_v4", "--set", "certificate=expired"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        told = json.loads(simulator.stdout.readline())
        assert set(told) == {"url", "https_url", "user", "password", "firmware"}
        simulator.terminate()
        assert simulator.wait(timeout=20) == 0


@pytest.mark.browser
def test_demo_secures_writes_the_guide_and_leaves_the_stores_alone(command: Command, home: Path, tmp_path: Path) -> None:
    ended = command("demo", "--out", "demo")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Done. HTTPS is on and trusted." in ended.stdout
    assert (tmp_path / "demo" / "report.json").is_file()
    guide = tmp_path / "demo" / "guide"
    assert all((guide / f"guide.{name}").is_file() for name in ("md", "html", "pdf"))
    assert "opened `https://127.0.0.1:" in (guide / "guide.md").read_text(encoding="utf-8"), "what the guide says was proved"
    assert not list(home.rglob("cert9.db")) and not list(home.rglob("trust.json"))


def test_help_needs_no_browser_and_no_report_library(command: Command) -> None:
    script = (
        "import sys; sys.argv = ['nvrflow', '--help']\n"
        "from nvrflow.cli import nvrflow\n"
        "try: nvrflow.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'playwright', 'pydantic', 'rich', 'cryptography', 'jinja2', 'PIL', 'yaml'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow  # quick: test_ledger.py::test_two_recorders_behind_one_address_each_have_their_entry_although_they_share_a_ca
@pytest.mark.browser
def test_two_recorders_behind_one_address_are_two(command: Command, recorder: Any) -> None:
    with simulate("dahua/nvr_v4") as other:
        for one in (recorder, other):
            ended = command("secure", one.url, "--yes", "--json", "--no-screenshots", password=one.password)
            assert ended.returncode == 0, ended.stderr
        assert command("untrust", recorder.url).returncode == 0
        assert command("verify", recorder.url).returncode == 1
        assert command("verify", other.url).returncode == 0


@pytest.mark.slow  # quick: test_claims.py::test_an_old_pin_in_the_store_is_no_trust_in_the_recorder_that_took_its_place
@pytest.mark.browser
def test_a_changed_certificate_stops_until_its_fingerprint_is_given(command: Command, recorder: Any) -> None:
    arguments = ("secure", recorder.url, "--json", "--no-screenshots", "--yes")
    assert command(*arguments, password=recorder.password).returncode == 0
    port, https_port = recorder.url.rpartition(":")[2], recorder.https_url.rpartition(":")[2]
    recorder.close()
    with simulate("dahua/nvr_v4", port=int(port), https_port=int(https_port), https=True) as exchanged:
        stopped = command(*arguments, password=exchanged.password)
        assert stopped.returncode == 1, stopped.stdout
        assert json.loads(stopped.stdout)["error"]["kind"] == "certificate-refused"
        assert "has changed since it was trusted" in stopped.stderr
        confirmed = command(*arguments, "--expect-sha256", exchanged.authority_sha256, password=exchanged.password)
        assert confirmed.returncode == 0, confirmed.stderr


@pytest.mark.slow  # quick: test_bundle.py, and the bundle by address below
@pytest.mark.browser
def test_a_bundle_holds_the_files_and_scripts_for_the_other_computers(command: Command, recorder: Any, tmp_path: Path) -> None:
    command("run", "download_certificates", recorder.url, "--out", "run", "--no-screenshots", password=recorder.password)
    files = sorted(map(str, (tmp_path / "run" / "downloads").iterdir()))
    ended = command("bundle", *files, "--out", "drive", "--for", recorder.url)
    assert ended.returncode == 0, ended.stderr
    names = {path.name for path in (tmp_path / "drive").iterdir()}
    assert {"install-windows.cmd", "install-windows.ps1", "install-macos.command", "install-linux.sh"} <= names
    assert {"uninstall-windows.cmd", "uninstall-windows.ps1", "uninstall-macos.command", "uninstall-linux.sh"} <= names


@pytest.mark.slow  # quick: trust/test_verify.py::test_only_the_clients_count_whose_stores_were_chosen_and_each_answer_is_shown
@pytest.mark.browser
@pytest.mark.skipif(find_firefox(Computer.this()) is None, reason="Firefox is not installed on this computer")
def test_verify_asks_each_of_this_users_firefox_profiles(command: Command, home: Path) -> None:
    profile = new_profile(home)
    with simulate("dahua/nvr_v4", https=True, **BRISK) as recorder:
        before = json.loads(command("verify", recorder.url, "--json").stdout)
        ended = command("secure", recorder.url, "--yes", "--no-screenshots", password=recorder.password)
        assert ended.returncode == 0, ended.stderr
        after = json.loads(command("verify", recorder.url, "--json").stdout)

    def of_firefox(document: dict[str, Any]) -> list[tuple[bool, str | None]]:
        return [(one["trusted"], one["reason"]) for one in document["https"]["clients"] if profile.name in one["name"]]

    assert of_firefox(before) == [(False, "SEC_ERROR_UNKNOWN_ISSUER")]
    assert of_firefox(after) == [(True, None)]


def test_a_bundle_by_address_holds_what_the_recorder_serves_or_says_what_is_missing(command: Command, tmp_path: Path) -> None:
    with simulate("dahua/nvr_v4", https=True) as recorder:
        lacking = command("bundle", recorder.https_url, "--out", "drive")
        assert lacking.returncode == 1 and "does not send its CA certificate" in " ".join(lacking.stderr.split())
        assert not (tmp_path / "drive").exists()
        for number, address in enumerate((recorder.https_url, recorder.url)):
            made = json.loads(command("bundle", address, "--trust", "pin", "--out", f"drive{number}", "--json").stdout)
            assert made["fingerprint"] == recorder.device_sha256
            assert (tmp_path / f"drive{number}" / "install-linux.sh").is_file()
