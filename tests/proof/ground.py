"""Three estates of the same make: a school with everything that can be pointed at by a number.

Each belongs to one person who holds every role that there is, at the places of the estate and
nowhere else. So where they are refused at another estate, it is the place that refuses them and
never a missing role. What may not leak carries a mark of its own.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from fangxian.exchange.exports import actions as exports
from fangxian.exchange.exports.rules import Form, Kind
from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.models import ApiToken, Invitation, RoleAssignment, Session, User
from fangxian.foundation.accounts.queries import actor_for
from fangxian.foundation.accounts.rules import Role, fingerprint
from fangxian.foundation.accounts.sessions import mark_of
from fangxian.foundation.escalation.models import Acknowledgement, Substitute
from fangxian.foundation.notices import actions as notices
from fangxian.foundation.notices.models import Delivery, Notice, Robot
from fangxian.foundation.people import actions as people
from fangxian.foundation.people.models import Guardian, Membership
from fangxian.foundation.schooldays import actions as schooldays
from fangxian.foundation.units import actions as units
from fangxian.foundation.units.models import Unit, UnitKind
from fangxian.kernel.access import Actor, granted
from fangxian.kernel.intake import actions as intake
from fangxian.kernel.intake.work import run
from tests.cast import AT, DAY, OPENED, Cast, Place, unit
from tests.intake.files import as_csv
from tests.people.rosters import HEADING, row

SCHOOL_ROLES = (Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER, Role.HEAD, Role.UNIT_ADMIN)
COUNTY_ROLES = (
    Role.COUNTY_OFFICER,
    Role.UNIT_ADMIN,
    Role.INSPECTOR,
    Role.CDC_LIAISON,
    Role.AUDITOR,
)


@dataclass
class Estate:
    """Places, who works there, and what each identifier of the estate is, by its name."""

    mark: str
    bureau: Place
    school: Place
    group: Place
    keeper: User
    token: str
    ids: dict[str, str] = field(default_factory=dict)
    users: list[int] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return actor_for(self.keeper, today=DAY)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody outside may ever be shown."""
        return (f"{self.mark}童", f"{self.mark}机密", f"000{self.phone}")

    @property
    def phone(self) -> str:
        return f"{sum(map(ord, self.mark)):08}"

    def client(self, **more: Any) -> Client:
        """The keeper at a browser."""
        client = Client(raise_request_exception=False, **more)
        client.force_login(self.keeper)
        return client


@dataclass(frozen=True)
class Ground:
    """Ours, the neighbours' in the same county, and another county's."""

    ours: Estate
    neighbours: Estate
    others: Estate


@pytest.fixture
def ground(cast: Cast, at_eight: None) -> Ground:
    """The three estates, as they are at eight."""
    third = unit("5101070001", UnitKind.SCHOOL, "第三方学校", cast.city, stage="primary")
    tiny, other = cast.tiny_school, cast.other_school
    return Ground(
        ours=build("甲", cast.county, cast.school, cast.plain_group, third),
        neighbours=build("乙", tiny, tiny, cast.tiny_group, third),
        others=build("丙", cast.other_county, other, cast.other_group, third),
    )


def build(mark: str, bureau: Place, school: Place, group: Place, third: Place) -> Estate:
    """An estate with one of everything; a school alone where the bureau is the school."""
    name = {"甲": "jia", "乙": "yi", "丙": "bing"}[mark]
    keeper = _user(f"keeper-{name}", f"{mark}管理员")
    roles = {(one, school) for one in SCHOOL_ROLES} | {(Role.GROUP_TEACHER, group)}
    if bureau != school:
        roles |= {(one, bureau) for one in COUNTY_ROLES}
    for role, place in sorted(roles, key=lambda pair: pair[0].value):
        _give(keeper, role, place)
    token = f"fx_proof_{name}"
    permissions = sorted(frozenset().union(*(granted(role) for role, _place in roles)))
    _token(keeper, bureau, token, permissions)
    made = Estate(mark, bureau, school, group, keeper, token, users=[keeper.pk])
    _people(made, third)
    _accounts(made)
    _units(made)
    _told(made)
    _checked(made)
    _intake(made)
    _taken_out(made)
    return made


