"""The tree under change: stories of one change each, then laws under any sequence of them."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.units import actions
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.units import laws
from tests.units.conftest import AT, EVERYWHERE, TODAY, admin_of, unit

LATER = TODAY + timedelta(days=30)
HOME_DAY = date(2020, 2, 3)


def heads(path: str, day: date) -> int:
    rows = UnitVersion.objects.as_of(day).below(path).filter(kind="group")
    return sum(row.unit.headcount or 0 for row in rows.select_related("unit"))


def test_opening_in_the_past_follows_the_county_through_its_codes(school: UnitVersion) -> None:
    before, after = unit("5101320001", HOME_DAY), unit("5101320001")
    assert (before.division_code, after.division_code) == ("510132", "510118")
    assert before.path == after.path
    assert before.territorial_id == unit("510118").unit_id
    laws.check([HOME_DAY, TODAY, *laws.days_of_change()])


def test_a_moved_school_takes_everything_below_it_along(school: UnitVersion) -> None:
    dayi = unit("510129")
    actions.move_unit(unit_id=school.unit_id, new_parent_id=dayi.unit_id, day=LATER,
                      by=EVERYWHERE, at=AT)  # fmt: skip
    assert unit("5101320001").reports_to_id == unit("510118").unit_id
    assert heads(unit("510118").path, LATER - timedelta(1)) == 87
    assert heads(unit("510118").path, LATER) == 0
    assert heads(dayi.path, LATER) == 87
    group = unit("5101320001-P101", LATER)
    assert (group.school_id, group.bureau_id) == (school.unit_id, dayi.unit_id)
    laws.check(laws.days_of_change())


def test_a_county_given_to_another_city(school: UnitVersion) -> None:
    xinjin, meishan = unit("510118"), unit("511400")
    actions.move_unit(unit_id=xinjin.unit_id, new_parent_id=meishan.unit_id, day=TODAY,
                      by=EVERYWHERE, at=AT)  # fmt: skip
    assert heads(meishan.path, TODAY) == 87
    assert heads(meishan.path, TODAY - timedelta(1)) == 0
    assert unit("5101320001").bureau_id == xinjin.unit_id
    laws.check(laws.days_of_change())


def test_merged_schools_keep_their_people(school: UnitVersion) -> None:
    other = actions.open_unit(
        parent_id=unit("510118").unit_id, kind="centre_school", code="5101180002",
        name_zh="示例第二中心小学", stage="primary", opened_on=date(2024, 9, 1),
        by=EVERYWHERE, at=AT,
    )  # fmt: skip
    moved = actions.merge_units(from_id=school.unit_id, into_id=other.unit_id, day=LATER,
                                by=EVERYWHERE, at=AT)  # fmt: skip
    assert moved == 4
    assert heads(other.path, LATER) == 87
    gone = Unit.objects.get(pk=school.unit_id)
    assert (gone.closed_on, gone.merged_into_id) == (LATER, other.unit_id)
    assert unit("5101320001-P101", LATER).school_id == other.unit_id
    laws.check(laws.days_of_change())


def test_merged_groups_add_up_and_the_unknown_stays_unknown(school: UnitVersion) -> None:
    first, second = unit("5101320001-0301"), unit("5101320001-0302")
    actions.merge_units(from_id=first.unit_id, into_id=second.unit_id, day=TODAY,
                        by=EVERYWHERE, at=AT)  # fmt: skip
    assert heads(school.path, TODAY) == 87
    point = unit("5101320001-P101")
    Unit.objects.filter(pk=point.unit_id).update(headcount=None)
    actions.merge_units(from_id=second.unit_id, into_id=point.unit_id, day=LATER,
                        by=EVERYWHERE, at=AT)  # fmt: skip
    assert Unit.objects.get(pk=point.unit_id).headcount is None
    laws.check(laws.days_of_change())


def test_a_closed_school_leaves_the_tree_with_all_below_it(school: UnitVersion) -> None:
    assert actions.close_unit(unit_id=school.unit_id, day=LATER, by=EVERYWHERE, at=AT) == 5
    assert heads(school.path, LATER - timedelta(1)) == 87
    assert heads(school.path, LATER) == 0
    with pytest.raises(Conflict):  # its end is entered: nothing may be hung below it any more
        actions.move_unit(unit_id=unit("5101320001-0301").unit_id, day=TODAY, by=EVERYWHERE,
                          new_parent_id=unit("5101320001-P1").unit_id, at=AT)  # fmt: skip
    laws.check(laws.days_of_change())


def test_a_division_where_others_stand_does_not_close(school: UnitVersion) -> None:
    actions.open_unit(
        parent_id=unit("510000").unit_id, kind="college", code="5100000001",
        name_zh="示例大学", stage="university", opened_on=TODAY, by=EVERYWHERE, at=AT,
        territorial_id=unit("510118").unit_id,
    )  # fmt: skip
    with pytest.raises(Conflict, match="示例大学"):
        actions.close_unit(unit_id=unit("510118").unit_id, day=LATER, by=EVERYWHERE, at=AT)


def test_a_recoded_county_recodes_what_stands_in_it_from_that_day(school: UnitVersion) -> None:
    xinjin = unit("510118")
    actions.change_unit(unit_id=xinjin.unit_id, code="510119", name_zh="新津市", day=LATER,
                        by=EVERYWHERE, at=AT)  # fmt: skip
    assert unit("5101320001-0301").division_code == "510118"
    assert unit("5101320001-0301", LATER).division_code == "510119"
    renamed = unit("510119", LATER)
    assert (renamed.name_zh, renamed.pinyin, renamed.initials) == ("新津市", "xinjinshi", "xjs")
    assert unit("510118").name_zh == "新津区"
    laws.check(laws.days_of_change())


def test_the_person_in_charge_changes_from_a_day_on(school: UnitVersion) -> None:
    actions.set_contact(unit_id=school.unit_id, name="王校长", phone="00000000001", day=TODAY,
                        by=EVERYWHERE, at=AT)  # fmt: skip
    assert unit("5101320001", TODAY - timedelta(1)).contact_name == ""
    assert unit("5101320001").contact_name == "王校长"
    with pytest.raises(Invalid) as refused:
        actions.set_contact(unit_id=school.unit_id, name=" ", phone="none", day=TODAY,
                            by=EVERYWHERE, at=AT)  # fmt: skip
    assert set(refused.value.fields) == {"name", "phone"}


def test_leading_group_and_ties_come_and_go(school: UnitVersion) -> None:
    member = actions.add_leader(unit_id=school.unit_id, post="组长", name="王校长", by=EVERYWHERE,
                                phone="00000000001", valid_from=TODAY, at=AT)  # fmt: skip
    actions.end_leader(member_id=member.pk, day=LATER, by=EVERYWHERE, at=AT)
    member.refresh_from_db()
    assert member.valid_to == LATER
    tie = actions.add_tie(unit_id=school.unit_id, kind="cdc", name="示例疾控中心", by=EVERYWHERE,
                          phone="00000000002", valid_from=TODAY, at=AT)  # fmt: skip
    actions.end_tie(tie_id=tie.pk, day=TODAY, by=EVERYWHERE, at=AT)  # never held
    assert not UnitVersion.objects.get(unit_id=school.unit_id, valid_to__year=9999).unit.ties.all()


def test_who_may_change_what(school: UnitVersion) -> None:
    group = unit("5101320001-0301")
    outsider, viewer = admin_of(unit("510129")), admin_of(school, UnitPermission.VIEW)
    own_admin, county_admin = admin_of(school), admin_of(unit("510118"))
    close = {"unit_id": school.unit_id, "day": LATER, "at": AT}
    for actor, refusal in ((outsider, NotFound), (viewer, NotFound), (own_admin, NotFound)):
        with pytest.raises(refusal):
            actions.close_unit(**close, by=actor)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        actions.close_unit(unit_id=group.unit_id, day=LATER, by=viewer, at=AT)
    actions.close_unit(unit_id=group.unit_id, day=LATER, by=own_admin, at=AT)
    with pytest.raises(NotFound):  # not allowed at the place it would go to
        actions.move_unit(unit_id=school.unit_id, new_parent_id=unit("510129").unit_id, day=LATER,
                          by=county_admin, at=AT)  # fmt: skip


def test_the_past_is_not_rewritten(school: UnitVersion) -> None:
    yesterday = TODAY - timedelta(days=1)
    for act, more in (
        (actions.close_unit, {}),
        (actions.change_unit, {"name_zh": "新名"}),
        (actions.move_unit, {"new_parent_id": unit("510129").unit_id}),
        (actions.set_contact, {"name": "某", "phone": "0001"}),
    ):
        with pytest.raises(Invalid) as refused:
            act(unit_id=school.unit_id, day=yesterday, by=EVERYWHERE, at=AT, **more)
        assert "day" in refused.value.fields


def test_a_code_is_borne_once_a_day(school: UnitVersion) -> None:
    with pytest.raises(Conflict):
        actions.change_unit(unit_id=unit("5101320001-0301").unit_id, code="5101320001-0302",
                            day=LATER, by=EVERYWHERE, at=AT)  # fmt: skip


@pytest.mark.parametrize("column", ["unit", "code"])
def test_the_database_itself_refuses_two_versions_on_one_day(
    school: UnitVersion, column: str
) -> None:
    twin = UnitVersion.objects.get(unit_id=school.unit_id, valid_to__year=9999)
    twin.pk = None
    twin.valid_from, twin.valid_to = LATER, LATER + timedelta(days=1)
    if column == "unit":
        twin.code = "5101329999"
    else:
        twin.unit_id = unit("510129").unit_id
        UnitVersion.objects.filter(unit_id=twin.unit_id).update(valid_to=LATER)
    refused = pytest.raises(IntegrityError, match="on one day")
    with refused, transaction.atomic():
        twin.save()


def test_every_change_is_in_the_audit(school: UnitVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event, count(*) FROM audit_event WHERE event LIKE 'units.%' GROUP BY event"
        )
        assert dict(cursor.fetchall()) == {"units.divisions_loaded": 1, "units.opened": 5}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["open", "close", "move", "merge", "rename", "recode", "contact"]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.integers(-2, 40),
    ),
    max_size=10,
)


def take(step: tuple[str, int, int, int], number: int) -> None:
    """One change at random; refusals are fine, broken laws are not."""
    verb, one, two, ahead = step
    day = TODAY + timedelta(days=ahead)
    units = list(UnitVersion.objects.as_of(day).order_by("unit_id"))
    if not units:
        return
    a, b = units[one % len(units)].unit_id, units[two % len(units)].unit_id
    said = {"day": day, "by": EVERYWHERE, "at": AT}
    if verb == "open":
        actions.open_unit(parent_id=a, kind="school", code=f"51011990{number:02d}", name_zh="新校",
                          stage="primary", opened_on=day, by=EVERYWHERE, at=AT)  # fmt: skip
    elif verb == "close":
        actions.close_unit(unit_id=a, **said)  # type: ignore[arg-type]
    elif verb == "move":
        actions.move_unit(unit_id=a, new_parent_id=b, **said)  # type: ignore[arg-type]
    elif verb == "merge":
        actions.merge_units(from_id=a, into_id=b, **said)  # type: ignore[arg-type]
    elif verb == "rename":
        actions.change_unit(unit_id=a, name_zh=f"改名{number}", **said)  # type: ignore[arg-type]
    elif verb == "recode":
        actions.change_unit(unit_id=a, code=f"51011{number:02d}"[:6], **said)  # type: ignore[arg-type]
    else:
        actions.set_contact(unit_id=a, name="某", phone="0001", **said)  # type: ignore[arg-type]


def counts(day: date) -> dict[str, int]:
    return {
        kind: UnitVersion.objects.as_of(day).filter(kind=kind).count()
        for kind in ("school", "centre_school", "group", "county")
    }


Seen = list[tuple[object, ...]]


def seen_on(day: date) -> Seen:
    """What the tree says about a day, of units that had been opened by yesterday."""
    rows = UnitVersion.objects.as_of(day).filter(unit__opened_on__lt=TODAY - timedelta(days=2))
    return list(
        rows.order_by("unit_id").values_list(
            "unit_id", "path", "code", "name_zh", "school_id", "bureau_id", "contact_name"
        )
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_no_sequence_of_changes_breaks_the_tree(
    small_tree: None, steps: list[tuple[str, int, int, int]]
) -> None:
    far, past = TODAY + timedelta(days=60), (HOME_DAY, TODAY - timedelta(days=1))
    with transaction.atomic():
        told = {day: seen_on(day) for day in past}
        for number, step in enumerate(steps):
            before = counts(far)
            with suppress(DomainError), transaction.atomic():
                take(step, number)
                if step[0] in ("move", "rename", "recode", "contact"):
                    assert counts(far) == before
        laws.check({TODAY, *laws.days_of_change()})
        assert {day: seen_on(day) for day in past} == told
        transaction.set_rollback(True)
