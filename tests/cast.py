"""The cast of every story: two counties, three schools, and the people who work there.

It is Monday, 23 November 2026, eight in the morning in Shanghai. County One has the first
school (three groups, one with names, a teaching point among them) and a tiny school where one
person does everything; County Two has another school and the outsider.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from fangxian.foundation.accounts.models import ApiToken, RoleAssignment, User
from fangxian.foundation.accounts.queries import actor_for
from fangxian.foundation.accounts.rules import Role, fingerprint
from fangxian.foundation.obligations.actions import materialise_day
from fangxian.foundation.people.models import Guardian, Membership, Person
from fangxian.foundation.units.models import Unit, UnitKind, UnitVersion
from fangxian.kernel.access import Actor, granted, system
from fangxian.kernel.clock import SHANGHAI

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
OPENED = date(2019, 9, 1)
PEOPLE = ("安安", "贝贝", "晨晨", "冬冬", "恩恩")
SYSTEM = system("tests", [])


@dataclass(frozen=True)
class Place:
    """A unit as the stories need it."""

    id: int
    code: str
    path: str
    school_id: int | None
    bureau_id: int | None

    @property
    def version(self) -> UnitVersion:
        return UnitVersion.objects.as_of(DAY).get(unit_id=self.id)


@dataclass(frozen=True)
class Cast:
    """Places, people (as actors) and their tokens, by name."""

    province: Place
    city: Place
    county: Place
    other_county: Place
    school: Place
    point: Place
    named_group: Place
    plain_group: Place
    point_group: Place
    tiny_school: Place
    tiny_group: Place
    other_school: Place
    other_group: Place
    persons: tuple[int, ...]
    users: dict[str, User]
    tokens: dict[str, str]

    def actor(self, name: str) -> Actor:
        """Who acts, with what they hold that day."""
        return actor_for(self.users[name], today=DAY)


ROLES = {
    "teacher": (Role.GROUP_TEACHER, "named_group"),
    "reporter": (Role.SCHOOL_REPORTER, "school"),
    "health_officer": (Role.HEALTH_OFFICER, "school"),
    "head": (Role.HEAD, "school"),
    "county_officer": (Role.COUNTY_OFFICER, "county"),
    "city_officer": (Role.CITY_OFFICER, "city"),
    "province_officer": (Role.PROVINCE_OFFICER, "province"),
    "inspector": (Role.INSPECTOR, "county"),
    "cdc_liaison": (Role.CDC_LIAISON, "county"),
    "unit_admin": (Role.UNIT_ADMIN, "county"),
    "auditor": (Role.AUDITOR, "county"),
    "outsider": (Role.COUNTY_OFFICER, "other_county"),
    "other_reporter": (Role.SCHOOL_REPORTER, "other_school"),
}
TINY = (Role.GROUP_TEACHER, Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER, Role.HEAD)


def unit(code: str, kind: UnitKind, name: str, above: Place | None = None, **more: object) -> Place:
    """Open a unit that reports to another."""
    made = Unit.objects.create(kind=kind, opened_on=OPENED, **more)
    path = f"{above.path if above else ''}{made.pk}/"
    is_school = kind in {UnitKind.SCHOOL, UnitKind.CENTRE_SCHOOL}
    school_id = made.pk if is_school else (above.school_id if above else None)
    bureau_id = (above.id if is_school else above.bureau_id) if above else None
    UnitVersion.objects.create(
        unit=made,
        kind=kind,
        valid_from=OPENED,
        code=code,
        name_zh=name,
        name_en=code,
        reports_to_id=above.id if above else None,
        path=path,
        school_id=school_id,
        bureau_id=bureau_id,
        contact_name=f"{name}负责人",
        contact_phone="00012345678",
    )
    return Place(made.pk, code, path, school_id, bureau_id)


def group(code: str, name: str, above: Place, headcount: int | None) -> Place:
    """Open a roll-call group of students."""
    return unit(code, UnitKind.GROUP, name, above, population="students", headcount=headcount)


def build(at: datetime = AT) -> Cast:
    """The whole cast, with everything owed for the day of `at`."""
    places = _places()
    persons = _people(places["named_group"], places["school"])
    users, tokens = _users(places, at)
    materialise_day(day=at.date(), at=at - timedelta(days=1), by=SYSTEM)
    return Cast(**places, persons=persons, users=users, tokens=tokens)


def _places() -> dict[str, Place]:
    province = unit("510000", UnitKind.PROVINCE, "四川省")
    city = unit("510100", UnitKind.CITY, "成都市", province)
    county = unit("510104", UnitKind.COUNTY, "锦江区", city)
    other_county = unit("510105", UnitKind.COUNTY, "青羊区", city)
    school = unit("5101040001", UnitKind.CENTRE_SCHOOL, "示例中心校", county, stage="primary")
    point = unit("5101040001-P1", UnitKind.TEACHING_POINT, "示例教学点", school)
    tiny = unit("5101040002", UnitKind.SCHOOL, "示例小规模学校", county, stage="primary")
    other = unit("5101050001", UnitKind.SCHOOL, "示例外区学校", other_county, stage="primary")
    return {
        "province": province,
        "city": city,
        "county": county,
        "other_county": other_county,
        "school": school,
        "point": point,
        "named_group": group("5101040001-0301", "三年级1班", school, len(PEOPLE)),
        "plain_group": group("5101040001-0302", "三年级2班", school, 45),
        "point_group": group("5101040001-P101", "教学点1班", point, 12),
        "tiny_school": tiny,
        "tiny_group": group("5101040002-0101", "一年级1班", tiny, 9),
        "other_school": other,
        "other_group": group("5101050001-0101", "一年级1班", other, 40),
    }


def _people(place: Place, school: Place) -> tuple[int, ...]:
    Unit.objects.filter(pk=place.id).update(has_roster=True)
    ids = []
    for number, name in enumerate(PEOPLE, 1):
        person = Person.objects.create(
            school_id=school.id,
            path=school.path,
            kind="student",
            name=name,
            number=str(number),
            created_at=AT,
            updated_at=AT,
        )
        Guardian.objects.create(
            person=person, school_id=school.id, path=school.path, phone=f"0000000{number:04}"
        )
        Membership.objects.create(
            person=person,
            group_id=place.id,
            school_id=place.school_id or 0,
            path=place.path,
            valid_from=OPENED,
        )
        ids.append(person.pk)
    return tuple(ids)


def _users(places: dict[str, Place], at: datetime) -> tuple[dict[str, User], dict[str, str]]:
    users, tokens = {}, {}
    held = {name: [pair] for name, pair in ROLES.items()}
    held["tiny_head"] = [(role, "tiny_school") for role in TINY]
    for number, (name, pairs) in zip(count(1), held.items(), strict=False):
        user = User(username=name, display_name=name, created_at=at)
        user.set_unusable_password()
        user.save()
        users[name] = user
        for role, place in pairs:
            RoleAssignment.objects.create(
                user=user, role=role, unit_id=places[place].id, valid_from=OPENED, given_at=at
            )
        tokens[name] = f"fx_test_{number}_{name}"
        permissions = sorted(frozenset().union(*(granted(role) for role, _place in pairs)))
        ApiToken.objects.create(
            user=user,
            unit_id=places[pairs[0][1]].id,
            name="tests",
            hash=fingerprint(tokens[name]),
            permissions=permissions,
            created_at=at,
            expires_at=at + timedelta(days=30),
        )
    return users, tokens


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast at eight in the morning."""
    return build()


@pytest.fixture
def at_eight(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock of the domain stands at eight."""
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: AT)
    monkeypatch.setattr("fangxian.kernel.clock.today", lambda: DAY)
    return AT