def _user(username: str, name: str) -> User:
    user = User(username=username, display_name=name, created_at=AT)
    user.set_unusable_password()
    user.save()
    return user


def _give(user: User, role: Role, place: Place) -> RoleAssignment:
    return RoleAssignment.objects.create(
        user=user, role=role, unit_id=place.id, valid_from=OPENED, given_at=AT
    )


def _token(user: User, place: Place, secret: str, permissions: list[str]) -> ApiToken:
    return ApiToken.objects.create(
        user=user, unit_id=place.id, name="proof", hash=fingerprint(secret),
        permissions=permissions, created_at=AT, expires_at=AT + timedelta(days=30),
    )  # fmt: skip


def _people(made: Estate, third: Place) -> None:
    said: dict[str, Any] = {"school_id": made.school.id, "kind": "student", "by": made.actor,
                            "at": AT}  # fmt: skip
    Unit.objects.filter(pk=made.group.id).update(has_roster=True)
    first, second = (
        people.add_person(
            group_id=made.group.id, name=f"{made.mark}童{numeral}", number=f"{made.mark}{numeral}",
            **said,
        )
        for numeral in "一二"
    )  # fmt: skip
    Guardian.objects.create(
        person=first, school_id=made.school.id, path=made.school.path, phone=f"000{made.phone}"
    )
    room = people.open_cohort(school_id=made.school.id, kind="dormitory",
                              name=f"{made.mark}机密宿舍", by=made.actor, at=AT)  # fmt: skip
    bed = people.join_cohort(cohort_id=room.pk, person_id=first.pk, by=made.actor, at=AT)
    way = people.offer_transfer(person_id=second.pk, to_school_id=third.id, effective_on=DAY,
                                by=made.actor, at=AT, reason=f"{made.mark}机密")  # fmt: skip
    planned = people.confirm_promotion(
        school_id=made.school.id, effective_on=DAY + timedelta(days=30), steps=[], opening=[],
        by=made.actor, at=AT,
    )  # fmt: skip
    membership = Membership.objects.get(person=first)
    seen = people.unmask_person(person_id=first.pk, reason=f"{made.mark}核实电话",
                                by=made.actor, at=AT)  # fmt: skip
    made.ids |= {
        "unmasking": str(seen.pk),
        "person": str(first.pk),
        "cohort": str(room.pk),
        "bed": str(bed.pk),
        "transfer": str(way.pk),
        "promotion": str(planned.pk),
        "membership": str(membership.pk),
    }


def _accounts(made: Estate) -> None:
    colleague = _user(f"colleague-{made.keeper.username}", f"{made.mark}机密同事")
    made.users.append(colleague.pk)
    role = _give(colleague, Role.HEAD, made.school)
    token = _token(colleague, made.school, f"{made.token}_other", ["units.view"])
    accounts.invite(unit_id=made.school.id, role=Role.HEALTH_OFFICER, name=f"{made.mark}机密人",
                    by=made.actor, at=AT)  # fmt: skip
    invitation = Invitation.objects.latest("pk")
    passkey = Authenticator.objects.create(
        user=made.keeper, type=Authenticator.Type.WEBAUTHN,
        data={"id": "AAAA", "public": "AAAA", "times": 0, "name": f"{made.mark}机密钥匙"},
    )  # fmt: skip
    away = Client()
    away.force_login(made.keeper)
    key = Session.objects.filter(user=made.keeper).latest("began_at").session_key
    made.ids |= {
        "user": str(colleague.pk),
        "assignment": str(role.pk),
        "own_assignment": str(RoleAssignment.objects.get(user=made.keeper, role=Role.HEAD).pk),
        "token": str(token.pk),
        "own_token": str(ApiToken.objects.get(user=made.keeper).pk),
        "invitation": str(invitation.pk),
        "session": mark_of(key),
        "passkey": str(passkey.pk),
    }


