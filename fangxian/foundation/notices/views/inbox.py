"""The inbox: what one was told, read and taken up."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from fangxian.foundation.notices import actions
from fangxian.foundation.notices.forms import InboxFilter
from fangxian.foundation.notices.queries import inbox as own
from fangxian.foundation.notices.queries import lines
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import NotFound

PAGE = 30


@require_GET
@access.signed_in
def inbox(request: Request) -> HttpResponse:
    """One's notices, the newest first."""
    now = clock.now()
    form = InboxFilter(request.GET or None)
    told = form.cleaned_data if form.is_valid() else {}
    rows = own(
        request.actor,
        today=now.date(),
        category=told.get("category", ""),
        only_unread=told.get("state") == "unread",
    )
    page = Paginator(rows.order_by("-created_at", "-id"), PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "lines": lines(page.object_list),
        "filtered": bool(told.get("category") or told.get("state")),
        "has_unread": own(request.actor, today=now.date()).unread().exists(),
        "today": now.date(),
        "until": now.isoformat(),
    }
    return render(request, "notices/inbox.html", shown)


@require_POST
@access.signed_in
def open_notice(request: Request, day: str, notice_id: int) -> HttpResponse:
    """Read a notice and go where it is dealt with."""
    found = actions.read(day=day_of(day), notice_id=notice_id, by=request.actor, at=clock.now())
    return redirect(found.link or "notices:inbox")


@require_POST
@access.signed_in
def take(request: Request, day: str, notice_id: int) -> HttpResponse:
    """Say "I am on it"."""
    actions.acknowledge(day=day_of(day), notice_id=notice_id, by=request.actor, at=clock.now())
    messages.success(request, _("The others see that you are on it."))
    return redirect("notices:inbox")


@require_POST
@access.signed_in
def read_all(request: Request) -> HttpResponse:
    """Mark as read what there was when the page was drawn."""
    now = clock.now()
    read = actions.read_all(until=now, by=request.actor, at=now)
    text = ngettext("%(n)s notice marked as read.", "%(n)s notices marked as read.", read)
    messages.success(request, text % {"n": read})
    return redirect("notices:inbox")


def day_of(text: str) -> date:
    """The day in an address; nothing is there when it is none."""
    day = clock.day_written(text)
    if day is None:
        raise NotFound(_("There is no such notice."))
    return day
