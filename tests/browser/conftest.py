"""A real house for the browser stories: `fangxian up` on a demo county, and a real Chromium.

Its morning is wound on to 11:30 and then stands still, so that only the stories move it.
Every story fails on a console error, so on any breach of the content security policy. With
`--shots` the stories leave pictures for the documentation in docs/screens.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
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
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from fangxian.kernel.clock import SHANGHAI
from tools.chromium import GO_WITHOUT, find

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
BEHIND = 20  # seconds that counts may be behind on a busy machine
PATIENCE = 180  # seconds for a demo county on a busy machine
MANY_SIGNED = 40  # of the county's ninety schools, by 11:30
MOST_TABS = 90
FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
FOCUS_SHOWS = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
  return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
}"""
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
# Playwright's loop stays in this thread between stories; Django's tests beside them are not async.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

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


@pytest.hookimpl(tryfirst=True)  # before the groups are read: one house, one worker
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
    day: date

    def unit(self, role: str) -> str:
        """The code of the unit at which a person works."""
        return self.accounts[role].unit

    def standing(self, kind: str, unit: str, role: str = "county_officer") -> dict[str, Any]:
        """Who answered, as the API tells it."""
        path = f"/api/v1/units/{unit}/standing?kind={kind}&day={self.day}"
        status, told = self.api(path, role)
        assert status == 200, told
        standing: dict[str, Any] = told
        return standing

    def standing_with(
        self, wanted: dict[str, Any], kind: str, unit: str, role: str = "county_officer"
    ) -> dict[str, Any]:
        """As `standing`, once it says this: what is shared may be some seconds behind."""
        until = time.monotonic() + BEHIND
        while not (told := self.standing(kind, unit, role)).items() >= wanted.items():
            assert time.monotonic() < until, (wanted, told)
            time.sleep(0.2)
        return told

    def answer(self, unit: str, session: str, role: str = "school_reporter") -> None:
        """Have a group answer through the API: everyone here and well."""
        n = self.standing(f"check.{session}", unit, role)["people"]["total"]
        said = {"unit": unit, "day": str(self.day), "session": session, "enrolled": n}
        status, told = self.api("/api/v1/checks", role, said | {"present": n, "not_known": 0})
        assert status == 201, told

    def run(self, program: str) -> str:
        """Run a few lines of Python inside the product, as its worker."""
        command = [*FANGXIAN, "shell", "-v", "0", "-c", program]
        told = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        return told.stdout

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
        "FANGXIAN_ROBOTS_ANYWHERE": "1",  # theirs are on this machine
        "PORT": str(port),
    }
    log = (parent / "log").open("wb")
    server = subprocess.Popen(
        [*FANGXIAN, "up", "--demo"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, parent / "log")
        day = datetime.now(SHANGHAI).date()
        running = House(url, environment, _accounts(environment), day)
        _wind_on(running)
        yield running
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


def _wind_on(house: House) -> None:
    """Play the morning up to 11:30, and stop the demo's clock there."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(house.url + "/demo/").close()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    for wish in ({"to": "11:30"}, {"pause": "1"}):
        fields = urllib.parse.urlencode(wish | {"csrfmiddlewaretoken": token or ""}).encode()
        opener.open(house.url + "/demo/clock/", fields).close()
    until = time.monotonic() + PATIENCE
    county = house.unit("county_officer")
    while house.standing("daily_report", county)["answered"] < MANY_SIGNED:
        assert time.monotonic() < until, "the simulated morning does not move"
        time.sleep(0.5)


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
        # While Playwright's loop is in this thread, Django keeps another connection than without
        # it; when the loop is gone nobody else would find it, and its database could not go.
        connections.close_all()


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
        return self.sign_in_as(account.username, account.password)

    def sign_in_as(self, username: str, password: str) -> Page:
        """Sign in, and wait for the start page of one's own."""
        page = self.go("/sign-in/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(password)
        page.get_by_label("密码").press("Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def tab_to(self, name: str) -> None:
        """Press Tab until the element of that name has the focus, and is seen to have it."""
        for _tab in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if str(self.page.evaluate(FOCUSED)).startswith(name):
                assert self.page.evaluate(FOCUS_SHOWS), f"nothing shows that {name} has the focus"
                return
        raise AssertionError(f"{name} cannot be reached by the keyboard")

    def look(self) -> None:
        """Fail where the page is wider than the screen, or axe finds a serious fault."""
        assert not found_on(self.page)

    def shot(self, name: str) -> None:
        """Leave a picture for the documentation, when asked to."""
        if self.shots:
            SCREENS.mkdir(parents=True, exist_ok=True)
            self.page.wait_for_load_state("networkidle" if "board" not in name else "load")
            self.page.screenshot(path=SCREENS / f"{name}.png")


def found_on(page: Page) -> list[str]:
    """What is wrong with a page at the size it has: too wide, or a serious fault by axe."""
    path = urllib.parse.urlsplit(page.url).path
    found = [
        f"{path}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in Axe().run(page, options=RULES).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    return found + too_wide(page)


def too_wide(page: Page) -> list[str]:
    """Whether a page must be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{page.url}: {wide} px wider than the screen"] if wide > 1 else []


Invite = Callable[..., Visitor]


@pytest.fixture
def visitor(house: House, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Invite]:
    """Let a person in: `visitor("teacher")`, with a phone or at a desk."""
    here: list[Visitor] = []

    def invite(role: str = "", *, phone: bool = False, language: str = "zh-CN") -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,
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
