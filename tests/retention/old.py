"""Something old enough for each term, and beside it the same thing that is not."""

from datetime import date, datetime, timedelta

from django.db import connection

from fangxian.exchange.exports.models import Export
from fangxian.foundation.accounts.models import (
    ApiToken,
    Invitation,
    PasswordLink,
    RoleAssignment,
    Session,
    Tries,
    User,
)
from fangxian.foundation.escalation.models import Acknowledgement, Substitute
from fangxian.foundation.notices.models import Delivery, Notice
from fangxian.foundation.obligations.models import Chase
from fangxian.foundation.people.models import (
    Cohort,
    CohortMembership,
    Guardian,
    Membership,
    Person,
    Transfer,
    Unmasking,
)
from fangxian.foundation.units.models import LeadingGroupMember, TieContact, UnitVersion
from fangxian.kernel import clock
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.checks.models import Check, CheckLine
from tests.cast import DAY, Cast

#: a whole day of the 13th month back, one of the 7th, and one of last week
LONG_AGO, SOME_TIME_AGO = date(2025, 10, 20), date(2026, 4, 20)
LAST_WEEK = DAY - timedelta(days=7)
TIMES = (LONG_AGO, LAST_WEEK)


def night(day: date) -> datetime:
    """Three in the morning of a day."""
    return clock.midnight(day) + timedelta(hours=3)


def person(cast: Cast, name: str, left: date | None, *, member: bool = True) -> Person:
    """Somebody with a guardian, a room and a group, who left or did not."""
    school, group = cast.school, cast.plain_group
    made = Person.objects.create(
        school_id=school.id, path=school.path, kind="student", name=name, left_on=left,
        created_at=night(LONG_AGO), updated_at=night(LONG_AGO),
    )  # fmt: skip
    at_school = {"person": made, "school_id": school.id, "path": school.path}
    Guardian.objects.create(**at_school, phone="00000000000")
    if member:
        Membership.objects.create(
            person=made, group_id=group.id, school_id=school.id, path=group.path,
            valid_from=date(2024, 9, 1), valid_to=left or date(9999, 12, 31),
        )  # fmt: skip
    return made


def people(cast: Cast) -> None:
    """Left long ago, left lately, and left long ago but with a duty open."""
    for day in TIMES:
        person(cast, "离校", day)
    waiting = person(cast, "转学中", LONG_AGO)
    transfer(cast, waiting, "asked", None)
    still = person(cast, "又入班", LONG_AGO, member=False)
    Membership.objects.create(
        person=still, group_id=cast.plain_group.id, school_id=cast.school.id,
        path=cast.plain_group.path, valid_from=LONG_AGO,
    )  # fmt: skip
    here = person(cast, "在校", None)
    room = Cohort.objects.create(
        school_id=cast.school.id, path=cast.school.path, kind="dormitory", name="101",
        valid_from=date(2024, 9, 1),
    )  # fmt: skip
    for day in TIMES:
        transfer(cast, here, "refused", day)
        CohortMembership.objects.create(
            person=here, cohort=room, school_id=cast.school.id, path=cast.school.path,
            valid_from=date(2024, 9, 1), valid_to=day,
        )  # fmt: skip


def transfer(cast: Cast, who: Person, state: str, day: date | None) -> None:
    """A way to the other school, answered on a day or not yet."""
    Transfer.objects.create(
        person=who, from_school_id=cast.school.id, from_path=cast.school.path,
        to_school_id=cast.other_school.id, to_path=cast.other_school.path,
        asked_by_side="giving", state=state, effective_on=DAY, asked_at=night(LONG_AGO),
        answered_at=None if day is None else night(day),
    )  # fmt: skip


def contacts(cast: Cast) -> None:
    """A person in charge until long ago, until last week, and now; leaders and outside ties."""
    now = cast.school.version
    for first, last in ((date(2019, 9, 1), LONG_AGO), (LONG_AGO, LAST_WEEK)):
        past = UnitVersion.objects.get(pk=now.pk)
        UnitVersion.objects.filter(pk=now.pk).update(valid_from=last)
        past.pk, past.valid_from, past.valid_to = None, first, last
        past.save()
    for day in TIMES:
        held = {"valid_from": date(2024, 9, 1), "valid_to": day, "unit_id": cast.school.id}
        LeadingGroupMember.objects.create(post="组长", name="某", phone="0", **held)
        TieContact.objects.create(kind="cdc", name="某", phone="0", **held)


