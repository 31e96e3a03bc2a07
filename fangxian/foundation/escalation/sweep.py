"""The sweep: what has come due since the last look is decided, told and written down, once.

A rung of a day's list is decided for all units in one transaction, together with its firings,
its notices and their deliveries. Whoever dies in the middle leaves nothing; whoever comes second
finds the rung decided.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.escalation import links, statements, telling
from fangxian.foundation.escalation.messages import Message, facts, vacant
from fangxian.foundation.escalation.rules import (
    NAMED,
    SCHOOL_ROLE,
    Bureau,
    EscalationEvent,
    Fold,
    Level,
    due_rungs,
    folded,
    steps,
)
from fangxian.foundation.notices.actions import send_selected
from fangxian.foundation.obligations.kinds import Kind, OwedBy, all_kinds
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.partitions import ensure_day
from fangxian.norms import Rung, ladders_on

#: a rung stands within a day of its deadline, and waits at most a night for the quiet hours' end
DAYS_BACK = 2

DUE = """
SELECT DISTINCT due_at FROM obligation
WHERE day = DATE '{day}' AND kind = %(kind)s AND cancelled_at IS NULL ORDER BY due_at
"""
CLAIM = """
INSERT INTO escalation_decided (day, kind, rung, due_at, decided_at)
SELECT %(day)s, %(kind)s, code, %(due_at)s, %(at)s FROM unnest(%(codes)s::text[]) AS code
ON CONFLICT DO NOTHING RETURNING rung
"""
UNDECIDED = """
SELECT array_agg(rung) FROM escalation_decided
WHERE day = %(day)s AND kind = %(kind)s AND due_at = %(due_at)s
"""
TABLES = (*statements.TABLES, *telling.TABLES)
DROP = "DROP TABLE IF EXISTS " + ", ".join(f"escalation_{name}" for name in TABLES)


@dataclass(frozen=True)
class Swept:
    """What one list's rungs came to: firings written, notices made, deliveries planned."""

    kind: str
    day: date
    rungs: tuple[str, ...]
    firings: int
    notices: int
    deliveries: int


def sweep(*, at: datetime, by: Actor, days: Sequence[date] | None = None) -> list[Swept]:
    """Decide every rung that has come due, each list in a transaction of its own.

    days: whose lists are looked at; today's and those before it whose rungs may still be due.
    """
    today = at.astimezone(SHANGHAI).date()
    looked_at = days or [today - timedelta(days=back) for back in range(DAYS_BACK, -2, -1)]
    found = []
    for day in looked_at:
        for kind in all_kinds():
            found += [
                one for due in _deadlines(kind, day) if (one := _decide(kind, day, due, at, by))
            ]
    return found


def _deadlines(kind: Kind, day: date) -> list[datetime]:
    """The deadlines of a day's list: one, unless the documents changed after it was made."""
    ladders = ladders_on(day, settings.FANGXIAN.norms)
    if ladders is None or kind.code not in ladders.ladders:
        return []
    with connection.cursor() as cursor:
        cursor.execute(DUE.format(day=day.isoformat()), {"kind": kind.code})
        return [row[0] for row in cursor.fetchall()]


def _undecided(kind: Kind, day: date, due_at: datetime, at: datetime) -> list[Rung]:
    ladders = ladders_on(day, settings.FANGXIAN.norms)
    if ladders is None:
        return []
    due = due_rungs(ladders.ladders[kind.code], ladders.quiet, due_at, at)
    if not due:
        return []
    with connection.cursor() as cursor:
        cursor.execute(UNDECIDED, {"day": day, "kind": kind.code, "due_at": due_at})
        decided = set(cursor.fetchone()[0] or ())
    return [rung for rung in due if rung.code not in decided]


def _decide(kind: Kind, day: date, due_at: datetime, at: datetime, by: Actor) -> Swept | None:
    rungs = _undecided(kind, day, due_at, at)
    if not rungs:
        return None
    ensure_day(day)
    with transaction.atomic():
        codes = _claimed(kind, day, due_at, at, rungs)
        ours = [rung for rung in rungs if rung.code in codes]
        if not ours:
            return None  # another worker was first
        return _List(kind, day, due_at, at, folded(ours)).tell(ours, by)


def _claimed(
    kind: Kind, day: date, due_at: datetime, at: datetime, rungs: Iterable[Rung]
) -> set[str]:
    """The rungs that are ours to decide; waits for a sweep that is at the same ones."""
    params: dict[str, Any] = {"day": day, "kind": kind.code, "due_at": due_at, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, params | {"codes": sorted(rung.code for rung in rungs)})
        return {row[0] for row in cursor.fetchall()}


