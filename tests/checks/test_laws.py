"""Laws of checks: the two ways of recording are one, and saying it twice is saying it once."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.accounts.queries import actor_by_token
from fangxian.watch.checks import actions, hotpath, rules
from fangxian.watch.checks.actions import Submission
from fangxian.watch.checks.rules import Content, Line, Reason, Session, Symptom
from tests.cast import AT, DAY, Cast

EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
TEMPERATURES = st.none() | st.decimals("35.0", "41.0", places=1, allow_nan=False)


@st.composite
def lines(draw: st.DrawFn, persons: tuple[int, ...]) -> tuple[Line, ...]:
    """Lines of distinct people, named, nameless or of the roster."""
    whom = draw(st.lists(st.sampled_from([*persons, None, None, "小明"]), max_size=4))
    seen: set[Any] = set()
    found = []
    for one in whom:
        if isinstance(one, int) and one in seen:
            continue
        seen.add(one)
        found.append(
            Line(
                reason=draw(st.sampled_from(list(Reason))).value,
                person=one if isinstance(one, int) else None,
                name=one if isinstance(one, str) else "",
                symptoms=tuple(sorted(draw(st.sets(st.sampled_from([s.value for s in Symptom]))))),
                temperature=draw(TEMPERATURES),
            )
        )
    return tuple(found)


@st.composite
def submissions(draw: st.DrawFn, cast: Cast) -> Submission:
    """A check of the morning, right or wrong."""
    absences = draw(lines(cast.persons[:3]))
    here = draw(lines(cast.persons[3:]))
    present = draw(st.integers(0, 60))
    not_known = draw(st.integers(0, 3))
    slip = draw(st.sampled_from([0, 0, 0, 0, 1]))
    content = Content(
        session=draw(st.sampled_from([Session.MORNING] * 6 + [Session.NOON])),
        enrolled=present + not_known + len(absences) + slip,
        present=present,
        not_known=not_known,
        absences=absences,
        symptomatic_present=here,
        on_behalf_of=draw(st.sampled_from([None, "教学点王老师"])),
    )
    unit = draw(
        st.sampled_from([cast.named_group] * 5 + [cast.plain_group, cast.other_group, cast.school])
    )
    told_at = AT - timedelta(minutes=draw(st.integers(-1, 90)))
    return Submission(unit.code, DAY, content, "phone", told_at)


TABLES = {
    "check_revision": "id",
    "check_line": "",
    "audit_event": "id",
    "obligation": "",
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that a check writes, without the numbers that sequences gave."""
    found = {}
    for table, numbered in TABLES.items():
        with connection.cursor() as cursor:
            statement = f"SELECT to_jsonb(t) - %s FROM {table} t WHERE day = %s"  # noqa: S608
            cursor.execute(statement, [numbered, DAY])
            found[table] = sorted((row[0] for row in cursor.fetchall()), key=str)
    return found


def plainly(submission: Submission, token: str) -> dict[str, list[dict[str, Any]]] | str:
    """What the plain way writes; the error's name when it refuses."""
    with transaction.atomic():
        actor = actor_by_token(token, at=AT, today=DAY)
        assert actor is not None
        try:
            actions.record(submission, by=actor, at=AT)
            return rows()
        except Exception as error:
            return type(error).__name__
        finally:
            transaction.set_rollback(True)


def at_once(submission: Submission, token: str) -> dict[str, list[dict[str, Any]]] | None:
    """What the one statement writes; None when it declines."""
    if rules.problems(submission.content) or submission.told_at > AT:
        return None
    with transaction.atomic():
        ids = hotpath.record_first([submission], token=token, at=AT)
        found = rows() if ids else None
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
@EXAMPLES
@given(data=st.data())
def test_one_statement_writes_what_the_plain_way_writes(data: st.DataObject, cast: Cast) -> None:
    submission = data.draw(submissions(cast))
    who = data.draw(st.sampled_from(["reporter", "reporter", "teacher", "auditor", "outsider"]))
    before = rows()
    plain = plainly(submission, cast.tokens[who])
    fast = at_once(submission, cast.tokens[who])
    if isinstance(plain, str):
        assert fast is None, plain
    else:
        assert fast == plain
    assert rows() == before


@pytest.mark.django_db
def test_one_statement_declines_what_was_answered(cast: Cast) -> None:
    content = Content(Session.MORNING, 45, 45, 0)
    submission = Submission(cast.plain_group.code, DAY, content, "api", AT)
    assert hotpath.record_first([submission], token=cast.tokens["reporter"], at=AT)
    before = rows()
    assert hotpath.record_first([submission], token=cast.tokens["reporter"], at=AT) is None
    assert rows() == before


@EXAMPLES
@given(
    st.permutations([Line("ill", 1), Line("leave"), Line("ill", name="小明", symptoms=("rash",))])
)
def test_the_order_of_lines_says_nothing(shuffled: list[Line]) -> None:
    straight = Content(Session.MORNING, 3, 0, 0, tuple(sorted(shuffled, key=str)))
    assert rules.digest(Content(Session.MORNING, 3, 0, 0, tuple(shuffled))) == rules.digest(
        straight
    )


def test_every_field_of_a_check_counts_in_its_digest() -> None:
    base = Content(Session.MORNING, 10, 8, 1, (Line("ill", 1, temperature=Decimal("38.0")),))
    others = [
        Content(Session.NOON, 10, 8, 1, base.absences),
        Content(Session.MORNING, 11, 9, 1, base.absences),
        Content(Session.MORNING, 10, 9, 0, base.absences),
        Content(Session.MORNING, 10, 8, 1, (Line("other", 1, temperature=Decimal("38.0")),)),
        Content(Session.MORNING, 10, 8, 1, (Line("ill", 2, temperature=Decimal("38.0")),)),
        Content(Session.MORNING, 10, 8, 1, (Line("ill", 1),)),
        Content(Session.MORNING, 10, 8, 1, base.absences, (Line("ill", 3),)),
        Content(Session.MORNING, 10, 8, 1, base.absences, on_behalf_of="王老师"),
    ]
    digests = {rules.digest(content) for content in (base, *others)}
    assert len(digests) == len(others) + 1


def test_known_since_follows_the_person() -> None:
    old = [(Line("ill", 1), "mon"), (Line("ill"), "mon"), (Line("leave"), "tue")]
    new = [
        Line("leave"),
        Line("ill", 2),
        Line("ill", 1, symptoms=("rash",)),
        Line("ill"),
        Line("ill"),
    ]
    assert rules.carry_known(old, new, "now") == ["tue", "now", "mon", "mon", "now"]


@pytest.mark.parametrize("session", list(Session))
def test_all_sums_are_asked_for(session: Session) -> None:
    """Whatever counts are given, a check without a problem adds up as its session demands."""
    for present, unknown, absent, well, ill, missing in itertools.product(range(3), repeat=6):
        home = session is Session.HOME
        content = Content(
            session,
            4,
            present=None if home else present,
            not_known=None if home else unknown,
            absences=() if home else (Line("other"),) * absent,
            reached_well=well if home else None,
            reached_ill=ill if home else None,
            not_reached=missing if home else None,
            places=rules.Places(city=well + ill) if home else None,
        )
        adds_up = (well + ill + missing if home else present + unknown + absent) == 4
        assert (not rules.problems(content)) == adds_up
