"""The people of a group, and the groups whose people one looks after."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of, place
from fangxian.foundation.people import actions
from fangxian.foundation.people.forms import GroupFilter, HeadcountForm, ListForm
from fangxian.foundation.people.queries import groups_of, members
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import Population, UnitKind, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound

PAGE = 50


@require_GET
@access.requires(PeoplePermission.VIEW)
def groups(request: Request) -> HttpResponse:
    """The groups in one's scope; who has just one is led to it."""
    today = clock.today()
    form = GroupFilter(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = groups_of(request.actor, text=text, today=today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    if not request.GET and len(found) == 1:
        return redirect("people:group", found[0].code)
    schools = UnitVersion.objects.as_of(today).filter(unit_id__in={one.school_id for one in found})
    names = {version.unit_id: name_of(version) for version in schools}
    codes = {v.unit_id: v.code for v in schools if request.actor.sees(v.path)}
    own = {code for unit_id, code in codes.items()}
    shown = {
        "form": form,
        "page": page,
        "own_school": own.pop() if len(own) == 1 else "",
        "groups": [
            {
                "row": one,
                "name": name_of(one),
                "school": names.get(one.school_id or 0, ""),
                "school_code": codes.get(one.school_id or 0, ""),
                "population": Population(one.unit.population).label,
            }
            for one in found
        ],
    }
    return render(request, "people/groups.html", shown)


@require_http_methods(["GET", "POST"])
@access.requires(PeoplePermission.VIEW)
def group(request: Request, code: str) -> HttpResponse:
    """A group's people; who may adds to them, or says how many there are."""
    today = clock.today()
    unit = _group(request, code)
    adding = request.method == "POST" and "people" in request.POST
    counting = request.method == "POST" and not adding
    listed = ListForm(request.POST if adding else None)
    count = HeadcountForm(
        request.POST if counting else None, initial={"headcount": unit.unit.headcount}
    )
    if (adding and _add(request, listed, unit)) or (counting and _count(request, count, unit)):
        return redirect("people:group", code)
    school = place(unit.school_id, day=today) if unit.school_id else unit
    inside = request.actor.inside(school.path)
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "school_name": name_of(school),
        "school_code": school.code,
        "sees_school": request.actor.sees(school.path),
        "members": members(
            group_id=unit.unit_id, school_path=school.path, day=today, by=request.actor
        ),
        "inside": inside,
        "may_change": request.actor.may(PeoplePermission.MANAGE, unit.path),
        "listed": listed,
        "count_form": count,
    }
    status = 422 if listed.errors or count.errors else 200
    return render(request, "people/group.html", shown, status=status)


def _group(request: Request, code: str) -> UnitVersion:
    unit = resolve(code, clock.today(), by=request.actor)
    if unit.kind != UnitKind.GROUP:
        raise NotFound(_("There is no such group within your scope."))
    request.actor.require(PeoplePermission.VIEW, unit.path)
    return unit


def _add(request: Request, form: ListForm, unit: UnitVersion) -> bool:
    if not form.is_valid():
        return False
    people = [(one.name, one.number, one.phone) for one in form.cleaned_data["people"]]
    try:
        n = actions.add_members(
            group_id=unit.unit_id, people=people, by=request.actor, at=clock.now()
        )
    except DomainError as error:
        return _refused(form, error)
    text = ngettext("%(n)s person is in the group now.", "%(n)s people were added.", n)
    messages.success(request, text % {"n": n})
    return True


def _count(request: Request, form: HeadcountForm, unit: UnitVersion) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.set_headcount(
            group_id=unit.unit_id,
            headcount=form.cleaned_data["headcount"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        return _refused(form, error)
    messages.success(request, _("The headcount is kept; it counts from the next list on."))
    return True


def _refused(form: ListForm | HeadcountForm, error: DomainError) -> bool:
    if error.status != 422:
        raise error
    form.refuse(error)
    return False


@require_POST
@access.requires(PeoplePermission.MANAGE)
def leave(request: Request, code: str, membership_id: int) -> HttpResponse:
    """A person leaves the group from today on."""
    _group(request, code)
    actions.end_membership(membership_id=membership_id, by=request.actor, at=clock.now())
    messages.success(request, _("The person is off the list from today on."))
    return redirect("people:group", code)
