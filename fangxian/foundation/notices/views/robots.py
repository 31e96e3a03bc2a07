"""A unit's robots: which there are, adding one, changing it, and whether it works."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.notices import actions, queries
from fangxian.foundation.notices.forms import RobotForm
from fangxian.foundation.notices.rules import TOLD_TO_GROUPS, Category, Channel, NoticePermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

PAGE = 50


@require_GET
@access.requires(NoticePermission.ROBOTS)
def robots(request: Request) -> HttpResponse:
    """The robots of the units one administers; of one of them and below, when it is named."""
    unit = _unit(request) if request.GET.get("unit") else None
    found = queries.robots(request.actor, today=clock.today(), unit=unit)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "posts": page.object_list,
        "unit": unit,
        "unit_name": name_of(unit) if unit else "",
    }
    return render(request, "notices/robots.html", shown)


def _unit(request: Request) -> UnitVersion:
    """The unit named in the query; else the one whose administrator one is."""
    today = clock.today()
    if code := request.GET.get("unit", "").strip():
        found = resolve(code, today, by=request.actor)
    else:
        own = next(
            held for held in request.actor.holdings if NoticePermission.ROBOTS in held.permissions
        )
        found = UnitVersion.objects.as_of(today).get(unit_id=own.unit_id)
    request.actor.require(NoticePermission.ROBOTS, found.path)
    return found


@require_http_methods(["GET", "POST"])
@access.requires(NoticePermission.ROBOTS)
def add(request: Request) -> HttpResponse:
    """Add a robot to a unit: one's own, or the one named in the query."""
    unit = _unit(request)
    usual = {"categories": list(TOLD_TO_GROUPS), "language": "zh-hans", "is_active": True}
    form = RobotForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_robot(
                unit_id=unit.unit_id,
                channel=Channel(form.cleaned_data["channel"]),
                wish=_wish(form.cleaned_data),
                by=request.actor,
                at=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Added. Send a test message to see that it works."))
            return redirect("notices:robot", made.pk)
    shown = {"form": form, "unit": unit, "unit_name": name_of(unit)}
    return render(request, "notices/robot.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.requires(NoticePermission.ROBOTS)
def robot(request: Request, robot_id: int) -> HttpResponse:
    """Change a robot."""
    post = queries.robot(robot_id, request.actor, today=clock.today())
    names = ("name", "categories", "only_urgent", "language", "is_active")
    usual = {name: getattr(post.robot, name) for name in names}
    form = RobotForm(request.POST or None, initial=usual)
    form.keep(post.address)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_robot(
                robot_id=robot_id,
                wish=_wish(form.cleaned_data),
                by=request.actor,
                at=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Kept."))
            return redirect("notices:robot", robot_id)
    shown = {"form": form, "post": post, "unit": post.unit, "unit_name": post.unit_name}
    return render(request, "notices/robot.html", shown, status=422 if form.errors else 200)


def _wish(told: dict[str, Any]) -> actions.Wish:
    return actions.Wish(
        name=told["name"],
        url=told["url"],
        secret=told["secret"],
        categories=[Category(one) for one in told["categories"]],
        only_urgent=told["only_urgent"],
        language=told["language"],
        is_active=told["is_active"],
    )


@require_POST
@access.requires(NoticePermission.ROBOTS)
def remove(request: Request, robot_id: int) -> HttpResponse:
    """Take a robot away."""
    actions.remove_robot(robot_id=robot_id, by=request.actor, at=clock.now())
    messages.success(request, _("The robot is removed."))
    return redirect("notices:robots")


@require_POST
@access.requires(NoticePermission.ROBOTS)
def test(request: Request, robot_id: int) -> HttpResponse:
    """Have a robot say that it works, and show what becomes of it."""
    made = actions.test_robot(robot_id=robot_id, by=request.actor, at=clock.now())
    return redirect("notices:delivery", made.day.isoformat(), made.id)