def _units(made: Estate) -> None:
    said: dict[str, Any] = {"unit_id": made.school.id, "name": f"{made.mark}机密组长",
                            "phone": f"000{made.phone}", "valid_from": DAY, "by": made.actor,
                            "at": AT}  # fmt: skip
    leader = units.add_leader(post="组长", **said)
    tie = units.add_tie(kind="clinic", **said)
    stand = Substitute.objects.create(
        unit_id=made.school.id, role=Role.HEAD, user_id=made.users[1], first_day=DAY,
        last_day=DAY, set_by=made.keeper, set_at=AT,
    )  # fmt: skip
    stop = schooldays.suspend(
        unit_id=made.school.id, first_day=DAY + timedelta(days=20), last_day=None,
        reason=f"{made.mark}机密", document="", by=made.actor, at=AT,
    ) if _may_suspend(made) else None  # fmt: skip
    taken = Acknowledgement.objects.create(
        day=DAY, kind="daily_report", unit_id=made.school.id, school_id=made.school.id,
        path=made.school.path, levels=["head"], bureaus=[], by=made.keeper, at=AT,
    )  # fmt: skip
    made.ids |= {
        "leader": str(leader.pk),
        "tie": str(tie.pk),
        "substitute": str(stand.pk),
        "suspension": str(stop.pk if stop else 0),
        "acknowledgement": str(taken.pk),
        "unit": str(made.school.id),
        "group": str(made.group.id),
        "code": made.school.code,
        "group_code": made.group.code,
        "bureau_code": made.bureau.code,
    }


def _may_suspend(made: Estate) -> bool:
    return made.bureau != made.school  # a school's own people do not suspend its lessons


def _told(made: Estate) -> None:
    notices.send(
        to=[made.keeper.pk], template="notices.test", context={}, path=made.school.path,
        link="/checks/", dedupe="proof", at=AT,
    )  # fmt: skip
    notice = Notice.objects.get(user_id=made.keeper.pk, dedupe="proof")
    robot = Robot.objects.create(
        unit_id=made.school.id, channel="webhook", name=f"{made.mark}机密机器人",
        url="https://robot.example.cn/", categories=["duties"], lane=f"webhook:{made.mark}",
        made_by=made.keeper, made_at=AT,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('delivery_id_seq')")
        number = cursor.fetchone()[0]
    Delivery.objects.create(
        day=DAY, id=number, notice_id=notice.id, user_id=made.keeper.pk, robot_id=None,
        path=made.school.path, channel="email", lane="email", urgent=False, created_at=AT,
        not_before=AT, last_error=f"{made.mark}机密",
    )  # fmt: skip
    made.ids |= {"notice": str(notice.id), "delivery": str(number), "robot": str(robot.pk)}


def _checked(made: Estate) -> None:
    body = {
        "unit": made.group.code, "day": DAY.isoformat(), "session": "morning", "enrolled": 2,
        "present": 1, "not_known": 0,
        "absences": [{"person": int(made.ids["person"]), "reason": "ill", "symptoms": ["fever"]}],
    }  # fmt: skip
    answer = Client().post(
        "/api/v1/checks", json.dumps(body), content_type="application/json",
        headers={"authorization": f"Bearer {made.token}"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content


def _intake(made: Estate) -> None:
    sheet = as_csv([HEADING, row(f"{made.mark}童三", made.group.version.name_zh)])
    kept = intake.upload(kind="roster", unit_id=made.school.id, file_name=f"{made.mark}机密.csv",
                         file=io.BytesIO(sheet), options={}, by=made.actor, at=AT)  # fmt: skip
    run(kept.pk, at=AT)
    made.ids["intake"] = str(kept.pk)


def _taken_out(made: Estate) -> None:
    wish = exports.Wish(Kind.ROSTER, Form.XLSX, made.school.version, DAY, DAY, names=True,
                        reason=f"{made.mark}机密名单")  # fmt: skip
    made.ids["export"] = str(exports.ask(wish, by=made.actor, at=AT).pk)
