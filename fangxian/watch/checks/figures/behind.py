"""The groups and people behind a figure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fangxian.kernel.clock import SHANGHAI
from fangxian.watch.checks.figures.counting import EXPRESSIONS
from fangxian.watch.checks.figures.news import news
from fangxian.watch.checks.figures.statements import LATEST, LINES, NEW, literal, params, rows
from fangxian.watch.checks.labels import REASONS, SYMPTOMS
from fangxian.watch.reporting.indicators import MARGIN, Behind, Person, Scope


def behind(scope: Scope, code: str, population: str, names: bool) -> Sequence[Behind]:
    """The groups behind a figure of one school; those that count nothing are left out."""
    with_latest = f"WITH {LATEST.format(day=literal(scope.day))}"
    given = params(scope) | {"population": population}
    statement = f"""
        {with_latest}
        SELECT l.unit_id, l.told_at, {_value(code)}
        FROM latest l JOIN units_unit u ON u.id = l.unit_id AND u.population = %(population)s
        ORDER BY l.path
    """  # noqa: S608 (every piece is a constant of this room)
    counted = rows(statement, given)
    if code in NEW:
        new = {unit: int(n) for _s, _p, unit, kind, n in news(scope) if kind == NEW[code]}
        counted = [(unit, told_at, new.get(unit, 0)) for unit, told_at, _none in counted]
    people = _people(with_latest, given, code, scope) if names and code in LINES else {}
    return [
        Behind(unit_id, value, told_at.astimezone(SHANGHAI), people.get(unit_id, ()))
        for unit_id, told_at, value in counted
        if value
    ]


def _value(code: str) -> str:
    if code in EXPRESSIONS:
        return EXPRESSIONS[code]
    if code in NEW:
        return "NULL"
    return f"""(SELECT count(*) FROM check_line n
        WHERE n.day = l.day AND n.unit_id = l.unit_id AND n.session = l.session
          AND n.revision = l.revision AND {LINES[code]})"""  # noqa: S608


def _people(
    with_latest: str, given: Mapping[str, Any], code: str, scope: Scope
) -> dict[int, list[Person]]:
    since = scope.windows[0].since - MARGIN if code in NEW else None
    statement = f"""
        {with_latest}
        SELECT l.unit_id, coalesce(p.name, n.name), n.is_present, n.reason, n.symptoms,
               n.temperature
        FROM latest l JOIN units_unit u ON u.id = l.unit_id AND u.population = %(population)s
        JOIN check_line n ON n.day = l.day AND n.unit_id = l.unit_id AND n.session = l.session
         AND n.revision = l.revision
        LEFT JOIN people_person p ON p.id = n.person_id
        WHERE ({LINES[code]}) AND (%(since)s::timestamptz IS NULL OR n.known_at > %(since)s)
        ORDER BY l.path, n.number
    """  # noqa: S608
    found: dict[int, list[Person]] = defaultdict(list)
    for unit_id, name, is_present, reason, symptoms, temperature in rows(
        statement, dict(given) | {"since": since}
    ):
        facts: list[Any] = [] if is_present else [REASONS[reason]]
        facts += [SYMPTOMS[symptom] for symptom in symptoms if symptom in SYMPTOMS]
        if temperature is not None:
            facts.append(f"{temperature} °C")
        found[unit_id].append(Person(name, facts))
    return found
