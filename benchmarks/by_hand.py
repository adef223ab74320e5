"""The benchmark's flow as a careful person writes it in plain Playwright: the same clicks and waits, nothing around them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def flow(browser: Any, recorder: dict[str, str], pictures: bool) -> None:
    """One flow in a fresh context of `browser`; with `pictures` one before each click, as PNG files."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    with TemporaryDirectory() as folder:
        shots = 0

        def click(target: Any) -> None:
            nonlocal shots
            if pictures:
                target.wait_for()
                shots += 1
                page.screenshot(path=Path(folder) / f"{shots:02}.png")
            target.click()

        def button(name: str) -> Any:
            return page.get_by_role("button", name=name, exact=True)

        def tab(name: str) -> Any:
            return page.get_by_text(name, exact=True).filter(visible=True)

        def download(name: str) -> None:
            page.locator(".x-grid-row").filter(visible=True).first.wait_for()
            with page.expect_download() as arriving:
                click(button("Download"))
            arriving.value.save_as(Path(folder) / name)
            page.get_by_text("Download Completed").first.wait_for()

        page.goto(recorder["url"], wait_until="domcontentloaded")
        page.wait_for_function("() => window.webApp")
        if pictures:
            page.screenshot(path=Path(folder) / "user.png")
        page.fill("#loginUsername-inputEl", recorder["user"])
        if pictures:
            page.screenshot(path=Path(folder) / "password.png")
        page.fill("#loginPassword-inputEl", recorder["password"])
        click(page.locator("#loginButton"))
        click(button("SETTING"))
        click(page.get_by_role("link", name="SECURITY"))
        click(tab("CA Certificate"))
        download("device.crt")
        click(tab("Trusted CA Certificates"))
        page.locator(".x-tab-active", has_text="Trusted").wait_for()
        download("trusted.crt")
        click(tab("Security Status"))
        page.locator(".x-btn:not(.x-disabled)", has_text="Rescan").filter(visible=True).wait_for()
        click(button("Details"))
        click(button("Optimize"))
        page.locator(".x-tab-active", has_text="HTTPS").wait_for()
        page.locator(".x-mask-msg").filter(visible=True).first.wait_for(state="hidden")
        click(page.get_by_label("Enable").filter(visible=True))
        page.locator(".x-form-cb-checked", has_text="Enable").filter(visible=True).wait_for()
        click(page.locator(".nvr-user"))
        click(page.get_by_role("link", name="Logout"))
        click(page.locator(".x-message-box").get_by_role("button", name="OK", exact=True))
        page.locator("#loginPassword-inputEl").wait_for()
    context.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("user")
    options.add_argument("--pictures", action="store_true")
    chosen = options.parse_args()
    from nvrflow.browser import FLAGS, find_browser

    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser().path, args=[*FLAGS, *sandbox])
        flow(browser, {"url": chosen.url, "user": chosen.user, "password": os.environ["NVRFLOW_PASSWORD"]}, chosen.pictures)
        browser.close()


if __name__ == "__main__":
    main()
