"""Where somebody is signed in, and ending it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.labels import DEVICES
from fangxian.foundation.accounts.models import Session
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.accounts.sessions import mark_of
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request


@never_cache
@require_GET
@access.signed_in
def sessions(request: Request) -> HttpResponse:
    """Every browser one is signed in on, this one first."""
    own = request.session.session_key
    rows = Session.objects.of(in_person(request.actor)).filter(expire_date__gt=clock.real_now())
    lines = [
        {
            "row": row,
            "mark": mark_of(row.session_key),
            "device": DEVICES[row.device],
            "own": row.session_key == own,
        }
        for row in rows.order_by("-seen_at")
    ]
    lines.sort(key=lambda line: not line["own"])
    shown = {"sessions": lines, "others": sum(not line["own"] for line in lines)}
    return render(request, "accounts/sessions.html", shown)


@require_POST
@access.signed_in
def end(request: Request, mark: str) -> HttpResponse:
    """End one of one's own sign-ins; this very one is a sign-out."""
    if mark == mark_of(request.session.session_key or ""):
        actions.note_sign_out(by=request.actor, at=clock.now())
        logout(request)
        return redirect("accounts:sign-in")
    actions.end_session(mark=mark, by=request.actor, at=clock.now())
    messages.success(request, _("The sign-in has ended."))
    return redirect("accounts:sessions")


@require_POST
@access.signed_in
def end_others(request: Request) -> HttpResponse:
    """End all of one's own sign-ins but this one."""
    keep = request.session.session_key or ""
    ended = actions.end_other_sessions(keep=keep, by=request.actor, at=clock.now())
    messages.success(request, _said(ended))
    return redirect("accounts:sessions")


@require_POST
@access.requires(AccountPermission.MANAGE)
def end_all(request: Request, user_id: int) -> HttpResponse:
    """End all sign-ins of a person."""
    ended = actions.end_sessions_of(user_id=user_id, by=request.actor, at=clock.now())
    messages.success(request, _said(ended))
    return redirect("accounts:person", user_id)


def _said(ended: int) -> str:
    return ngettext("%(n)d sign-in has ended.", "%(n)d sign-ins have ended.", ended) % {"n": ended}
