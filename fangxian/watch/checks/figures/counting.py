"""How it stands: the latest session that each group has answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fangxian.foundation.obligations.sources import source
from fangxian.watch.checks.figures.news import news
from fangxian.watch.checks.figures.statements import (
    COUNTED_SYMPTOMS,
    LATEST,
    LINES,
    NEW,
    literal,
    params,
    rows,
)
from fangxian.watch.checks.rules import Session
from fangxian.watch.reporting.indicators import Counted, Covered, Scope

MISSING = "coalesce(l.not_known, l.not_reached)"
AT_SCHOOL = "CASE WHEN l.session <> 'home' THEN {} END"

#: how each figure follows from the latest checks `l` of a population
EXPRESSIONS = {
    "enrolled": "l.enrolled",
    "accounted": f"l.enrolled - {MISSING}",
    "not_known": MISSING,
    "present": "coalesce(l.present, l.at_campus)",
    "in_city": "l.at_city",
    "in_province": "l.at_province",
    "elsewhere": "l.at_elsewhere",
    "abroad": "l.at_abroad",
    "absent_ill": "l.absent_ill",
    "absent_leave": "l.absent_leave",
    "absent_unknown": "l.absent_unknown",
    "absent_other": "l.absent_other",
    "ill": "coalesce(l.reached_ill, l.absent_ill + l.symptomatic_present)",
    "symptomatic_present": AT_SCHOOL.format("l.symptomatic_present"),
    "fever": "l.fever",
}
CODES = (*EXPRESSIONS, *(symptom.value for symptom in COUNTED_SYMPTOMS), *NEW)

CURRENT = """
WITH {latest}, symptoms AS (
    SELECT l.school_id, u.population, {symptoms}
    FROM latest l JOIN units_unit u ON u.id = l.unit_id
    JOIN check_line n ON n.day = {day} AND n.unit_id = l.unit_id AND n.session = l.session
     AND n.revision = l.revision AND n.symptoms <> '{{}}'
    GROUP BY 1, 2
), counted AS (
    SELECT l.school_id, u.population, {counts}
    FROM latest l JOIN units_unit u ON u.id = l.unit_id
    GROUP BY 1, 2
)
SELECT school_id, population, {columns}
FROM counted LEFT JOIN symptoms USING (school_id, population)
"""
COVER = """
WITH {latest}, owed AS (
    SELECT school_id, unit_id, max(roll) AS roll
    FROM {obligation}
    WHERE day = {day} AND kind = ANY (%(kinds)s::text[]) AND path >= %(low)s AND path < %(high)s
      AND school_id = ANY (%(ids)s::bigint[]) AND cancelled_at IS NULL
    GROUP BY 1, 2
)
SELECT o.school_id, count(*), count(l.unit_id),
       CASE WHEN count(*) = count(coalesce(l.enrolled, o.roll))
            THEN sum(coalesce(l.enrolled, o.roll)) END,
       sum(l.enrolled - {missing})
FROM owed o LEFT JOIN latest l ON l.unit_id = o.unit_id
GROUP BY 1
"""


def figures(scope: Scope) -> Iterable[Counted]:
    """Every figure of every population that has answered, and whatever is new of the others."""
    day = literal(scope.day)
    symptoms = ", ".join(f"count(*) FILTER (WHERE {LINES[s]}) AS {s}" for s in COUNTED_SYMPTOMS)
    counts = ", ".join(f"sum({sql}) AS {code}" for code, sql in EXPRESSIONS.items())
    columns = [*EXPRESSIONS, *(f"coalesce({symptom}, 0)" for symptom in COUNTED_SYMPTOMS)]
    statement = CURRENT.format(
        latest=LATEST.format(day=day),
        day=day,
        symptoms=symptoms,
        counts=counts,
        columns=", ".join(columns),
    )
    fresh = _fresh(scope)
    nothing = (0,) * len(NEW)
    for school_id, population, *values in rows(statement, params(scope)):
        new = fresh.pop((school_id, population), nothing)
        yield Counted(school_id, population, (*values, *new))
    unknown = (None,) * (len(CODES) - len(NEW))
    for (school_id, population), new in fresh.items():
        yield Counted(school_id, population, (*unknown, *new))


def _fresh(scope: Scope) -> dict[tuple[int, str], Sequence[int]]:
    order = list(NEW.values())
    found: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * len(order))
    for school_id, population, _unit, kind, count in news(scope):
        found[school_id, population][order.index(kind)] += int(count)
    return dict(found)


def cover(scope: Scope) -> Iterable[Covered]:
    """Groups and people answered for; a roll told in a check counts before the frozen one."""
    day = literal(scope.day)
    statement = COVER.format(
        latest=LATEST.format(day=day),
        day=day,
        missing=MISSING,
        obligation=source(scope.day, scope.day),
    )
    kinds = [session.kind for session in Session]
    return [Covered(*row) for row in rows(statement, params(scope) | {"kinds": kinds})]
