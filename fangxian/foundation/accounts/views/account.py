"""One's own account: password, language, covers, tokens."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts import actions, staff
from fangxian.foundation.accounts.forms import ChangePasswordForm, CoverForm, TokenForm
from fangxian.foundation.accounts.letting_in import remember_language
from fangxian.foundation.accounts.models import ROLE_LABELS, RoleAssignment, User
from fangxian.foundation.accounts.queries import colleagues, in_person
from fangxian.foundation.accounts.rules import AccountPermission, Role, may_cover
from fangxian.foundation.units.models import Unit
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor, permission_label
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound


@require_GET
@access.signed_in
def account(request: Request) -> HttpResponse:
    """One's roles, covers, tokens, language."""
    now = clock.now()
    user = User.objects.get(pk=in_person(request.actor))
    tokens = staff.tokens_of(user.pk, by=request.actor, at=now)
    held = list(RoleAssignment.objects.in_force(now.date()).filter(user=user).order_by("pk"))
    given = RoleAssignment.objects.in_force(now.date()).filter(stands_in_for=user)
    ids = {row.unit_id for row in (*held, *given, *tokens)}
    names = staff.unit_names(ids, today=now.date())
    shown = {
        "person": user,
        "roles": [_role(row, names) for row in held],
        "covers": [_role(row, names) for row in given.select_related("user")],
        "tokens": [_token(token, names) for token in tokens],
        "may_token": request.actor.holds(AccountPermission.TOKEN),
        "languages": settings.LANGUAGES,
        "reading": get_language(),
    }
    return render(request, "accounts/account.html", shown)


def _role(row: RoleAssignment, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "label": ROLE_LABELS[Role(row.role)],
        "unit": names.get(row.unit_id, ""),
        "last": staff.last_day(row.valid_to),
        "is_cover": row.stands_in_for_id is not None,
        "may_cover": row.stands_in_for_id is None and may_cover(row.role).allowed,
        "user": row.user,
    }


def _token(token: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "unit": names.get(token.unit_id, ""),
        "permissions": [permission_label(one) for one in token.permissions],
        "expires_at": token.expires_at,
    }


@require_POST
@access.signed_in
def language(request: Request) -> HttpResponse:
    """Keep the language one reads."""
    wanted = request.POST.get("language", "")
    response = redirect("accounts:account")
    if wanted in dict(settings.LANGUAGES):
        actions.set_language(language=wanted, by=request.actor)
        remember_language(response, request, wanted)
    return response


@never_cache
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
@access.signed_in
def password(request: Request) -> HttpResponse:
    """Change one's password; other sessions end, this one stays."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["password"]
        try:
            keep = request.session.session_key or ""
            user = actions.change_password(
                old=old, new=new, by=request.actor, at=clock.now(), keep=keep
            )
        except DomainError as error:
            form.refuse(error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Other sessions have ended."))
            return redirect("accounts:account")
    return _form_page(request, form, _("Change your password"), _("Change"))


@require_http_methods(["GET", "POST"])
@access.signed_in
def cover(request: Request, assignment_id: int) -> HttpResponse:
    """Hand a role of one's own to a colleague until a day."""
    today = clock.today()
    own = (
        RoleAssignment.objects.in_force(today)
        .filter(pk=assignment_id, user_id=in_person(request.actor), stands_in_for=None)
        .first()
    )
    if own is None:
        raise NotFound(_("You do not hold this role today."))
    may_cover(own.role).enforce()
    offered = colleagues(own, today=today)
    form = CoverForm(request.POST or None, colleagues=offered, today=today)
    sent = request.method == "POST" and form.is_valid()
    if sent and _hand_over(request, form, assignment_id):
        return redirect("accounts:account")
    title = _("Hand “%(role)s” to a colleague") % {"role": ROLE_LABELS[Role(own.role)]}
    return _form_page(request, form, title, _("Hand over"), nobody=not offered)


def _hand_over(request: Request, form: CoverForm, assignment_id: int) -> bool:
    try:
        given = actions.cover(
            assignment_id=assignment_id,
            colleague_id=form.cleaned_data["colleague"],
            until=form.cleaned_data["until"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("%(name)s stands in for you from now on.") % {"name": given.user})
    return True


@require_POST
@access.signed_in
def end_cover(request: Request, assignment_id: int) -> HttpResponse:
    """End a cover, by who gave it or who took it."""
    actions.end_role(assignment_id=assignment_id, by=request.actor, at=clock.now())
    messages.success(request, _("The cover has ended."))
    return redirect("accounts:account")


@never_cache
@require_http_methods(["GET", "POST"])
@access.requires(AccountPermission.TOKEN)
def token(request: Request) -> HttpResponse:
    """Make a token at the unit where one may; its secret is shown on this answer only."""
    today = clock.today()
    unit_id, offered = _may_carry(request.actor)
    form = TokenForm(request.POST or None, permissions=offered, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            secret = actions.mint_token(
                user=User.objects.get(pk=in_person(request.actor)),
                unit=Unit.objects.get(pk=unit_id),
                name=form.cleaned_data["name"],
                permissions=form.cleaned_data["permissions"],
                expires_at=_end_of(form.cleaned_data["expires_at"]),
                by=request.actor,
                at=clock.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _secret_page(request, secret)
    return _form_page(request, form, _("A token for a program"), _("Make the token"))


def _may_carry(actor: Actor) -> tuple[int, list[tuple[str, object]]]:
    """The unit at which one may make tokens, and what a token may carry there."""
    own = next(held for held in actor.holdings if AccountPermission.TOKEN in held.permissions)
    carried = {
        permission
        for held in actor.holdings
        if own.path.startswith(held.path)
        for permission in held.permissions
        if not permission.startswith("accounts.")
    }
    return own.unit_id, [(one, permission_label(one)) for one in sorted(carried)]


def _end_of(day: date) -> datetime:
    return clock.end_of(day)


@require_POST
@access.signed_in
def revoke_token(request: Request, token_id: int) -> HttpResponse:
    """End one of one's own tokens."""
    actions.revoke_token(token_id=token_id, by=request.actor, at=clock.now())
    messages.success(request, _("The token has ended."))
    return redirect("accounts:account")


def _secret_page(request: Request, secret: str) -> HttpResponse:
    shown = {
        "title": _("The token is made"),
        "secret": secret,
        "text": _("Copy it into the program now: it is not shown again."),
        "back": "accounts:account",
    }
    return render(request, "accounts/secret.html", shown)


def _form_page(
    request: Request, form: Any, title: str, button: str, *, nobody: bool = False
) -> HttpResponse:
    shown = {"form": form, "title": title, "button": button, "nobody": nobody}
    status = 422 if form.errors else 200
    return render(request, "accounts/form.html", shown, status=status)
