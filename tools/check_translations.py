"""`python -m tools.check_translations`: every text a person sees is there in Chinese too.

A text is looked for in its own room's catalogue, then in the kernel's. Templates may hold no
visible text outside `translate` and `blocktranslate`; a name that is the same in every language
stands in an element with `translate="no"`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "fangxian"
KERNEL = PACKAGE / "kernel"
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
KEYWORDS: dict[str, None] = dict.fromkeys(
    [
        "_",
        *(
            f"{kind}gettext{form}"
            for kind in ("", "n", "p", "np")
            for form in ("", "_lazy", "_noop")
        ),
    ]
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
SPOKEN = {"title", "aria-label", "placeholder", "alt"}
UNSPOKEN = {"script", "style", "code", "kbd", "svg"}
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col", "area", "base"}
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S)
UNSEEN = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.S)

Text = tuple[str, str]  # context and msgid


def main() -> int:
    """Print what is missing; 1 if anything is."""
    found = [*untranslated(), *unwrapped()]
    print("\n".join(found) or "translations: fine")
    return 1 if found else 0


def untranslated() -> Iterator[str]:
    """A line for each text without a good translation."""
    catalogues: dict[Path, Catalog] = {}
    for path in _sources():
        room = _room(path)
        for home in (room, KERNEL):
            if home not in catalogues:
                catalogues[home] = _catalogue(home)
        for line, text in texts(path):
            fault = _fault(text, catalogues[room], catalogues[KERNEL])
            if fault:
                where = (room / CATALOGUE).relative_to(ROOT)
                yield f"{path.relative_to(ROOT)}:{line}: {text[1]!r} {fault} in {where}"


def texts(path: Path) -> Iterator[tuple[int, Text]]:
    """Line, context and msgid of every text in a module or template."""
    source = path.read_text()
    if path.suffix == ".html":
        # What is left of a template is no Python block: brackets make its indents meaningless.
        source = f"({templatize(source)}\n)"
    file = BytesIO(source.encode())
    extracted = extract_python(file, KEYWORDS, (), {"encoding": "utf-8"})
    for line, function, found, _comments in extracted:
        words = _ids(found)
        if words and words[0]:
            with_context = "pgettext" in (function or "") and len(words) > 1
            yield line, (words[0], words[1]) if with_context else ("", words[0])


def unwrapped() -> Iterator[str]:
    """A line for each visible text in a template that no translation can reach."""
    for path in sorted(PACKAGE.glob("**/templates/**/*.html")):
        reader = _VisibleText()
        reader.feed(_without_tags(path.read_text()))
        for line, text in reader.found:
            yield f"{path.relative_to(ROOT)}:{line}: {text!r} stands outside translate"


def _without_tags(source: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return "\n" * match.group().count("\n")

    return UNSEEN.sub(blank, TRANSLATED.sub(blank, source))


class _VisibleText(HTMLParser):
    """Collects what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        silent = tag in UNSPOKEN or ("translate", "no") in attrs
        if tag not in VOID:
            self._silent.append(silent)
        for name, value in attrs:
            if name in SPOKEN and not silent:
                self._note(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag not in VOID:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._silent):
            self._note(data)

    def _note(self, text: str) -> None:
        if WORD.search(text):
            self.found.append((self.getpos()[0], " ".join(text.split())))


def _sources() -> list[Path]:
    modules = [path for path in PACKAGE.glob("**/*.py") if "migrations" not in path.parts]
    return sorted([*modules, *PACKAGE.glob("**/templates/**/*.html")])


def _room(path: Path) -> Path:
    """The Django app a file belongs to; the floors without one use the kernel's texts."""
    for parent in path.parents:
        if (parent / "apps.py").exists():
            return parent
        if parent == PACKAGE:
            break
    return KERNEL


def _catalogue(room: Path) -> Catalog:
    path = room / CATALOGUE
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def _fault(text: Text, *catalogues: Catalog) -> str:
    context, msgid = text
    for catalogue in catalogues:
        message = catalogue.get(msgid, context or None)
        if message is None:
            continue
        given = _ids(message.string)
        if message.fuzzy:
            return "is marked fuzzy"
        if not all(given):
            return "is not translated"
        if _placeholders(*given) - _placeholders(*_ids(message.id)):
            return "is translated with a placeholder the text does not have"
        return ""
    return "is missing"


def _ids(found: object) -> list[str]:
    """One text, or its singular and plural."""
    if isinstance(found, list | tuple):
        return [str(word) for word in found if word is not None]
    return [str(found or "")]


def _placeholders(*words: str) -> set[str]:
    return {a or b for word in words for a, b in PLACEHOLDER.findall(word)}


if __name__ == "__main__":
    sys.exit(main())
