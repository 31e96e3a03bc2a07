"""Boards: who has answered, who has not, where help is needed; and the list of the silent."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.escalation.queries import OnIt, covering, on_it
from fangxian.foundation.escalation.rules import EscalationPermission
from fangxian.foundation.obligations import actions as obligations
from fangxian.foundation.obligations.kinds import Kind, OwedBy
from fangxian.foundation.obligations.queries import (
    SilentSchool,
    SilentUnit,
    forget_shared,
    silent_schools,
)
from fangxian.foundation.obligations.queries import silent as silent_units
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Invalid, NotFound
from fangxian.kernel.shared import Shared
from fangxian.situation import queries, rules, texts
from fangxian.situation.excused import excused
from fangxian.situation.forms import DayForm, ExcuseForm
from fangxian.watch.reporting.rules import ReportPermission

PAGE_SIZE = 50
#: a drawing may be as old as this, on top of the counts it shows
DRAWN_SECONDS = 1.0
#: parameters that only the polling fragment carries: they belong in no link
OF_THE_FRAGMENT = ("seen", "said")


_drawings: Shared[tuple[Hashable, ...], str] = Shared(
    lambda: min(DRAWN_SECONDS, settings.FANGXIAN.board_cache_seconds)
)


@dataclass(frozen=True)
class Asked:
    """Which board: a unit in the actor's scope, a day, a kind, now."""

    unit: UnitVersion
    day: date
    kind: Kind
    at: datetime

    @property
    def query(self) -> str:
        """The day and kind as they stand in an address."""
        return urlencode({"day": self.day.isoformat(), "kind": self.kind.code})

    def url(self, name: str, code: str = "") -> str:
        """A page of this board, or of another unit's with the same day and kind."""
        return f"{reverse(f'situation:{name}', args=[code or self.unit.code])}?{self.query}"


def _asked(request: Request, code: str) -> Asked:
    at = clock.now()
    given = request.GET.get("day") or request.POST.get("day") or ""
    day = _day(given) if given else at.date()
    unit = resolve(code, day, by=request.actor)
    request.actor.require(ObligationPermission.VIEW, unit.path)
    kind = request.GET.get("kind") or request.POST.get("kind") or ""
    return Asked(unit, day, queries.kind_asked(kind, day, at), at)


def _day(text: str) -> date:
    found = clock.day_written(text)
    if found is None:
        message = _("Write the day as 2026-11-23.")
        raise Invalid(message, {"day": [message]})
    return found


@access.requires(ObligationPermission.VIEW)
@require_GET
def mine(request: Request) -> HttpResponse:
    """The board of the highest unit one works for, with the day and kind that were asked for."""
    unit = queries.own_unit(by=request.actor, day=clock.today())
    if unit is None:
        raise NotFound(_("None of your units is open today."))
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("situation:board", args=[unit.code]) + asked)


@access.requires(ObligationPermission.VIEW)
@require_GET
def board(request: Request, code: str) -> HttpResponse:
    """The whole page; its moving part is drawn again by `now`."""
    asked = _asked(request, code)
    page = _moving(request, asked) | {
        "above": queries.places_above(asked.unit, day=asked.day, by=request.actor),
        "kinds": queries.kinds_to_show(asked.day),
        "day_form": DayForm(initial={"day": asked.day}),
        "day_before": asked.day - timedelta(days=1),
        "day_after": asked.day + timedelta(days=1),
        "today": asked.at.date(),
        "may_see_figures": request.actor.may(ReportPermission.VIEW, asked.unit.path),
    }
    return render(request, "situation/board.html", page)


