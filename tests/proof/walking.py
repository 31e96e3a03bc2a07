"""Walking through the pages as a browser's reader would: links are followed, forms are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

LEADING_OUT = ("/sign-out/", "/language/", "/static/", "/api/", "/demo/")
MOST_PAGES = 150
PER_SHAPE = 2  # of a kind: the lists that links lead to differ by their query


@dataclass(frozen=True)
class Field:
    """One control of a form, with what it holds and what may be chosen."""

    name: str
    kind: str
    value: str = ""
    choices: tuple[str, ...] = ()


@dataclass
class Form:
    """A form as a page shows it."""

    page: str
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    @property
    def is_upload(self) -> bool:
        return any(one.kind == "file" for one in self.fields)

    @property
    def shape(self) -> tuple[str, ...]:
        """Forms of one shape are the same form for other rows."""
        return (self.method, view_of(self.action), *sorted({one.name for one in self.fields}))

    def sent(self) -> dict[str, list[str]]:
        """What a browser would send as it stands, with the first choice where none is made."""
        said: dict[str, list[str]] = {}
        for one in self.fields:
            if one.kind in ("checkbox", "radio") and one.value == "" and not one.choices:
                continue
            value = one.value or next((choice for choice in one.choices if choice), "")
            said.setdefault(one.name, []).append(value)
        return said


@dataclass
class Page:
    """A page that was shown."""

    path: str
    text: str
    links: list[str]
    forms: list[Form]


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.page = Page(path, "", [], [])
        self._form: Form | None = None
        self._select: tuple[str, list[str], str] | None = None
        self._area: list[str] | None = None
        self._loose = Form(path, path, "get")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get", "data-url", "formaction"):
            if said.get(name) and tag != "link":
                self.page.links.append(self._at(said[name]))
        if tag == "form":
            self._form = Form(
                self.page.path,
                self._at(said.get("action") or said.get("hx-post") or self.page.path),
                said.get("method", "post" if "hx-post" in said else "get").lower(),
            )
            self.page.forms.append(self._form)
        elif tag == "select":
            self._select = (said.get("name", ""), [], "")
        elif tag == "option" and self._select is not None:
            name, choices, chosen = self._select
            choices.append(said.get("value", ""))
            self._select = (name, choices, said["value"] if "selected" in said else chosen)
        elif tag == "textarea":
            self._area = [said.get("name", "")]
        elif tag in ("input", "button") and said.get("name"):
            self._control(said)

    def _control(self, said: dict[str, str]) -> None:
        kind = said.get("type", "text")
        value = said.get("value", "")
        self._add(Field(said["name"], kind, value))

    def _add(self, found: Field) -> None:
        if found.name:
            (self._form or self._loose).fields.append(found)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            name, choices, chosen = self._select
            self._add(Field(name, "select", chosen, tuple(choices)))
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._add(Field(self._area[0], "textarea", "".join(self._area[1:]).strip()))
            self._area = None

    def _at(self, href: str) -> str:
        return urljoin(self.page.path, href)


def read(path: str, text: str) -> Page:
    """A page's links and forms."""
    reader = _Reader(path)
    reader.feed(text)
    reader.page.text = text
    return reader.page


def view_of(path: str) -> str:
    """The name of the view that answers at a path; "" where none does."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def walk(client: Client, *starts: str, each: int = PER_SHAPE) -> Iterator[Page]:
    """Every kind of page that links lead to from some, so many of each kind."""
    waiting, seen = list(starts), dict[tuple[str, ...], int]()
    known = set(waiting)
    shown = 0
    while waiting and shown < MOST_PAGES:
        path = waiting.pop(0)
        shape = (view_of(path), *sorted({name for name, _v in parse_qsl(urlsplit(path).query)}))
        if not shape[0] or seen.get(shape, 0) >= each:
            continue
        seen[shape] = seen.get(shape, 0) + 1
        answer: Any = client.get(path)
        if answer.status_code == 302:
            to = urljoin(path, answer.headers["Location"])
            if to not in known:
                known.add(to)
                waiting.append(to)
            continue
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = read(path, answer.content.decode())
        shown += 1
        yield page
        for link in page.links:
            parts = urlsplit(link)
            inside = not parts.netloc and parts.scheme == "" and parts.path.startswith("/")
            if inside and link not in known and not parts.path.startswith(LEADING_OUT):
                known.add(link)
                waiting.append(parts._replace(fragment="").geturl())


def with_query(path: str, **changed: str) -> str:
    """An address with some of its parameters changed."""
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | changed
    return parts._replace(query=urlencode(query)).geturl()
