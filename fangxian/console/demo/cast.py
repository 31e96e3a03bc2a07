"""The people behind the account cards: one for each role, and one from another county."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from fangxian.console.demo.scenarios import COUNTY, OTHER_COUNTY
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.units.models import UnitVersion

#: stands on the sign-in page of every demonstration, and opens nothing else
PASSWORD: Final = "fangxian-demo"  # noqa: S105
OUTSIDER: Final = "outsider"
ROBOT: Final = "simulation"


@dataclass(frozen=True)
class Part:
    """A card: the role it is for, the account, and at which of the cast's places it works."""

    card: str
    role: Role
    username: str
    name: str
    place: str


PARTS: Final = (
    Part("group_teacher", Role.GROUP_TEACHER, "teacher", "甲老师（示例）", "group"),
    Part("school_reporter", Role.SCHOOL_REPORTER, "reporter", "乙老师（示例）", "school"),
    Part("health_officer", Role.HEALTH_OFFICER, "health", "丙校医（示例）", "school"),
    Part("head", Role.HEAD, "head", "丁校长（示例）", "school"),
    Part("county_officer", Role.COUNTY_OFFICER, "county", "戊科员（示例）", "county"),
    Part("city_officer", Role.CITY_OFFICER, "city", "己科员（示例）", "city"),
    Part("province_officer", Role.PROVINCE_OFFICER, "province", "庚处长（示例）", "province"),
    Part("inspector", Role.INSPECTOR, "inspector", "辛督学（示例）", "city"),
    Part("cdc_liaison", Role.CDC_LIAISON, "cdc", "壬医生（示例）", "county"),
    Part("unit_admin", Role.UNIT_ADMIN, "admin", "癸管理员（示例）", "county"),
    Part("auditor", Role.AUDITOR, "auditor", "子审计员（示例）", "province"),
    Part(OUTSIDER, Role.COUNTY_OFFICER, OUTSIDER, "丑科员（示例）", "other"),
)

#: the school: about thirty groups of pupils, in classes of about forty-five
SCHOOL: Final = """
SELECT s.unit_id
FROM units_unitversion s
JOIN units_unitversion g ON g.school_id = s.unit_id AND g.kind = 'group'
 AND g.valid_from <= %(day)s AND g.valid_to > %(day)s
JOIN units_unit u ON u.id = g.unit_id
JOIN units_unit su ON su.id = s.unit_id
WHERE s.bureau_id = %(county)s AND s.school_id = s.unit_id AND s.kind = 'school'
  AND s.valid_from <= %(day)s AND s.valid_to > %(day)s
  AND su.stage IN ('primary', 'junior', 'nine_year')
GROUP BY s.unit_id
ORDER BY abs(count(*) - 30) + abs(avg(u.headcount) FILTER (WHERE u.population = 'students') - 45),
         s.unit_id
LIMIT 1
"""
GROUP: Final = """
SELECT v.unit_id FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
WHERE v.school_id = %(school)s AND v.kind = 'group' AND u.population = 'students'
  AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
ORDER BY abs(u.headcount - 45), v.code LIMIT 1
"""


@dataclass(frozen=True)
class Places:
    """The units at which the cast works."""

    province: UnitVersion
    city: UnitVersion
    county: UnitVersion
    other: UnitVersion
    school: UnitVersion
    group: UnitVersion


def find_places(day: date) -> Places:
    """The same units every time, chosen so that everybody has something to do.

    Where the cast works already it stays, whatever its visitors have done to the rolls since.
    """
    at_work = _at_work(day)
    tree = UnitVersion.objects.as_of(day)
    county = tree.get(division_code=COUNTY, kind="county")
    city = _above(county, day)
    school_id = at_work.get("school") or _one(SCHOOL, {"county": county.unit_id, "day": day})
    group_id = at_work.get("group") or _one(GROUP, {"school": school_id, "day": day})
    return Places(
        province=_above(city, day),
        city=city,
        county=county,
        other=tree.get(division_code=OTHER_COUNTY, kind="county"),
        school=tree.get(unit_id=school_id),
        group=tree.get(unit_id=group_id),
    )


def _at_work(day: date) -> dict[str, int]:
    """The school and the group at which the reporter and the teacher were engaged first."""
    parts = {part.username: part for part in PARTS if part.place in ("school", "group")}
    rows = RoleAssignment.objects.in_force(day).filter(
        user__is_demo=True, user__username__in=parts, role__in=[p.role for p in parts.values()]
    )
    found: dict[str, int] = {}
    for username, role, unit_id in rows.order_by("pk").values_list(
        "user__username", "role", "unit_id"
    ):
        if role == parts[username].role:
            found.setdefault(parts[username].place, unit_id)
    open_ids = UnitVersion.objects.as_of(day).filter(unit_id__in=found.values())
    here = set(open_ids.values_list("unit_id", flat=True))
    return {place: unit_id for place, unit_id in found.items() if unit_id in here}


def _above(unit: UnitVersion, day: date) -> UnitVersion:
    return UnitVersion.objects.as_of(day).get(unit__in=[unit.reports_to_id])


def _one(statement: str, values: dict[str, int | date]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


@transaction.atomic
def engage(places: Places, *, since: date, at: datetime) -> None:
    """Make the accounts and give them their roles, where they are not there yet."""
    # The quick hasher is right for a password that everyone may read.
    password = make_password(PASSWORD, hasher="md5")
    for part in PARTS:
        user, _made = User.objects.get_or_create(
            username=part.username,
            defaults={
                "display_name": part.name,
                "password": password,
                "is_demo": True,
                "created_at": at,
            },
        )
        unit: UnitVersion = getattr(places, part.place)
        RoleAssignment.objects.get_or_create(
            user=user,
            role=part.role,
            unit_id=unit.unit_id,
            defaults={"valid_from": since, "given_at": at},
        )
    User.objects.get_or_create(
        username=ROBOT,
        defaults={
            "display_name": "模拟晨报（示例）",
            "password": make_password(None),
            "is_demo": True,
            "created_at": at,
        },
    )


def username_of(role: Role) -> str:
    """The account behind a role's card."""
    return next(part.username for part in PARTS if part.card == role.value)


def engaged() -> Iterator[tuple[Part, User, RoleAssignment]]:
    """The cards of this demonstration with their accounts, in the order of the parts."""
    roles = {
        (row.user.username, row.role): row
        for row in RoleAssignment.objects.filter(user__is_demo=True).select_related("user", "unit")
    }
    for part in PARTS:
        held = roles.get((part.username, part.role.value))
        if held is not None:
            yield part, held.user, held
