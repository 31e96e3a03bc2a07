"""What people write stays text: entered by every form, shown by every page, nothing of it runs.

Chinese, emoji, characters that turn the direction of writing, and markup that would run if any
page, script or chart took it for more than text. Here the pages are served by the test itself, so
that the stories of others do not meet these names.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Dialog, Page

from tests.cast import DAY
from tests.proof.ground import Ground, ground
from tests.proof.walking import Form, view_of, walk

__all__ = ["ground"]

MARKUP = "安😀\u202e\u2067\"'><img src=x onerror=top.ran=1>"
OTHERS = ("<script>top.ran=1</script>", "{{7*7}}${7*7}</textarea><svg onload=top.ran=1>")
WRITTEN = {"text", "textarea", "search", "tel", "email", "url"}
PLAIN = {"tel": "00012345678", "email": "a@example.cn", "url": "https://robot.example.cn/"}
#: what these end would be missing from the pages afterwards
ENDING = ("units:close", "units:merge", "units:move", "accounts:close", "accounts:password")
ENDING_ROOMS = ("second:",)
FEWEST_ENTERED = 8
STARTS = ("/", f"/units/?q={quote(MARKUP)}", "/people/", "/calendar/", "/reports/")
ARRIVED = "() => [top.ran, document.querySelectorAll('img[src=x], svg[onload]').length]"


def texts(form: Form) -> list[str]:
    """The fields of a form that take free text."""
    return [one.name for one in form.fields if one.kind in WRITTEN]


def plainly(form: Form) -> dict[str, list[str]]:
    """The form with something sensible in every field of text."""
    kinds = {one.name: (one.kind, one.value) for one in form.fields if one.kind in WRITTEN}
    said = {name: [value or PLAIN.get(kind, "某某")] for name, (kind, value) in kinds.items()}
    said |= {one.name: [str(DAY)] for one in form.fields if one.kind == "date" and not one.value}
    return form.sent() | said


def enter(client: Client, form: Form) -> set[str]:
    """Send the markup in each field of text; the fields that took it."""
    whole = plainly(form) | {name: [MARKUP] for name in texts(form)}
    if client.post(form.action, whole).status_code == 302:
        return set(texts(form))
    taken = set()
    for name in texts(form):
        for text in (MARKUP, *OTHERS):
            if client.post(form.action, plainly(form) | {name: [text]}).status_code == 302:
                taken.add(name)
    return taken


def entered_everywhere(ground: Ground) -> set[str]:
    """Send it by every form there is, by the API, and in addresses; where it was taken."""
    client = ground.ours.client()
    forms: dict[tuple[str, ...], Form] = {}
    for page in walk(
        client, "/", "/account/", "/people/", "/reports/", "/checks/", "/calendar/", each=1
    ):
        for form in page.forms:
            named = view_of(form.action)
            ends = named in ENDING or named.startswith(ENDING_ROOMS)
            if form.method == "post" and texts(form) and not ends:
                forms.setdefault(form.shape, form)
    taken = {
        f"{view_of(one.action)} {name}" for one in forms.values() for name in enter(client, one)
    }
    by_api = {"unit": ground.ours.group.code, "day": str(DAY), "session": "noon", "enrolled": 2,
              "present": 1, "not_known": 0, "on_behalf_of": MARKUP[:30], "channel": "phone",
              "absences": [{"name": MARKUP[:30], "reason": "leave"}]}  # fmt: skip
    sent = client.post("/api/v1/checks", json.dumps(by_api), content_type="application/json",
                       headers={"authorization": f"Bearer {ground.ours.token}"})  # fmt: skip
    return taken | ({"api check"} if sent.status_code == 201 else set())


def open_as(browser: Browser, url: str, client: Client, heard: list[str]) -> Page:
    """A page of the person who is signed in with that client; what it complains of is kept."""
    context = browser.new_context(locale="zh-CN", service_workers="block")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
    page = context.new_page()
    page.on("dialog", lambda dialog: refuse(dialog, heard))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: hear(said, heard))
    return page


def refuse(dialog: Dialog, heard: list[str]) -> None:
    heard.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def hear(said: Any, heard: list[str]) -> None:
    if said.type == "error" and "the server responded with a status of" not in said.text:
        heard.append(said.text)


def test_what_people_write_stays_text(
    ground: Ground, live_server: Any, browser: Browser, socket_enabled: None
) -> None:
    taken = entered_everywhere(ground)
    assert len(taken) >= FEWEST_ENTERED, taken
    client = ground.ours.client()
    found, heard = list[str](), list[str]()
    page = open_as(browser, live_server.url, client, heard)
    paths = [one.path for one in walk(client, *STARTS, each=1)]
    shown = 0
    for path in paths:
        page.goto(live_server.url + path)
        shown += MARKUP[:2] in page.content()
        ran, made = page.evaluate(ARRIVED)
        if ran or made:
            found.append(f"{path}: {ran} {made}")
    page.context.close()
    assert not found, "\n".join(found)
    assert not heard, heard
    assert shown >= FEWEST_ENTERED, "the pages show nothing of it: the test would prove little"
