"""Which room's read fills which kind of export."""

from collections.abc import Callable, Mapping
from typing import Final

from fangxian.exchange.exports.content import boards, schools
from fangxian.exchange.exports.content.tables import Asked, Content
from fangxian.exchange.exports.rules import Kind

Readers = Mapping[Kind, tuple[Callable[[Asked], Content], Callable[[Asked], int]]]
READERS: Final[Readers] = {
    Kind.BOARD: (boards.board, lambda asked: 0),
    Kind.SILENT: (boards.silent, boards.silent_size),
    Kind.REPORT: (schools.report, lambda asked: 0),
    Kind.ROSTER: (schools.roster, schools.roster_size),
    Kind.CHECKS: (schools.checks, schools.checks_size),
}


def content_of(asked: Asked) -> Content:
    """The content; raises what the rooms' own reads raise where one may not see it."""
    return READERS[asked.kind][0](asked)


def size_of(asked: Asked) -> int:
    """About how many rows it will have; for deciding who makes it."""
    return READERS[asked.kind][1](asked)
