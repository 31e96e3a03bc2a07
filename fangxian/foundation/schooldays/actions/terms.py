"""Declaring the terms of a school year."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.actions.places import changeable, not_a_group, told
from fangxian.foundation.schooldays.models import Term
from fangxian.foundation.schooldays.rules import SEASONS, SchooldayEvent, TermKey, term_fits
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound
from fangxian.kernel.registry import calendar_changing


@transaction.atomic
def set_term(
    *,
    unit_id: int,
    school_year: int,
    season: str,
    first_day: date,
    last_day: date,
    document: str,
    by: Actor,
    at: datetime,
) -> Term:
    """Say from when to when a term lasts, at a unit and wherever nobody below says otherwise.

    Days that are over stay as they were; the days of its half-year outside it become holidays.
    """
    unit = changeable(unit_id, by, at)
    not_a_group(unit)
    key = TermKey(school_year, season)
    wrong = term_fits(key, first_day, last_day, today=at.date())
    if season not in SEASONS:
        wrong["season"] = [_("Choose a term.")]
    if wrong:
        raise Invalid(_("The term could not be declared."), wrong)
    text = told(document, "document", 200, _("Name the document that orders this."))
    first, last = _reach(key, first_day, last_day)
    before = Term.objects.filter(unit_id=unit_id, school_year=school_year, season=season).first()
    if before is not None:
        first, last = min(first, before.first_day), max(last, before.last_day)
    with calendar_changing(first=first, last=last, path=unit.path, reason=text, by=by, at=at):
        row, _made = Term.objects.update_or_create(
            unit_id=unit_id,
            school_year=school_year,
            season=season,
            defaults={"first_day": first_day, "last_day": last_day, "document": text},
        )
    audit.record(
        SchooldayEvent.TERM_SET,
        by=by,
        at=at,
        unit_id=unit_id,
        path=unit.path,
        subject=f"{school_year} {season}",
        detail={"from": str(first_day), "to": str(last_day), "document": text},
    )
    return row


@transaction.atomic
def clear_term(*, unit_id: int, school_year: int, season: str, by: Actor, at: datetime) -> None:
    """Take back a unit's own dates of a term: those from above hold here again."""
    path = changeable(unit_id, by, at).path
    found = Term.objects.filter(unit_id=unit_id, school_year=school_year, season=season).first()
    if found is None:
        raise NotFound(_("This unit has no dates of its own for this term."))
    first, last = _reach(TermKey(school_year, season), found.first_day, found.last_day)
    reason = _("Taken back: %(reason)s") % {"reason": found.document}
    with calendar_changing(first=first, last=last, path=path, reason=reason, by=by, at=at):
        found.delete()
    audit.record(
        SchooldayEvent.TERM_CLEARED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        subject=f"{school_year} {season}",
    )


def _reach(key: TermKey, first: date, last: date) -> tuple[date, date]:
    """The days that a term's dates may change: its own, and the holidays of its half-year."""
    low, high = key.window
    return min(low, first), max(high, last)
