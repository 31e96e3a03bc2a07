"""Where a message leads: the rooms with pages say so at start-up; this room knows none of them.

An address is asked once with `CODE` and `DAY` in place of a unit's code and a day, which the
database then fills in for all messages at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

CODE, DAY = "0CODE0", "0DAY0"
#: from the code of a unit and a day to the page where its answer is given
AnswerPage = Callable[[str, str], str]


@dataclass
class _Pages:
    silent: Callable[[str], str] | None = None


_pages = _Pages()
_answers: dict[str, AnswerPage] = {}


def silent_list_at(address: Callable[[str], str]) -> None:
    """Say where the silent units at and below a unit are listed."""
    _pages.silent = address


def answered_at(kind: str, address: AnswerPage) -> None:
    """Say where an answer of this kind is given."""
    _answers[kind] = address


def silent_list(kind: str, day: date, code: str = CODE) -> str:
    """The list of who is silent at and below a unit; "" where no room shows one."""
    if _pages.silent is None:
        return ""
    return f"{_pages.silent(code)}?{urlencode({'day': day.isoformat(), 'kind': kind})}"


def answer_page(kind: str, day: date, code: str = CODE) -> str:
    """Where a unit answers; the silent list where no room says."""
    found = _answers.get(kind)
    return found(code, day.isoformat()) if found else silent_list(kind, day, code)
