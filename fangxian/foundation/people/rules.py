"""What may be done with the people of a group, and how a pasted list is read."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
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
