"""What may be done with people, what holds together, and how a pasted list is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.people.identity import read_id_card
from fangxian.foundation.people.models import IdKind, Sex, TransferState
from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event


class PeoplePermission(Permission):
    VIEW = "people.view"
    MANAGE = "people.manage"


GRANTS: dict[str, list[Permission]] = {
    Role.GROUP_TEACHER: [PeoplePermission.VIEW],
    Role.SCHOOL_REPORTER: [PeoplePermission.VIEW, PeoplePermission.MANAGE],
    Role.HEALTH_OFFICER: [PeoplePermission.VIEW],
    Role.HEAD: [PeoplePermission.VIEW, PeoplePermission.MANAGE],
    Role.UNIT_ADMIN: [PeoplePermission.VIEW, PeoplePermission.MANAGE],
}


class PeopleEvent(Event):
    HEADCOUNT_SET = "people.headcount_set"
    MEMBERS_ADDED = "people.members_added"
    MEMBER_LEFT = "people.member_left"
    PERSON_ADDED = "people.person_added"
    PERSON_CHANGED = "people.person_changed"
    PERSON_MOVED = "people.person_moved"
    PERSON_LEFT = "people.person_left"
    PERSON_BACK = "people.person_back"
    GUARDIANS_SET = "people.guardians_set"
    COHORT_OPENED = "people.cohort_opened"
    COHORT_CLOSED = "people.cohort_closed"
    COHORT_JOINED = "people.cohort_joined"
    COHORT_LEFT = "people.cohort_left"
    TRANSFER_ASKED = "people.transfer_asked"
    TRANSFER_ACCEPTED = "people.transfer_accepted"
    TRANSFER_REFUSED = "people.transfer_refused"
    TRANSFER_WITHDRAWN = "people.transfer_withdrawn"
    TRANSFER_DONE = "people.transfer_done"
    PROMOTED = "people.promoted"
    PROMOTION_UNDONE = "people.promotion_undone"
    SEARCHED = "people.searched"
    ROSTER_READ = "people.roster_read"
    PERSON_READ = "people.person_read"
    EXPORTED = "people.exported"


#: a transfer is asked for by one side and answered by the other; until the day it may be dropped
TRANSFER_MOVES: Final[Mapping[TransferState, frozenset[TransferState]]] = {
    TransferState.ASKED: frozenset(
        {TransferState.ACCEPTED, TransferState.REFUSED, TransferState.WITHDRAWN}
    ),
    TransferState.ACCEPTED: frozenset({TransferState.WITHDRAWN}),
    TransferState.REFUSED: frozenset(),
    TransferState.WITHDRAWN: frozenset(),
}
#: who makes the move: the side that asked, the one that was asked, or either
ANSWERED_BY: Final[Mapping[tuple[TransferState, TransferState], str]] = {
    (TransferState.ASKED, TransferState.ACCEPTED): "asked",
    (TransferState.ASKED, TransferState.REFUSED): "asked",
    (TransferState.ASKED, TransferState.WITHDRAWN): "asking",
    (TransferState.ACCEPTED, TransferState.WITHDRAWN): "either",
}


def may_answer(
    state: TransferState, to: TransferState, *, asking: bool, asked: bool, done: bool
) -> Decision:
    """Whether one who works at the asking or the asked side may make this move of a transfer."""
    if done:
        return Decision(False, _("The person has changed schools already."))
    if to not in TRANSFER_MOVES[state]:
        return Decision(False, _("This transfer has been answered already."))
    who = ANSWERED_BY[state, to]
    if (who == "asked" and asked) or (who == "asking" and asking) or who == "either":
        return Decision(True)
    return Decision(False, _("That is for the other school to say."))


def identity_fits(
    kind: str, number: str, *, born: date | None, sex: str, today: date
) -> dict[str, list[str]]:
    """What is wrong with a document's number, by field; with an identity card also by its
    checksum, and by the birth date and sex it says."""
    if not kind and not number:
        return {}
    if not kind or not number:
        return {"id_number": [_("A document has a kind and a number, or neither is given.")]}
    if kind != IdKind.ID_CARD:
        return {}
    card = read_id_card(number)
    if card is None:
        return {"id_number": [_("This is no identity number: its last digit does not fit. "
                                "Compare it with the card.")]}  # fmt: skip
    wrong: dict[str, list[str]] = {}
    if card.born > today:
        wrong["id_number"] = [_("The identity number says a birth date that is still to come.")]
    if born is not None and born != card.born:
        text = _("The identity number says %(day)s.") % {"day": card.born}
        wrong["born"] = [text]
    if sex and sex != card.sex:
        text = _("The identity number says %(sex)s.") % {"sex": Sex(card.sex).label}
        wrong["sex"] = [text]
    return wrong


LONGEST_LIST = 500
_SEPARATOR = re.compile(r"[\t,，;；]+")
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9-]{1,20}")
_PHONE = re.compile(r"\+?[\d-]{7,30}")


@dataclass(frozen=True)
class Listed:
    """A person as a line of a pasted list names them."""

    name: str
    number: str = ""
    phone: str = ""


def read_list(text: str) -> list[Listed]:
    """The people of a pasted list, one a line: number, name, telephone; a name is enough.

    Parts stand between tabs, commas or, where there are none, spaces. Raises ValueError with
    the line that cannot be read.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found.append(_read_line(number, line.strip()))
    if len(found) > LONGEST_LIST:
        raise ValueError(_("At most %(most)s people at once.") % {"most": LONGEST_LIST})
    return found


def _read_line(at: int, line: str) -> Listed:
    by_mark = _SEPARATOR.search(line) is not None
    parts = [part.strip() for part in (_SEPARATOR.split(line) if by_mark else line.split())]
    parts = [part for part in parts if part]
    number = parts.pop(0) if len(parts) > 1 and _NUMBER.fullmatch(parts[0]) else ""
    phone = parts.pop() if len(parts) > 1 and _PHONE.fullmatch(parts[-1]) else ""
    name = " ".join(parts)
    if not name or len(name) > 60 or (by_mark and len(parts) > 1) or name.isdigit():
        text = _("Line %(at)s cannot be read: “%(line)s”. Write number, name, telephone.")
        raise ValueError(text % {"at": at, "line": line[:40]})
    return Listed(name, number, phone)
