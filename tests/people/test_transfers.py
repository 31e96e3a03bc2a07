"""From one school to another: who asks, who answers, and that nobody is lost or doubled."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.notices.models import Notice
from fangxian.foundation.people import actions, rules
from fangxian.foundation.people.models import Guardian, Membership, Person, Transfer, TransferState
from fangxian.foundation.units.models import Unit
from fangxian.kernel.access import system
from fangxian.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.people import laws

CARD = "99000020180901001" + "3"
SYSTEM = system("people", [])


@pytest.fixture(autouse=True)
def _new_groups(cast: Cast) -> None:
    """Of the groups that people come into nobody has said a headcount yet."""
    here = [cast.other_group.id, cast.plain_group.id]
    Unit.objects.filter(pk__in=here).update(headcount=None)


def offer(cast: Cast, who: str = "reporter", later: int = 0, person: int = 0) -> Transfer:
    return actions.offer_transfer(
        person_id=cast.persons[person], to_school_id=cast.other_school.id, reason="搬家",
        effective_on=DAY + timedelta(days=later), by=cast.actor(who), at=AT,
    )  # fmt: skip


def accept(cast: Cast, transfer: Transfer, who: str = "other_reporter") -> Transfer:
    return actions.accept_transfer(
        transfer_id=transfer.pk, to_group_id=cast.other_group.id, number="T1",
        by=cast.actor(who), at=AT,
    )  # fmt: skip


def test_every_state_of_a_transfer_has_its_moves() -> None:
    assert set(rules.TRANSFER_MOVES) == set(TransferState)
    moves = {(a, b) for a, after in rules.TRANSFER_MOVES.items() for b in after}
    assert moves == set(rules.ANSWERED_BY)


def test_both_rolls_follow_and_the_record_goes_along(cast: Cast) -> None:
    accept(cast, offer(cast))
    person = Person.objects.get(pk=cast.persons[0])
    assert (person.school_id, person.number) == (cast.other_school.id, "T1")
    assert Guardian.objects.get(person=person).path == cast.other_school.path
    heads = dict(Unit.objects.values_list("pk", "headcount"))
    assert heads[cast.named_group.id] == len(PEOPLE) - 1
    assert heads[cast.other_group.id] == 1
    yesterday = Membership.objects.as_of(DAY - timedelta(1)).get(person=person)
    assert yesterday.school_id == cast.school.id
    laws.check(DAY)


def test_an_accepted_transfer_waits_for_its_day(cast: Cast) -> None:
    accept(cast, offer(cast, later=3))
    assert Person.objects.get(pk=cast.persons[0]).school_id == cast.school.id
    later = AT + timedelta(days=4)  # the worker stood still for a day
    assert actions.turn_the_day(since=DAY, by=SYSTEM, at=later) == 1
    assert actions.turn_the_day(since=DAY, by=SYSTEM, at=later) == 0
    moved = Membership.objects.get(person_id=cast.persons[0], group_id=cast.other_group.id)
    assert moved.valid_from == DAY + timedelta(days=3)
    laws.check(later.date())


def told(cast: Cast, who: str) -> list[str]:
    rows = Notice.objects.filter(user_id=cast.users[who].pk).order_by("created_at", "id")
    return [row.kind for row in rows if row.kind.startswith("people.")]


def test_the_other_school_is_told_and_no_name_with_it(cast: Cast) -> None:
    transfer = offer(cast, later=3)
    assert told(cast, "other_reporter") == ["people.transfer_asked"] and not told(cast, "reporter")
    accept(cast, transfer)
    assert told(cast, "reporter") == ["people.transfer_accepted"]
    actions.withdraw_transfer(transfer_id=transfer.pk, by=cast.actor("reporter"), at=AT)
    assert told(cast, "other_reporter")[1:] == ["people.transfer_withdrawn"]
    rows = Notice.objects.filter(kind__startswith="people.")
    assert not any(PEOPLE[0] in str(row.context) for row in rows)
    assert {row.link for row in rows} == {f"/people/transfer/{transfer.pk}/"}


def test_a_second_request_is_refused(cast: Cast) -> None:
    offer(cast)
    with pytest.raises(Conflict):
        offer(cast)


def test_a_person_on_the_way_does_not_leave(cast: Cast) -> None:
    offer(cast)
    with pytest.raises(Conflict):
        actions.end_person(person_id=cast.persons[0], day=DAY, by=cast.actor("head"), at=AT)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("reporter", Conflict), ("teacher", NotFound), ("outsider", Forbidden)],
)
def test_the_other_school_answers(cast: Cast, who: str, refusal: type[DomainError]) -> None:
    transfer = offer(cast)
    with pytest.raises(refusal):
        accept(cast, transfer, who)


def test_a_refusal_says_why_and_who_asked_takes_back(cast: Cast) -> None:
    transfer = offer(cast)
    with pytest.raises(Invalid):
        actions.refuse_transfer(
            transfer_id=transfer.pk, answer=" ", by=cast.actor("other_reporter"), at=AT
        )
    with pytest.raises(Conflict):
        actions.withdraw_transfer(transfer_id=transfer.pk, by=cast.actor("other_reporter"), at=AT)
    actions.withdraw_transfer(transfer_id=transfer.pk, by=cast.actor("reporter"), at=AT)
    offer(cast)


def test_a_school_asks_for_somebody_by_number_and_name(cast: Cast) -> None:
    Person.objects.filter(pk=cast.persons[0]).update(id_kind="id_card", id_number=CARD)

    def ask(name: str) -> Transfer:
        return actions.request_transfer(
            id_number=CARD, name=name, to_school_id=cast.other_school.id, effective_on=DAY,
            to_group_id=cast.other_group.id, by=cast.actor("other_reporter"), at=AT,
        )  # fmt: skip

    with pytest.raises(Invalid):
        ask("别人")
    transfer = ask(PEOPLE[0])
    with pytest.raises(Conflict):  # who asks does not answer
        accept(cast, transfer)
    actions.accept_transfer(transfer_id=transfer.pk, by=cast.actor("head"), at=AT)
    assert Person.objects.get(pk=cast.persons[0]).school_id == cast.other_school.id
    laws.check(DAY)


def test_a_number_borne_at_the_new_school_is_left_out(cast: Cast) -> None:
    actions.add_person(
        school_id=cast.other_school.id, kind="student", name="先来", number="T1",
        by=cast.actor("other_reporter"), at=AT,
    )  # fmt: skip
    accept(cast, offer(cast))
    assert Person.objects.get(pk=cast.persons[0]).number == ""


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["offer", "request", "accept", "refuse", "withdraw", "leave", "back", "move", "day"]
        ),
        st.integers(0, 2),
        st.sampled_from(["school", "other"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


class Story:
    """Two schools that do all they may, in any order."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.at = cast, AT
        self.by = {"school": cast.actor("head"), "other": cast.actor("other_reporter")}
        self.schools = {"school": cast.school.id, "other": cast.other_school.id}
        self.groups = {"school": cast.plain_group.id, "other": cast.other_group.id}
        for place, person in enumerate(cast.persons[:3]):
            number = f"9900002018090{place}001"
            row = {"id_kind": "other", "id_number": number}
            Person.objects.filter(pk=person).update(**row)

    def do(self, verb: str, place: int, side: str, later: int) -> None:
        person = Person.objects.get(pk=self.cast.persons[place])
        common: dict[str, Any] = {"by": self.by[side], "at": self.at}
        day = self.at.date() + timedelta(days=later)
        transfer = Transfer.objects.filter(person=person).order_by("-pk").first()
        number = transfer.pk if transfer else 0
        elsewhere = self.schools["other" if side == "school" else "school"]
        match verb:
            case "offer":
                actions.offer_transfer(person_id=person.pk, to_school_id=elsewhere,
                                       effective_on=day, **common)  # fmt: skip
            case "request":
                actions.request_transfer(id_number=person.id_number, name=person.name,
                                         to_school_id=self.schools[side], effective_on=day,
                                         **common)  # fmt: skip
            case "accept":
                actions.accept_transfer(transfer_id=number, to_group_id=None, **common)
            case "refuse":
                actions.refuse_transfer(transfer_id=number, answer="不", **common)
            case "withdraw":
                actions.withdraw_transfer(transfer_id=number, **common)
            case "leave":
                actions.end_person(person_id=person.pk, day=day, **common)
            case "back":
                actions.bring_back(person_id=person.pk, **common)
            case "move":
                actions.move_person(person_id=person.pk, group_id=self.groups[side], **common)
            case "day":
                since, self.at = self.at.date(), self.at + timedelta(days=later)
                actions.turn_the_day(since=since, by=SYSTEM, at=self.at)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_nobody_is_ever_at_two_schools_or_lost(
    cast: Cast, steps: list[tuple[str, int, str, int]]
) -> None:
    with transaction.atomic():
        story = Story(cast)
        for step in steps:
            with suppress(DomainError):
                story.do(*step)
            laws.check(story.at.date())
            assert Person.objects.count() == len(PEOPLE)
        transaction.set_rollback(True)