class _List:
    """The list of one kind, day and deadline, and the levels that hear of it now."""

    def __init__(
        self, kind: Kind, day: date, due_at: datetime, at: datetime, folds: Sequence[Fold]
    ) -> None:
        self.kind, self.day, self.due_at, self.at, self.folds = kind, day, due_at, at, folds
        self.by_group = kind.owed_by is OwedBy.GROUP
        self.params = self._parameters()

    def tell(self, rungs: Sequence[Rung], by: Actor) -> Swept:
        """Everything from the list of the silent to the notices, in the caller's transaction."""
        names = tuple(rung.code for rung in rungs)
        self._run(DROP)
        self._make("silent", statements.SILENT)
        firings = self._fire()
        sent = self._send() if firings else (0, 0)
        self._run(DROP)
        swept = Swept(self.kind.code, self.day, names, firings, *sent)
        if firings:
            detail = {"day": str(self.day), "rungs": list(names), "notices": sent[0]}
            audit.record(
                EscalationEvent.FIRED, by=by, at=self.at, subject=self.kind.code, detail=detail
            )
        return swept

    def _fire(self) -> int:
        """Write what is told to which school or bureau; returns how many."""
        self._run(statements.STEP)
        self._make("heard", statements.HEARD)
        self._make("scope", statements.SCOPE)
        self._run(statements.FIRE)
        fired = self._count("scope")
        if not fired:
            return 0
        self._make("post", statements.POST)
        self._make("reader", statements.READER)
        self._run(statements.TOLD)
        self._make("raised", statements.RAISED)
        self._run(statements.NOTE_GAPS)
        self._run(statements.FIRE_GAPS)
        self._run(statements.TOLD_OF_GAPS)
        return fired

    def _send(self) -> tuple[int, int]:
        """Make the notices; returns how many, and how many deliveries are planned."""
        for name in ("heard", "raised"):
            self._run(statements.ANSWERED, table=f"escalation_{name}")
        self._run(telling.MESSAGE)
        self._make("words", telling.WORDS_OF_SCOPES)
        self._run(telling.OF_SCOPES)
        if self.by_group:
            self._make("own", telling.OWN)
            self._make("own_words", telling.WORDS_OF_TEACHERS)
            self._run(telling.OF_TEACHERS)
        self._make("gap_words", telling.WORDS_OF_GAPS)
        self._run(telling.OF_GAPS)
        self._analyze("message")
        self._run(telling.ONCE_EACH)
        with connection.cursor() as cursor:
            cursor.execute(telling.TEMPLATES)
            templates = [row[0] for row in cursor.fetchall()]
        sent = [
            send_selected(
                template=template,
                select_sql=telling.SELECT,
                params={"template": template},
                at=self.at,
            )
            for template in templates
        ]
        return sum(one.notices for one in sent), sum(one.deliveries for one in sent)

    def _run(self, statement: str, **more: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(day=self.day.isoformat(), **more), self.params)

    def _count(self, name: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM escalation_{name}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def _make(self, name: str, statement: str) -> None:
        """Run a statement that makes a table, and count it for the plans of the next ones."""
        self._run(statement)
        self._analyze(name)

    def _analyze(self, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE escalation_{name}")

    def _parameters(self) -> Mapping[str, Any]:
        past_due = self.at >= self.due_at
        folds = self.folds
        rungs = [(fold, rung) for fold in folds for rung in (*fold.overtaken, fold.voice)]
        return {
            "kind": self.kind.code,
            "day": self.day,
            "due_at": self.due_at,
            "at": self.at,
            "today": self.at.astimezone(SHANGHAI).date(),
            "past_due": past_due,
            "levels": [fold.level.value for fold in folds],
            "heights": [fold.level.height for fold in folds],
            "in_school": [fold.level.in_school for fold in folds],
            "roles": [self._role(fold.level) for fold in folds],
            "templates": [self._template(fold.level, past_due).value for fold in folds],
            "voices": [fold.voice.code for fold in folds],
            "links": [self._link(fold.level) for fold in folds],
            "rung_levels": [fold.level.value for fold, _rung in rungs],
            "rung_codes": [rung.code for _fold, rung in rungs],
            "rung_voices": ["" if rung is f.voice else f.voice.code for f, rung in rungs],
            "post_roles": self._roles(),
            "named": NAMED,
            "facts": json.dumps(facts(self.kind, self.day, self.due_at, self.at)),
            "missing": json.dumps({one.value: vacant(one, self.kind) for one in Level}),
            "dedupe": f"{self.kind.code}:{self.day:%m%d}:",
            "silent_link": links.silent_list(self.kind.code, self.day),
            "gap_inside": Message.GAP_GROUPS if self.by_group else Message.GAP_SCHOOLS,
            "gap_above": Message.GAP_SCHOOLS,
            **_steps(self.day),
        }

    def _role(self, level: Level) -> str:
        """Whose post it is inside the school; above it the unit's kind decides."""
        if level is Level.ANSWERER:
            return Role.GROUP_TEACHER if self.by_group else Role.SCHOOL_REPORTER
        return SCHOOL_ROLE.get(level, "")

    def _roles(self) -> list[str]:
        """Every role that may hear of it; teachers only where they are told."""
        told = {self._role(fold.level) for fold in self.folds}
        others = {role.value for role in Role} - {Role.GROUP_TEACHER.value}
        return sorted(others | (told & {Role.GROUP_TEACHER.value}))

    def _template(self, level: Level, past_due: bool) -> Message:
        if level is Level.ANSWERER:
            return Message.OWED if past_due else Message.SOON
        if level.in_school:
            return Message.GROUPS if self.by_group else Message.SCHOOL
        return Message.SCHOOLS

    def _link(self, level: Level) -> str:
        if level is Level.ANSWERER:
            return links.answer_page(self.kind.code, self.day)
        return links.silent_list(self.kind.code, self.day)


def _steps(day: date) -> dict[str, list[Any]]:
    """Who is county, city and province to whom on a day: some 500 rows for the province."""
    rows = UnitVersion.objects.as_of(day).filter(kind__in=BUREAU_KINDS)
    found = steps([Bureau(*row) for row in rows.values_list("unit_id", "kind", "path")])
    return {
        "step_bureaus": [step.bureau_id for step in found],
        "step_levels": [step.level.value for step in found],
        "step_units": [step.unit_id for step in found],
        "step_paths": [step.path for step in found],
        "step_roles": [step.role.value for step in found],
    }
