"""How an import goes on, and what its rows can come to."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from fangxian.kernel.audit import Event
from fangxian.kernel.errors import Conflict


class State(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"  # the file is here; nobody has looked into it
    MAPPING = "mapping"  # a person says which column is what
    READING = "reading"  # rows are read and compared with what is there
    REVIEW = "review"  # a person looks at what each row would do
    WRITING = "writing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


WORKING: Final = frozenset({State.UPLOADED, State.READING, State.WRITING})
ENDED: Final = frozenset({State.DONE, State.CANCELLED, State.FAILED})
_GIVEN_UP: Final = {State.CANCELLED, State.FAILED}
MOVES: Final[dict[State, set[State]]] = {
    State.UPLOADED: {State.MAPPING, State.READING, *_GIVEN_UP},
    State.MAPPING: {State.READING, *_GIVEN_UP},
    State.READING: {State.REVIEW, *_GIVEN_UP},
    # Columns can be said anew; rows that were lost with the server are read again.
    State.REVIEW: {State.MAPPING, State.READING, State.WRITING, *_GIVEN_UP},
    State.WRITING: {State.DONE, State.REVIEW, State.READING, *_GIVEN_UP},
    State.DONE: set(),
    State.CANCELLED: set(),
    State.FAILED: set(),
}


class Outcome(StrEnum):
    """What writing a row does."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"
    MISSING = "missing"  # here, but not in the file
    WRONG = "wrong"


#: what a commit writes without being asked further
RIGHT: Final = (Outcome.NEW, Outcome.CHANGED, Outcome.MOVED)


class IntakeEvent(Event):
    RESULT_TAKEN = "intake.result_taken"


def check_move(now: str, then: State) -> None:
    """Refuse what the import's state does not allow."""
    if then not in MOVES[State(now)]:
        raise Conflict(_("This import has gone on meanwhile: look at the page again."))