def accounts(cast: Cast) -> None:
    """Links, tokens, sign-ins, roles that ended, and accounts that were closed."""
    school, head = cast.school.id, cast.users["head"]
    real = clock.real_now()
    for number, day in enumerate(TIMES):
        at, digest = night(day), bytes([number]) * 32
        Invitation.objects.create(
            hash=digest, unit_id=school, role="head", name="某", created_at=at, expires_at=at
        )
        PasswordLink.objects.create(hash=digest, user=head, created_at=at, expires_at=at)
        ApiToken.objects.create(
            user=head, unit_id=school, name="旧", hash=digest, permissions=[], created_at=at,
            expires_at=night(DAY), revoked_at=at,
        )  # fmt: skip
        gone = User.objects.create(
            username=f"gone-{number}", display_name="某人", phone="0", is_active=False,
            created_at=night(date(2024, 9, 1)), last_login=at,
        )  # fmt: skip
        RoleAssignment.objects.create(
            user=gone, role="head", unit_id=school, valid_from=date(2021, 9, 1),
            valid_to=date(2022, 9, 1) if day == LONG_AGO else LAST_WEEK, given_at=at,
        )  # fmt: skip
        away = timedelta(days=3 if day == LONG_AGO else -3)
        Session.objects.create(
            session_key=f"key{number}", session_data="", expire_date=real - away, began_at=at,
            seen_at=at, ends_at=real - away,
        )  # fmt: skip
        since = real - (away if day == LONG_AGO else timedelta(minutes=5))
        Tries.objects.create(key=digest, since=since, count=1)


def days(cast: Cast) -> None:
    """What is kept by the day: roll calls with a named ill child, notices, deliveries."""
    for day in (LONG_AGO, SOME_TIME_AGO, LAST_WEEK):
        ensure_day(day)
        check(cast, day)
        Notice.objects.create(
            id=day.toordinal(), day=day, user_id=1, path=cast.school.path, kind="k", urgent=False,
            dedupe="d", created_at=night(day),
        )  # fmt: skip
        Delivery.objects.create(
            id=day.toordinal(), day=day, notice_id=1, user_id=1, path=cast.school.path,
            channel="sms", lane="sms", urgent=False, created_at=night(day), not_before=night(day),
        )  # fmt: skip


def check(cast: Cast, day: date) -> None:
    """A roll call told for the teacher, with one child who was ill."""
    place = {
        "day": day, "unit_id": cast.named_group.id, "session": "morning", "revision": 1,
        "school_id": cast.school.id, "path": cast.named_group.path,
    }  # fmt: skip
    Check.objects.create(
        **place, id=day.toordinal(), enrolled=5, present=4, not_known=0, absent_ill=1,
        absent_leave=0, absent_unknown=0, absent_other=0, digest=b"x" * 32,
        on_behalf_of="某老师", channel="phone", told_at=night(day), received_at=night(day),
    )  # fmt: skip
    CheckLine.objects.create(
        **place, number=1, person_id=cast.persons[0], name="安安", is_present=False,
        reason="ill", symptoms=["fever"], temperature="38.5", known_at=night(day),
    )  # fmt: skip


def messages(cast: Cast) -> None:
    """Who chased, who was on it, who stood in."""
    head = cast.users["head"]
    for day in TIMES:
        place = {"day": day, "kind": "daily_report", "unit_id": cast.school.id}
        Chase.objects.create(
            **place, school_id=cast.school.id, path=cast.school.path, chased_at=night(day),
            from_name_zh="x",
        )  # fmt: skip
        Acknowledgement.objects.create(
            **place, path=cast.school.path, levels=[], bureaus=[], by=head, at=night(day)
        )
        Substitute.objects.create(
            unit_id=cast.school.id, role="head", user=head, first_day=day, last_day=day,
            set_by=head, set_at=night(day),
        )  # fmt: skip
        Intake.objects.create(
            kind="roster", unit_id=cast.school.id, path=cast.school.path, by_id=head.pk,
            at=night(day), file_name="名单.xlsx", size=1, state="done", changed_at=night(day),
        )  # fmt: skip


JOBS = """
WITH made AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
    VALUES ('q', 'told', '{"x": 1}', 'todo'), ('q', 'told', '{"x": 1}', 'todo') RETURNING id
), ended AS (
    SELECT min(id) AS old, max(id) AS new FROM made
)
SELECT old, new FROM ended
"""


def jobs() -> None:
    """A background job that ended long ago, and one that ended just now."""
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
        old, new = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)", [[old, new]]
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '30 days' WHERE job_id = %s",
            [old],
        )


def taken_out(cast: Cast) -> None:
    """Files that were taken out and numbers that were shown in full, long ago and just now."""
    head, school = cast.users["head"], cast.school
    for number, day in enumerate((LONG_AGO, DAY)):
        Export.objects.create(
            mark=f"old{number}", kind="roster", form="xlsx", unit_id=school.id, path=school.path,
            code=school.code, first=day, last=day, state="expired", by_id=head.pk,
            by_name="某人", language="en", asked_at=night(day),
        )  # fmt: skip
        Unmasking.objects.create(
            school_id=school.id, path=school.path, by_id=head.pk, reason="家长来电",
            broke_glass=False, at=night(day),
            until=night(day) + timedelta(minutes=10),
        )  # fmt: skip


def grow(cast: Cast) -> None:
    """All of it."""
    taken_out(cast)
    people(cast)
    contacts(cast)
    accounts(cast)
    days(cast)
    messages(cast)
    jobs()
