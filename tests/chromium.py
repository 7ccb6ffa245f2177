"""A Chromium for tests of pages: found on the machine, or installed on request.

Rules kept here:
- Looked for in this order: HABEAS_TEST_BROWSER, the usual paths, what Playwright has downloaded.
- ``install`` asks Debian's packages first (when we are root there), Playwright's download last.
- A browser is opened per module, not per session: Playwright's synchronous interface keeps an
  event loop running in this thread, and other tests want to start their own.

Use::

    with launched() as browser:
        page = browser.new_page()
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.finding import Found, Missing

NAME = "Chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PATHS = (
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find() -> Found | Missing:
    """The browser the tests will drive."""
    if given := os.environ.get("HABEAS_TEST_BROWSER"):
        if Path(given).is_file():
            return Found(name=NAME, at=given)
        return Missing(name=NAME, why=f"HABEAS_TEST_BROWSER names {given}, which is no file")
    for candidate in _candidates():
        if os.access(candidate, os.X_OK):
            return Found(name=NAME, at=str(candidate))
    return Missing(name=NAME, why="no HABEAS_TEST_BROWSER, nothing on the usual paths")


def install() -> None:
    """Bring a browser onto this machine; whether it worked is for ``find`` to say."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        # Without a font every page is blank and every word has the same width.
        wanted = ["chromium", "fonts-dejavu-core"]
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted)
    if isinstance(find(), Missing):
        _run(sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A running browser without a window; ask ``find`` first."""
    match find():
        case Missing(why=why):
            raise FileNotFoundError(why)
        case Found(at=path):
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path)
                try:
                    yield browser
                finally:
                    browser.close()


def _run(*command: str) -> None:
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        command, check=False, env=quietly, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        if on_path := shutil.which(name):
            yield Path(on_path)
    yield from map(Path, _PATHS)
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright"
    for shell in ("chrome-headless-shell", "headless_shell", "chrome"):
        yield from sorted(Path(cache).expanduser().glob(f"chromium*/*/{shell}"), reverse=True)
