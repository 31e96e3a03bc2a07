"""A real house for the browser stories: `fangxian up` on a demo county, and a real Chromium.

Every story fails on a console error, so on any breach of the content security policy. With
`--shots` the stories leave pictures for the documentation in docs/screens.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tools.chromium import GO_WITHOUT, find

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PATIENCE = 180  # seconds for a demo county on a busy machine
SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
FANGXIAN = [sys.executable, "-m", "fangxian.console"]
ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", action="store_true", help="leave pictures in docs/screens")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if os.environ.get(GO_WITHOUT):
                item.add_marker(pytest.mark.skip(reason=f"{GO_WITHOUT} is set"))


@dataclass(frozen=True)
class Account:
    """One of the demo's people."""

    role: str
    username: str
    password: str
    unit: str
    token: str


@dataclass(frozen=True)
class House:
    """The running product."""

    url: str
    environment: dict[str, str]
    accounts: dict[str, Account]

    def api(self, path: str, role: str, body: object = None) -> tuple[int, Any]:
        """Call the API as one of the people."""
        headers = {
            "Authorization": f"Bearer {self.accounts[role].token}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """`fangxian up --demo` with one county, in a home of its own."""
    parent = Path(tempfile.mkdtemp(prefix="fangxian-stories-"))
    parent.chmod(0o711)  # PostgreSQL runs as a user of its own, who must be able to pass
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if "FANGXIAN" not in name}
    environment = kept | {
        "FANGXIAN_HOME": str(parent / "home"),
        "FANGXIAN_DEMO": "county",
        "PORT": str(port),
    }
    log = (parent / "log").open("wb")
    server = subprocess.Popen(
        [*FANGXIAN, "up", "--demo"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, parent / "log")
        yield House(url, environment, _accounts(environment))
    finally:
        server.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(60)
        server.kill()
        log.close()
        shutil.rmtree(parent, ignore_errors=True)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url + "/healthz"):  # noqa: S310
            return
        time.sleep(0.3)
    raise AssertionError(f"the demo did not start:\n{log.read_text()[-4000:]}")


def _accounts(environment: dict[str, str]) -> dict[str, Account]:
    command = [*FANGXIAN, "demo", "--accounts"]
    told = subprocess.run(command, env=environment, capture_output=True, check=True)
    return {one["role"]: Account(**one) for one in json.loads(told.stdout)}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, the system's own."""
    path = find()
    assert path, "no Chromium: see `python -m tools.chromium`"
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS + as_root)
        yield running
        running.close()


@dataclass
class Visitor:
    """A person at a browser of their own; what the console says against us is kept."""

    house: House
    context: BrowserContext
    page: Page
    shots: bool
    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Keep what a page's console complains of."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        offline = "ERR_INTERNET_DISCONNECTED" in message.text
        refused = "the server responded with a status of" in message.text
        if message.type == "error" and not offline and not refused:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        """Open a page of the product."""
        self.page.goto(self.house.url + path)
        return self.page

    def sign_in(self, role: str) -> Page:
        """Sign in by name and password, as one does."""
        account = self.house.accounts[role]
        page = self.go("/sign-in/")
        page.fill("input[name=username]", account.username)
        page.fill("input[name=password]", account.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def shot(self, name: str) -> None:
        """Leave a picture for the documentation, when asked to."""
        if self.shots:
            SCREENS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SCREENS / f"{name}.png")


Invite = Callable[..., Visitor]


@pytest.fixture
def visitor(house: House, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Invite]:
    """Let a person in: `visitor("teacher")`, with a phone or at a desk."""
    here: list[Visitor] = []

    def invite(role: str = "", *, phone: bool = False, language: str = "zh-CN") -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            locale=language,
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(20_000)
        one = Visitor(house, context, context.new_page(), bool(request.config.getoption("--shots")))
        context.on("page", one.listen)
        one.listen(one.page)
        here.append(one)
        if role:
            one.sign_in(role)
        return one

    yield invite
    for one in here:
        one.context.close()
    complaints = [text for one in here for text in one.complaints]
    assert not complaints, complaints
