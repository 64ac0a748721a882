"""A real installation for tests: its folder, database, people and processes, and a browser before it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PASSWORD = "correct horse battery staple"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 120


class Installation:
    """Commands of an installation, and its processes while they run."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("PLUMBLINE_", "DJANGO"))
        }
        self.env = own | {
            "PLUMBLINE_DATA": str(folder / "data"),
            "PLUMBLINE_SECRET_KEY": "story-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
            "PLUMBLINE_HOSTS": "127.0.0.1",
            "PLUMBLINE_PASSWORD": PASSWORD,
            **({"PLUMBLINE_DATABASE_URL": database} if database else {}),
        }

    def call(self, *words: str, status: int = 0) -> str:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "plumbline.cli", *words],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, *words: str) -> Iterator[None]:
        """While inside, pages are served and a worker works."""
        command = [
            sys.executable,
            "-m",
            "plumbline.cli",
            "serve",
            "--port",
            str(self.port),
            "--workers",
            "1",
            *words,
        ]
        with (self.folder / "server.log").open("ab") as log:
            server = subprocess.Popen(command, env=self.env, cwd=self.folder, stdout=log, stderr=log)
        try:
            self._wait(server)
            yield
        finally:
            server.terminate()
            server.wait(timeout=60)

    def log(self) -> str:
        return (self.folder / "server.log").read_text("utf-8")

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            assert server.poll() is None, self.log()
            try:
                urllib.request.urlopen(f"{self.base}/readyz", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return
        pytest.fail(f"The server did not answer.\n{self.log()}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the test is skipped where there is none, unless ``PLUMBLINE_REQUIRE_CHROMIUM=1``."""
    path = shutil.which("chromium")
    if path is None:
        why = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("PLUMBLINE_REQUIRE_CHROMIUM") == "1":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def sign_in(browser: Browser, base: str, email: str) -> Page:
    """A browser of their own in which somebody is signed in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=base).new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    return page
