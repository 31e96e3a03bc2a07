"""What went out, and what became of it: one's own, and a unit's robots'."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fangxian.foundation.notices.forms import LogFilter
from fangxian.foundation.notices.models import Delivery, DeliveryQuerySet
from fangxian.foundation.notices.queries import log, robots, steps
from fangxian.foundation.notices.rules import PERSONAL, ROBOTS, NoticePermission
from fangxian.foundation.notices.views.inbox import day_of
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import NotFound

PAGE = 50


@require_GET
@access.signed_in
def deliveries(request: Request) -> HttpResponse:
    """What was sent to oneself."""
    form = LogFilter(request.GET or None, channels=PERSONAL)
    rows = log(request.actor, today=clock.today())
    return _page(request, form, rows, {"of_robots": False})


@require_GET
@access.requires(NoticePermission.ROBOTS)
def robot_deliveries(request: Request) -> HttpResponse:
    """What was sent through the robots of the units one administers, or through one of them."""
    today = clock.today()
    posts = robots(request.actor, today=today)
    asked = request.GET.get("robot", "")
    one = next((post for post in posts if str(post.robot.pk) == asked), None)
    if asked and one is None:
        raise NotFound(_("There is no such robot within your scope."))
    form = LogFilter(request.GET or None, channels=ROBOTS)
    ids = [one.robot.pk] if one else [post.robot.pk for post in posts]
    rows = log(request.actor, today=today, robot_ids=ids)
    return _page(request, form, rows, {"of_robots": True, "one": one})


def _page(
    request: Request, form: LogFilter, rows: DeliveryQuerySet, more: dict[str, Any]
) -> HttpResponse:
    told = form.cleaned_data if form.is_valid() else {}
    for name in ("state", "channel"):
        if told.get(name):
            rows = rows.filter(**{name: told[name]})
    page = Paginator(rows.order_by("-created_at", "-id"), PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "steps": steps(page.object_list),
        "filtered": any(told.get(name) for name in ("state", "channel")),
        **more,
    }
    return render(request, "notices/deliveries.html", shown)


@require_GET
@access.signed_in
def delivery(request: Request, day: str, delivery_id: int) -> HttpResponse:
    """One delivery; the page looks again by itself until it has ended."""
    found = Delivery.objects.filter(day=day_of(day), id=delivery_id).first()
    if found is None or not _may_see(request, found):
        raise NotFound(_("There is no such delivery within your scope."))
    [step] = steps([found])
    template = "notices/delivery_state.html" if request.htmx else "notices/delivery.html"
    return render(request, template, {"step": step})


def _may_see(request: Request, found: Delivery) -> bool:
    if found.robot_id is None:
        return found.user_id == request.actor.user_id
    mine = robots(request.actor, today=clock.today())
    return found.robot_id in [post.robot.pk for post in mine]