@access.requires(ObligationPermission.VIEW)
@require_GET
def now(request: Request, code: str) -> HttpResponse:
    """The moving part alone; 204 while it would look the same."""
    asked = _asked(request, code)
    seen = request.GET.get("seen")
    if seen and seen == queries.version(
        unit=asked.unit, day=asked.day, kind=asked.kind, at=asked.at
    ):
        return HttpResponse(status=204)
    said = request.GET.get("said", "")
    kept = request.GET.copy()
    for name in OF_THE_FRAGMENT:
        kept.pop(name, None)
    request.GET = kept  # type: ignore[assignment]
    # Whoever holds the same roles sees the same: drawing it costs more than counting.
    language = get_language()
    key = (request.path, kept.urlencode(), asked.day, said, language, request.actor.holdings)
    return HttpResponse(_drawings.get(key, lambda: _drawn(request, asked, said, language)))


def _drawn(request: Request, asked: Asked, said: str, language: str) -> str:
    """The moving part in a language, in whichever thread it is drawn."""
    with override(language):
        page = _moving(request, asked)
        page["announce"] = page["step"] is not None and said != str(page["step"])
        return render_to_string("situation/now.html", page, request)


def _moving(request: Request, asked: Asked) -> dict[str, Any]:
    sort = request.GET.get("sort", "")
    order, descending = rules.order_of(sort)
    actor = request.actor
    shown = queries.board(
        unit=asked.unit,
        day=asked.day,
        kind=asked.kind,
        at=asked.at,
        by=actor,
        order=order,
        descending=descending,
        everyone="all" in request.GET,
    )
    step = rules.step_announced(shown.counts)
    poll = {"seen": shown.version, "said": "" if step is None else step, "sort": sort}
    if shown.everyone:
        poll["all"] = "1"
    return {
        "asked": asked,
        "board": shown,
        "tables": shown.tables,
        "everyone_url": f"{asked.url('board')}&{urlencode({'sort': sort, 'all': 1})}",
        "sorted": order is not rules.Order.SILENCE,
        "headline": texts.headline(shown),
        "map": queries.map_source(shown, texts.map_texts()) if shown.areas else None,
        "silent_url": asked.url("silent"),
        "step": step,
        "said": texts.announcement(shown.counts, step),
        "poll_url": f"{asked.url('now')}&{urlencode(poll)}",
        "moves": asked.day >= asked.at.date(),
        "every": rules.seconds_between(asked.unit.kind),
        "may_chase": actor.may(ObligationPermission.CHASE, asked.unit.path),
    }


@access.requires(ObligationPermission.VIEW)
@require_GET
def days(request: Request, code: str) -> HttpResponse:
    """The strip of the last days, fetched after the page: the past is dear to count."""
    asked = _asked(request, code)
    found = queries.last_days(unit=asked.unit, kind=asked.kind, last=asked.day, at=asked.at)
    base = reverse("situation:board", args=[asked.unit.code])
    strip = [
        {
            "day": day,
            "answered": counts.answered,
            "expected": counts.expected,
            "url": f"{base}?{urlencode({'day': day.isoformat(), 'kind': asked.kind.code})}",
        }
        for day, counts in found
    ]
    return render(request, "situation/days.html", {"asked": asked, "strip": strip})


@access.requires(ReportPermission.VIEW)
@require_GET
def figures(request: Request, code: str) -> HttpResponse:
    """What the schools have signed, with the change since the day before; 204 when unchanged."""
    asked = _asked(request, code)
    found = queries.figures(unit=asked.unit, day=asked.day, at=asked.at, by=request.actor)
    if request.GET.get("seen") == found.version:
        return HttpResponse(status=204)
    page = {
        "asked": asked,
        "found": found,
        "url": f"{asked.url('figures')}&{urlencode({'seen': found.version})}",
        "moves": asked.day >= asked.at.date(),
    }
    return render(request, "situation/figures.html", page)


@access.requires(ObligationPermission.VIEW)
@require_GET
def silent(request: Request, code: str) -> HttpResponse:
    """The list to call: schools above the school, the units themselves inside it."""
    return _silent_page(request, _asked(request, code))


