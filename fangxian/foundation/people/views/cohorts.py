"""Dormitory rooms, buses, canteen tables and clubs of a school, and who is in them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from fangxian.foundation.people import actions, queries
from fangxian.foundation.people.forms import CohortForm, JoinForm
from fangxian.foundation.people.models import Cohort, CohortKind, CohortMembership, Person
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound

GET_POST = require_http_methods(["GET", "POST"])
PAGE = 100


@GET_POST
@access.requires(PeoplePermission.VIEW)
def cohorts(request: Request, code: str) -> HttpResponse:
    """The cohorts of a school; who may names a new one."""
    unit = places.school(request, code, PeoplePermission.VIEW)
    today = clock.today()
    kind = request.GET.get("kind", "")
    rows = queries.cohorts_in(unit.path, today)
    if kind in CohortKind.values:
        rows = rows.filter(kind=kind)
    now = Q(members__valid_from__lte=today, members__valid_to__gt=today)
    rows = rows.annotate(people=Count("members", filter=now))
    form = CohortForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        made = actions.open_cohort(school_id=unit.unit_id, by=request.actor, at=clock.now(), **said)
        return reverse("people:cohort", args=[made.pk])

    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = places.frame(request, unit) | {
        "page": page, "kind": kind, "kinds": CohortKind.choices,
    }  # fmt: skip
    return places.form_page(request, form, act, shown=shown, done=_("It is there now."),
                            template="people/cohorts.html")  # fmt: skip


def _cohort(request: Request, cohort_id: int) -> tuple[Cohort, UnitVersion]:
    found: Cohort | None = Cohort.objects.visible_to(request.actor).filter(pk=cohort_id).first()
    unit = None
    if found is not None:
        here = UnitVersion.objects.as_of(clock.today())
        unit = here.filter(unit_id=found.school_id).first()
    if found is None or unit is None:
        raise NotFound(_("There is no such cohort within your scope."))
    request.actor.require(PeoplePermission.VIEW, found.path)
    return found, unit


@GET_POST
@access.requires(PeoplePermission.VIEW)
def cohort(request: Request, cohort_id: int) -> HttpResponse:
    """Who is in a cohort; who may puts people into it."""
    found, unit = _cohort(request, cohort_id)
    form = JoinForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        n = _join(request, found, said["people"])
        text = ngettext("%(n)s person is in it.", "%(n)s people are in it.", n)
        messages.success(request, text % {"n": n})
        return reverse("people:cohort", args=[cohort_id])

    frame = places.frame(request, unit)
    members = CohortMembership.objects.as_of(clock.today()).filter(cohort=found)
    shown = frame | {
        "cohort": found,
        "members": members.select_related("person").order_by("place", "person__name")
        if frame["inside"]
        else [],
    }
    return places.form_page(request, form, act, shown=shown, done="",
                            template="people/cohort.html")  # fmt: skip


def _join(request: Request, into: Cohort, lines: list[tuple[str, str]]) -> int:
    """Put everyone into the cohort whose line names exactly one person; else nobody."""
    from django.db import transaction

    with transaction.atomic():
        for who, place in lines:
            here = Person.objects.filter(path=into.path, left_on=None)
            named = list(here.filter(Q(number=who.upper()) | Q(name=who))[:2])
            if len(named) != 1:
                text = (
                    _("Nobody at this school is called or numbered “%(who)s”.")
                    if not named
                    else _("Several people fit “%(who)s”: write the number.")
                )
                raise NotNamed(text % {"who": who})
            actions.join_cohort(
                cohort_id=into.pk, person_id=named[0].pk, place=place, by=request.actor,
                at=clock.now(),
            )  # fmt: skip
    return len(lines)


class NotNamed(DomainError):
    """A line that names nobody, or more than one."""

    status = 422


@require_POST
@access.requires(PeoplePermission.MANAGE)
def cohort_close(request: Request, cohort_id: int) -> HttpResponse:
    """There is no such room or bus any more."""
    _found, unit = _cohort(request, cohort_id)
    actions.close_cohort(cohort_id=cohort_id, by=request.actor, at=clock.now())
    messages.success(request, _("Closed from today on."))
    return redirect("people:cohorts", unit.code)


@require_POST
@access.requires(PeoplePermission.MANAGE)
def cohort_leave(request: Request, cohort_id: int, row_id: int) -> HttpResponse:
    """A person is in the cohort no more."""
    _cohort(request, cohort_id)
    actions.leave_cohort(membership_id=row_id, by=request.actor, at=clock.now())
    messages.success(request, _("Removed from today on."))
    return redirect("people:cohort", cohort_id)
