"""Draw the pictures of the application, from the demo. Usage: app_screenshots.py PLUMBLINE BROWSER FOLDER."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

PORT = 8765
BASE = f"http://127.0.0.1:{PORT}"
#: Who looks, at what, and under which name it is kept.
VIEWS = (
    ("Priya Raman", "/queue/", "queue"),
    ("Sam Okafor", "/reviews/", "reviews"),
    ("Marta Kowalska", "/routing/", "routing"),
    ("Ren Ito", "/policy/", "policy"),
    ("Ren Ito", "/imports/", "imports"),
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MOST = 300_000


def main(plumbline: str, browser: str, folder: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        command = [plumbline, "serve", "--demo", "--no-worker", "--data", data, "--port", str(PORT)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait(server)
            _draw_all(browser, Path(folder))
        finally:
            server.terminate()
            server.wait()


def _wait(server: subprocess.Popen[bytes]) -> None:
    """The demo fills itself first, which takes a minute or two."""
    patience = time.monotonic() + 600
    while time.monotonic() < patience and server.poll() is None:
        try:
            urllib.request.urlopen(f"{BASE}/readyz").close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(1)
        else:
            return
    sys.exit("app_screenshots: the application did not start")


def _draw_all(browser: str, folder: Path) -> None:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=list(QUIET))
        for who, path, name in VIEWS:
            page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            page.goto(f"{BASE}/accounts/login/")
            page.get_by_role("button", name=who).click()
            page.goto(BASE + path)
            _draw(page, folder / f"{name}.png")
            if name == "queue":
                page.get_by_role("link", name="·").nth(4).click()
                _draw(page, folder / "lead.png")
        chromium.close()


def _draw(page: Page, picture: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=picture)
    if picture.stat().st_size > MOST:
        sys.exit(f"app_screenshots: {picture.name} has more than {MOST:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
