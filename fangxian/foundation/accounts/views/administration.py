"""The unit administrator's pages: who works here, invitations, roles, tokens."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts import actions, staff
from fangxian.foundation.accounts.forms import GiveRoleForm, InviteForm, PeopleFilter
from fangxian.foundation.accounts.handing import by_mail
from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.queries import name_of, place
from fangxian.foundation.accounts.rules import AccountPermission, Role, fitting_roles
from fangxian.foundation.accounts.second.queries import has_second
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock
from fangxian.kernel.access import permission_label
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid, NotFound

PAGE = 50


@require_GET
@access.requires(AccountPermission.MANAGE)
def administration(request: Request) -> HttpResponse:
    """Who holds which role at the units one administers."""
    now = clock.now()
    form = PeopleFilter(request.GET or None)
    unit = _unit(request, now.date())
    wanted = _wanted(form, unit, request.GET.get("sort", "unit"))
    rows = staff.posts(wanted, by=request.actor, today=now.date())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "unit": unit,
        "unit_name": name_of(unit) if unit else "",
        "page": page,
        "posts": staff.lines(list(page.object_list), today=now.date()),
        "filtered": bool(request.GET),
        "invitations": staff.open_invitations(by=request.actor, at=now)[:PAGE],
        "role_labels": ROLE_LABELS,
    }
    return render(request, "accounts/administration.html", shown)


def _wanted(form: PeopleFilter, unit: UnitVersion | None, sort: str) -> staff.Wanted:
    told = form.cleaned_data if form.is_valid() else {}
    return staff.Wanted(
        text=told.get("q", ""),
        role=told.get("role", ""),
        unit_path=unit.path if unit else "",
        ended=told.get("state") == "ended",
        sort=sort,
    )


def _unit(request: Request, today: date) -> UnitVersion | None:
    code = request.GET.get("unit", "")
    if not code:
        return None
    found = UnitVersion.objects.as_of(today).visible_to(request.actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    request.actor.require(AccountPermission.MANAGE, found.path)
    return found


@require_GET
@access.requires(AccountPermission.MANAGE)
def choose_unit(request: Request) -> HttpResponse:
    """Find the unit to invite somebody to, or to give a role at."""
    today = clock.today()
    text = request.GET.get("q", "")
    ranges = request.actor.ranges(AccountPermission.MANAGE)
    found = staff.find_units(text, ranges=ranges, today=today)
    if not text:
        roots = [low for low, _high in ranges]
        found = list(UnitVersion.objects.as_of(today).filter(path__in=roots).order_by("path"))
        found += (
            UnitVersion.objects.as_of(today)
            .filter(reports_to_id__in=[version.unit_id for version in found])
            .order_by("path")[:PAGE]
        )
    units = [
        {"version": one, "name": name_of(one), "kind": one.get_kind_display()} for one in found
    ]
    return render(request, "accounts/choose_unit.html", {"units": units, "q": text})


@never_cache
@require_http_methods(["GET", "POST"])
@access.requires(AccountPermission.MANAGE)
def unit(request: Request, unit_id: int) -> HttpResponse:
    """Invite to a unit, or give a role there to who has an account."""
    at_unit = place(unit_id, day=clock.today())
    request.actor.require(AccountPermission.MANAGE, at_unit.path)
    roles = fitting_roles(at_unit.kind)
    inviting = request.method == "POST" and "invite" in request.POST
    giving = request.method == "POST" and "give" in request.POST
    invitation = InviteForm(request.POST if inviting else None, roles=roles)
    gift = GiveRoleForm(request.POST if giving else None, roles=roles, prefix="give")
    answer = None
    if inviting and invitation.is_valid():
        answer = _invite(request, invitation, unit_id)
    if giving and gift.is_valid():
        answer = _give(request, gift, unit_id)
    if answer is not None:
        return answer
    shown = {"unit": at_unit, "unit_name": name_of(at_unit), "invitation": invitation, "gift": gift}
    status = 422 if invitation.errors or gift.errors else 200
    return render(request, "accounts/unit.html", shown, status=status)


def _invite(request: Request, form: InviteForm, unit_id: int) -> HttpResponse | None:
    try:
        secret = actions.invite(
            unit_id=unit_id,
            role=Role(form.cleaned_data["role"]),
            name=form.cleaned_data["name"],
            phone=form.cleaned_data["phone"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return None
    link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
    text = _("Send this link to %(name)s alone. It works once, for seven days.") % {
        "name": form.cleaned_data["name"]
    }
    subject = _("Your invitation to Fangxian")
    letter = _("You are invited. Open this link within seven days; it works once.")
    mailed = by_mail(form.cleaned_data["email"], subject, f"{letter}\n\n{link}")
    return _link_page(request, _("The invitation is made"), link, text, mailed)


def _give(request: Request, form: GiveRoleForm, unit_id: int) -> HttpResponse | None:
    told = form.cleaned_data
    user = User.objects.named(told["username"])
    try:
        if user is None:
            text = _("Nobody has this user name.")
            raise Invalid(text, {"username": [text]})
        actions.give_role(
            user_id=user.pk,
            role=Role(told["role"]),
            unit_id=unit_id,
            until=told["until"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return None
    messages.success(request, _("%(name)s holds the role from now on.") % {"name": user})
    return redirect("accounts:person", user.pk)


def _link_page(
    request: Request, title: str, link: str, text: str, mailed: str | None
) -> HttpResponse:
    shown = {
        "title": title,
        "secret": link,
        "text": text,
        "back": "accounts:administration",
        "mailed": mailed == "",
        "not_mailed": mailed,
    }
    return render(request, "accounts/secret.html", shown)


@require_GET
@access.requires(AccountPermission.MANAGE)
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
    tokens = staff.tokens_of(user_id, by=request.actor, at=now)
    names = staff.unit_names({token.unit_id for token in tokens}, today=now.date())
    shown = {
        "person": rows[0].user,
        "posts": staff.lines(rows, today=now.date()),
        "tokens": [_token(token, names) for token in tokens],
        "is_self": user_id == request.actor.user_id,
        "has_second": has_second(user_id),
    }
    return render(request, "accounts/person.html", shown)


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
@access.requires(AccountPermission.MANAGE)
def withdraw(request: Request, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    actions.withdraw_invitation(invitation_id=invitation_id, by=request.actor, at=clock.now())
    messages.success(request, _("The invitation is withdrawn; its link opens nothing now."))
    return redirect("accounts:administration")


@require_POST
@access.requires(AccountPermission.MANAGE)
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
    return _link_page(request, _("The link for a new password is made"), link, text, mailed)


def _back(request: Request) -> HttpResponse:
    user_id = request.POST.get("person", "")
    if user_id.isdecimal():
        return redirect("accounts:person", int(user_id))
    return redirect("accounts:administration")
