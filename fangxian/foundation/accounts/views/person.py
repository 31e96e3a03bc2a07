"""One person's page: roles, tokens, sign-ins, and what an administrator does about them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fangxian.foundation.accounts import actions, staff
from fangxian.foundation.accounts.handing import by_mail
from fangxian.foundation.accounts.lookers import note_staff
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.rules import APART, AccountPermission
from fangxian.foundation.accounts.second.queries import has_second
from fangxian.foundation.accounts.views.administration import PAGE, link_page
from fangxian.kernel import access, clock, numbers
from fangxian.kernel.access import permission_label
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import NotFound


@require_GET
@access.requires(AccountPermission.VIEW)
def person(request: Request, user_id: int) -> HttpResponse:
    """One person: the roles and tokens within one's scope, and what can be done about them."""
    now = clock.now()
    rows = [
        *staff.posts(staff.Wanted(), by=request.actor, today=now.date()).filter(user_id=user_id),
        *staff.posts(staff.Wanted(ended=True), by=request.actor, today=now.date()).filter(
            user_id=user_id
        )[:PAGE],
    ]
    if not rows:
        raise NotFound(_("There is no such person within your scope."))
    posts = staff.lines(rows, today=now.date())
    note_staff(posts, posts[0].unit if posts else None, by=request.actor, at=now)
    tokens = staff.tokens_of(user_id, by=request.actor, at=now)
    names = staff.unit_names({token.unit_id for token in tokens}, today=now.date())
    shown = {
        "person": rows[0].user,
        "posts": posts,
        "tokens": [_token(token, names) for token in tokens],
        **_may(request, rows),
        "has_second": has_second(user_id),
    }
    return render(request, "accounts/person.html", shown)


def _may(request: Request, rows: list[RoleAssignment]) -> dict[str, bool]:
    """What is offered on a person's page; the actions ask again."""
    actor, other = request.actor, rows[0].user_id != request.actor.user_id
    manages, invites = (
        other and actor.holds(one) for one in (AccountPermission.MANAGE, AccountPermission.INVITE)
    )
    guarded = not manages and any(row.role in APART for row in rows)
    return {
        "may_give": manages,
        "may_close": invites and not guarded,
        "may_end": actor.holds(AccountPermission.MANAGE),
    }


def _token(token: Any, names: dict[int, str]) -> dict[str, Any]:
    labels = [permission_label(one) for one in token.permissions]
    return {"row": token, "unit": names.get(token.unit_id, ""), "permissions": labels}


@require_POST
@access.requires(AccountPermission.MANAGE)
def end_role(request: Request, assignment_id: int) -> HttpResponse:
    """End a role from a person's page."""
    actions.end_role(assignment_id=assignment_id, by=request.actor, at=clock.now())
    messages.success(request, _("The role has ended, and the tokens it carried."))
    return _back(request)


@require_POST
@access.requires(AccountPermission.MANAGE)
def revoke_token(request: Request, token_id: int) -> HttpResponse:
    """End a token from a person's page."""
    actions.revoke_token(token_id=token_id, by=request.actor, at=clock.now())
    messages.success(request, _("The token has ended."))
    return _back(request)


@require_POST
@access.requires(AccountPermission.INVITE)
def close(request: Request, user_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    if "open" in request.POST:
        actions.reactivate(user_id=user_id, by=request.actor, at=clock.now())
        messages.success(request, _("The account is open again. Give the roles anew."))
    else:
        actions.deactivate(user_id=user_id, by=request.actor, at=clock.now())
        messages.success(request, _("The account is closed; all its roles and tokens have ended."))
    return redirect("accounts:person", user_id)


@never_cache
@require_POST
@access.requires(AccountPermission.MANAGE)
def password_link(request: Request, user_id: int) -> HttpResponse:
    """Make a link for who forgot the password."""
    secret = actions.make_password_link(user_id=user_id, by=request.actor, at=clock.now())
    link = request.build_absolute_uri(reverse("accounts:new-password", args=[secret]))
    text = _("Send this link to the person alone. It works once, for two days.")
    user = User.objects.get(pk=user_id)
    with override(user.language or None):
        subject = _("A new password for Fangxian")
        letter = _("Open this link within two days and choose a new password; it works once.")
        mailed = by_mail(user.email, subject, f"{letter}\n\n{link}")
    return link_page(request, _("The link for a new password is made"), link, text, mailed)


@require_POST
@access.requires(AccountPermission.MANAGE)
def ask_password(request: Request, user_id: int) -> HttpResponse:
    """Let a person choose a new password before anything else."""
    actions.ask_new_password(user_id=user_id, by=request.actor, at=clock.now())
    messages.success(request, _("This person chooses a new password before anything else."))
    return redirect("accounts:person", user_id)


def _back(request: Request) -> HttpResponse:
    user_id = numbers.written(request.POST.get("person", ""))
    if user_id is not None:
        return redirect("accounts:person", user_id)
    return redirect("accounts:administration")
