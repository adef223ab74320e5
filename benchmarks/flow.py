"""What the engine costs: nvrflow against the same clicks hand-written in plain Playwright, as ratios in one run.

    python benchmarks/flow.py [--rounds 7] [--json FILE]

Both drive the same simulated recorder (a process of its own) with the same browser. `warm`: a browser that is open already, a
fresh context for each flow. `cold`: a whole process from nothing. The flow: sign in, both downloads, Security Status, Details,
Optimize, switch Enable on without saving, sign out; it changes nothing, so every round finds the same recorder.
The rounds of all competitors are interleaved, because the machine's speed drifts. Read the medians of the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=7, help="counted rounds of each (default 7)")
    options.add_argument("--json", type=Path, help="write the figures there, too")
    options.add_argument("--no-cold", action="store_true", help="leave the cold processes out")
    chosen = options.parse_args()
    with subprocess.Popen(
        [sys.executable, "-m", "nvrflow", "simulate", "dahua/nvr_v4", "--set", "session_limit=1000", "--set", "scan_seconds=0.3"],
        stdout=subprocess.PIPE,
        text=True,
    ) as simulator:
        assert simulator.stdout is not None
        recorder = json.loads(simulator.stdout.readline())
        try:
            figures = warm(recorder, chosen.rounds)
            if not chosen.no_cold:
                figures |= cold(recorder, chosen.rounds)
        finally:
            simulator.terminate()
    report(figures)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def warm(recorder: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Seconds per flow in a browser that is open already."""
    from by_hand import flow as by_hand
    from once import flow as by_nvrflow

    from nvrflow.browser import find_browser, open_browser
    from nvrflow.recorder import open_recorder

    found = find_browser()
    with open_browser(found) as running:

        def nvrflow(pictures: bool) -> None:
            account = (recorder["url"], recorder["user"], recorder["password"])
            with open_recorder(*account, browser=found, running=running, screenshots=pictures) as opened:
                by_nvrflow(opened)

        competitors: dict[str, Callable[[], None]] = {
            "warm, by hand": lambda: by_hand(running, recorder, pictures=False),
            "warm, nvrflow": lambda: nvrflow(False),
            "warm with pictures, by hand": lambda: by_hand(running, recorder, pictures=True),
            "warm with pictures, nvrflow": lambda: nvrflow(True),
        }
        return interleaved(competitors, rounds)


def cold(recorder: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Seconds of whole processes."""

    def process(*argv: str) -> None:
        with tempfile.TemporaryDirectory() as out:
            extra = ["--out", out] if "run" in argv else []
            environment = {**os.environ, "NVRFLOW_PASSWORD": recorder["password"]}
            subprocess.run([sys.executable, *argv, *extra], env=environment, check=True, capture_output=True)

    hand = str(HERE / "by_hand.py")
    run = ("-m", "nvrflow", "run", "once", recorder["url"], "--flows", str(HERE), "--user", recorder["user"])
    competitors: dict[str, Callable[[], None]] = {
        "cold, by hand": lambda: process(hand, recorder["url"], recorder["user"]),
        "cold, nvrflow": lambda: process(*run, "--no-screenshots"),
        "cold with pictures, by hand": lambda: process(hand, recorder["url"], recorder["user"], "--pictures"),
        "cold with pictures, nvrflow": lambda: process(*run),
        "bare python": lambda: process("-c", "pass"),
        "nvrflow --help": lambda: process("-m", "nvrflow", "--help"),
    }
    return interleaved(competitors, rounds)


def interleaved(competitors: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Each in turn, `rounds` times after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in competitors}
    for number in range(rounds + 1):
        for name, compete in competitors.items():
            began = time.perf_counter()
            compete()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def report(figures: dict[str, list[float]]) -> None:
    """Medians, and the ratio of each to its hand-written peer, round by round."""
    for name, seconds in figures.items():
        peer = figures.get(name.replace("nvrflow", "by hand"))
        line = f"{name:32} {statistics.median(seconds):7.3f} s"
        if peer and peer is not seconds:
            ratios = sorted(one / other for one, other in zip(seconds, peer, strict=True))
            line += f"   ratio {statistics.median(ratios):.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(line)
    if "nvrflow --help" in figures:
        over = statistics.median(figures["nvrflow --help"]) - statistics.median(figures["bare python"])
        print(f"{'--help over bare Python':32} {over:7.3f} s")


if __name__ == "__main__":
    main()
