"""`python -m tools.chromium`: a Chromium for the browser stories, installed where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
GO_WITHOUT = "FANGXIAN_NO_BROWSER"
MISSING = (
    "No Chromium could be found or installed, so the browser stories cannot run. Install "
    f"chromium, or set {GO_WITHOUT}=1 to run the tests without them."
)


def main() -> int:
    """Find or install one and print its path; 1 where neither is possible."""
    if os.environ.get(GO_WITHOUT):
        print(f"{GO_WITHOUT} is set: the browser stories are left out.", file=sys.stderr)
        return 0
    found = find() or _install()
    print(found or MISSING, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


def find() -> str | None:
    """The path of a Chromium that is here: the system's, else Playwright's."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["install", "-y", "-qq", "--no-install-recommends"]
        for words in (["update", "-qq"], [*install, "chromium", "fonts-noto-cjk"]):
            _run(["apt-get", *words], quiet)
    else:
        _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))
    return find()


def _run(command: list[str], environment: dict[str, str]) -> None:
    """What it says goes to stderr; whether it helped is seen by looking again."""
    subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )


if __name__ == "__main__":
    raise SystemExit(main())
