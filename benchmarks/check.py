"""What `nvrflow check` costs: the visit to every page against a hand-written script that clicks through the same pages.

    python benchmarks/check.py [--rounds 5] [--json FILE]

Both drive the same simulated recorder (a process of its own) in a browser that is open already, each round in a fresh context.
The script by hand only clicks and waits for each page; `check` looks for every element, reads all labels, and writes its report.
The rounds are interleaved, because the machine's speed drifts. Read the medians of the ratios; the goal is at most 2.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flow import interleaved, report

PICTURES = {False: "", True: " with pictures"}


def by_hand(browser: Any, recorder: dict[str, str], pictures: bool) -> None:
    """Every page of the selector file dahua/nvr_v4 in a fresh context; with `pictures` a PNG file of each page."""
    context = browser.new_context()
    page = context.new_page()
    with tempfile.TemporaryDirectory() as folder:
        shots = 0

        def arrived() -> None:
            nonlocal shots
            if pictures:
                shots += 1
                page.screenshot(path=Path(folder) / f"{shots:02}.png")

        def tab(name: str, shown: str) -> None:
            page.get_by_text(name, exact=True).filter(visible=True).click()
            page.locator(shown).filter(visible=True).first.wait_for()
            arrived()

        page.goto(recorder["url"], wait_until="domcontentloaded")
        page.wait_for_function("() => window.webApp")
        arrived()
        page.fill("#loginUsername-inputEl", recorder["user"])
        page.fill("#loginPassword-inputEl", recorder["password"])
        page.click("#loginButton")
        page.get_by_role("button", name="SETTING", exact=True).wait_for()
        arrived()
        page.get_by_role("button", name="SETTING", exact=True).click()
        page.get_by_role("link", name="SECURITY").wait_for()
        arrived()
        page.get_by_role("link", name="SECURITY").click()
        page.locator(".x-tab", has_text="CA Certificate").filter(visible=True).first.wait_for()
        arrived()
        tab("CA Certificate", ".x-grid-row")
        tab("Device Certificate", ".x-grid-row")
        tab("Trusted CA Certificates", ".x-tab-active:has-text('Trusted')")
        tab("Security Status", ".x-btn:not(.x-disabled):has-text('Rescan')")
        page.get_by_role("button", name="Details", exact=True).click()
        page.get_by_role("button", name="Optimize", exact=True).wait_for()
        arrived()
        page.get_by_role("button", name="Optimize", exact=True).click()
        page.locator(".x-tab-active", has_text="HTTPS").wait_for()
        page.locator(".x-mask-msg").filter(visible=True).first.wait_for(state="hidden")
        arrived()
        tab("System Service", ".x-tab:has-text('HTTPS')")
        page.click(".nvr-user")
        page.get_by_role("link", name="Logout").wait_for()
        arrived()
        page.get_by_role("link", name="Logout").click()
        page.locator(".x-message-box").get_by_role("button", name="OK", exact=True).click()
        page.locator("#loginPassword-inputEl").wait_for()
    context.close()


def check(browser: Any, found: Any, recorder: dict[str, str], pictures: bool) -> None:
    """One check of the same recorder with its run folder."""
    from nvrflow.check.examination import Examination
    from nvrflow.recorder import Manner

    with tempfile.TemporaryDirectory() as out:
        manner = Manner(browser=found, running=browser, screenshots=pictures, firmware="dahua/nvr_v4")
        job = Examination(recorder["url"], recorder["user"], recorder["password"], manner, out=Path(out))
        job.go()
        assert not job.is_failed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=5, help="counted rounds of each (default 5)")
    options.add_argument("--json", type=Path, help="write the figures there, too")
    chosen = options.parse_args()
    simulate = [sys.executable, "-m", "nvrflow", "simulate", "dahua/nvr_v4", "--set", "session_limit=1000"]
    with subprocess.Popen(simulate, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        recorder = json.loads(simulator.stdout.readline())
        try:
            figures = measured(recorder, chosen.rounds)
        finally:
            simulator.terminate()
    report(figures)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def measured(recorder: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Seconds of each visit."""
    from nvrflow.browser import find_browser, open_browser

    found = find_browser()
    with open_browser(found) as running:
        competitors: dict[str, Callable[[], None]] = {}
        for pictures, said in PICTURES.items():
            competitors[f"check{said}, by hand"] = partial(by_hand, running, recorder, pictures)
            competitors[f"check{said}, nvrflow"] = partial(check, running, found, recorder, pictures)
        return interleaved(competitors, rounds)


if __name__ == "__main__":
    main()
