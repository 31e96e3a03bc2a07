"""What may be done with the people of a group."""

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
    Role.UNIT_ADMIN: [PeoplePermission.MANAGE],
}


class PeopleEvent(Event):
    HEADCOUNT_SET = "people.headcount_set"
    MEMBERS_ADDED = "people.members_added"
    MEMBER_LEFT = "people.member_left"