def _silent_page(
    request: Request, asked: Asked, form: ExcuseForm | None = None, status: int = 200
) -> HttpResponse:
    overdue_only = request.GET.get("only") == "overdue"
    by_school = asked.unit.school_id is None
    listed = _listed(request, asked, overdue_only=overdue_only)
    shown = queries.board(
        unit=asked.unit, day=asked.day, kind=asked.kind, at=asked.at, by=request.actor
    )
    reasons = (
        excused(path=asked.unit.path, kind=asked.kind.code, day=asked.day, by=request.actor)
        if shown.counts.excused
        else []
    )
    takers = on_it(kind=asked.kind.code, day=asked.day, path=asked.unit.path, by=request.actor)
    on_all = covering(takers, asked.unit.path)
    page = {
        "asked": asked,
        "board": shown,
        "above": queries.places_above(asked.unit, day=asked.day, by=request.actor),
        "items": [_with_takers(item, takers, request.actor) for item in listed],
        "excused": reasons,
        "takers": on_all,
        "is_taker": _among(on_all, request.actor),
        "page": listed,
        "by_school": by_school,
        "one_each": asked.kind.owed_by is OwedBy.SCHOOL,
        "overdue_only": overdue_only,
        "form": form,
        "may_chase": request.actor.may(ObligationPermission.CHASE, asked.unit.path),
        "may_excuse": request.actor.may(ObligationPermission.EXCUSE, asked.unit.path),
        "may_take": request.actor.may(EscalationPermission.ACKNOWLEDGE, asked.unit.path),
        "user_id": request.actor.user_id,
        "is_group": asked.unit.kind == UnitKind.GROUP,
    }
    return render(request, "situation/silent.html", page, status=status)


def _listed(request: Request, asked: Asked, *, overdue_only: bool) -> Page[Any]:
    """A page of the silent; the first, where so few are left that there is no such page."""
    read = silent_schools if asked.unit.school_id is None else silent_units
    for number in dict.fromkeys((rules.page_of(request.GET.get("page", "")), 1)):
        items, total = read(
            path=asked.unit.path,
            kind=asked.kind.code,
            day=asked.day,
            at=asked.at,
            by=request.actor,
            offset=(number - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
            overdue_only=overdue_only,
        )
        if items:
            break
    return Page(items, number, Paginator(range(total), PAGE_SIZE))


def _with_takers(
    item: SilentSchool | SilentUnit, takers: list[OnIt], by: Actor
) -> tuple[SilentSchool | SilentUnit, list[OnIt], bool]:
    """A silent unit with who is on it, and whether one is oneself."""
    found = covering(takers, item.path)
    return item, found, _among(found, by)


def _among(takers: list[OnIt], by: Actor) -> bool:
    return any(one.user_id == by.user_id for one in takers)


@access.requires(ObligationPermission.CHASE)
@require_POST
def chase(request: Request, code: str) -> HttpResponse:
    """Ask every silent unit below again."""
    asked = _asked(request, code)
    count = obligations.chase(
        kind=asked.kind.code, unit=asked.unit, day=asked.day, by=request.actor, at=asked.at
    )
    messages.success(request, texts.chased(count))
    return _back(request, asked)


@access.requires(ObligationPermission.EXCUSE)
@require_POST
def excuse(request: Request, code: str) -> HttpResponse:
    """Excuse one unit below, with the reason."""
    asked = _asked(request, code)
    form = ExcuseForm(request.POST)
    if not form.is_valid():
        return _silent_page(request, asked, form, status=422)
    unit = resolve(form.cleaned_data["unit"], asked.day, by=request.actor)
    try:
        obligations.excuse(
            kind=asked.kind.code,
            unit_id=unit.unit_id,
            day=asked.day,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=asked.at,
        )
    except Invalid as error:
        form.refuse(error)
        return _silent_page(request, asked, form, status=422)
    forget_shared()
    _drawings.forget()
    messages.success(request, _("%(unit)s is excused.") % {"unit": name_of(unit)})
    return HttpResponseRedirect(asked.url("silent"))


def _back(request: Request, asked: Asked) -> HttpResponse:
    """To the page the button stood on."""
    return HttpResponseRedirect(asked.url("silent" if "list" in request.POST else "board"))
