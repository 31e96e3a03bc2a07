"""The administrators' pages: who works here, invitations, roles, tokens."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts import actions, staff
from fangxian.foundation.accounts.forms import GiveRoleForm, InviteForm, PeopleFilter
from fangxian.foundation.accounts.handing import by_mail
from fangxian.foundation.accounts.lookers import note_staff
from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.queries import is_parted, name_of, place
from fangxian.foundation.accounts.rules import (
    AccountPermission,
    Role,
    fitting_roles,
    may_give_alone,
    may_stand,
)
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock, numbers
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid, NotFound

PAGE = 50


@require_GET
@access.requires(AccountPermission.VIEW)
def administration(request: Request) -> HttpResponse:
    """Who holds which role at the units one administers."""
    now = clock.now()
    form = PeopleFilter(request.GET or None)
    unit = _unit(request, now.date())
    wanted = _wanted(form, unit, request.GET.get("sort", "unit"))
    rows = staff.posts(wanted, by=request.actor, today=now.date())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    invitations = _invitations(request, now)
    posts = staff.lines(list(page.object_list), today=now.date())
    note_staff(posts, unit, by=request.actor, at=now)
    shown = {
        "form": form,
        "unit": unit,
        "unit_name": name_of(unit) if unit else "",
        "page": page,
        "posts": posts,
        "filtered": bool(request.GET),
        "invitations": invitations,
        "waiting": any(one["waits"] for one in invitations),
        "confirmable": [one["row"].pk for one in invitations if one["may_confirm"]],
        "may_invite": request.actor.holds(AccountPermission.INVITE),
        "may_give": request.actor.holds(AccountPermission.MANAGE),
        "role_labels": ROLE_LABELS,
    }
    return render(request, "accounts/administration.html", shown)


def _invitations(request: Request, at: datetime) -> list[dict[str, Any]]:
    actor = request.actor
    rows: list[Any] = list(staff.open_invitations(by=actor, at=at)[:PAGE])
    english = (get_language() or "").startswith("en")
    sheets = Counter((one.invited_by_id, one.created_at) for one in rows if not one.used_at)
    return [
        {
            "row": one,
            "unit": one.unit_en if english and one.unit_en else one.unit_zh,
            "waits": one.confirmed_at is None,
            "of_sheet": not one.used_at and sheets[one.invited_by_id, one.created_at] > 1,
            "may_confirm": one.confirmed_at is None
            and actor.may(AccountPermission.MANAGE, one.unit_path)
            and one.user_id != actor.user_id,
        }
        for one in rows
    ]


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
    request.actor.require(AccountPermission.VIEW, found.path)
    return found


@require_GET
@access.requires(AccountPermission.VIEW)
def choose_unit(request: Request) -> HttpResponse:
    """Find the unit to invite somebody to, or to give a role at."""
    today = clock.today()
    text = request.GET.get("q", "")
    ranges = request.actor.ranges(AccountPermission.VIEW)
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
@access.requires(AccountPermission.VIEW)
def unit(request: Request, unit_id: int) -> HttpResponse:
    """Invite to a unit, or give a role there to who has an account."""
    at_unit = place(unit_id, day=clock.today())
    request.actor.require(AccountPermission.VIEW, at_unit.path)
    may_invite = request.actor.may(AccountPermission.INVITE, at_unit.path)
    may_give = request.actor.may(AccountPermission.MANAGE, at_unit.path)
    parted = is_parted(unit_id)
    roles = [one for one in fitting_roles(at_unit.kind) if may_stand(one, is_parted=parted).allowed]
    given = [one for one in roles if may_give_alone(one, may_invite=may_invite).allowed]
    inviting = request.method == "POST" and "invite" in request.POST
    giving = request.method == "POST" and "give" in request.POST
    invitation = InviteForm(request.POST if inviting else None, roles=roles)
    gift = GiveRoleForm(request.POST if giving else None, roles=given, prefix="give")
    answer = None
    if inviting and invitation.is_valid():
        answer = _invite(request, invitation, unit_id)
    if giving and gift.is_valid():
        answer = _give(request, gift, unit_id)
    if answer is not None:
        return answer
    shown = {
        "unit": at_unit,
        "unit_name": name_of(at_unit),
        "invitation": invitation,
        "gift": gift,
        "may_invite": may_invite,
        "may_give": may_give,
    }
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
    return link_page(request, _("The invitation is made"), link, text, mailed)


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


def link_page(
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


@require_POST
@access.requires(AccountPermission.VIEW)
def withdraw(request: Request, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    if "sheet" in request.POST:
        count = actions.withdraw_sheet(
            invitation_id=invitation_id, by=request.actor, at=clock.now()
        )
        text = ngettext("%(n)d link is withdrawn.", "%(n)d links are withdrawn.", count)
        messages.success(request, text % {"n": count})
        return redirect("accounts:administration")
    actions.withdraw_invitation(invitation_id=invitation_id, by=request.actor, at=clock.now())
    messages.success(request, _("The invitation is withdrawn; its link opens nothing now."))
    return redirect("accounts:administration")


@require_POST
@access.requires(AccountPermission.MANAGE)
def confirm(request: Request) -> HttpResponse:
    """Confirm the roles that invitations propose, all that were on the page or one of them."""
    at = clock.now()
    ids = [n for n in map(numbers.written, request.POST.getlist("invitation")) if n is not None]
    with transaction.atomic():
        for one in ids[:PAGE]:
            actions.confirm_invitation(invitation_id=one, by=request.actor, at=at)
    messages.success(
        request, ngettext("%(n)d role is confirmed.", "%(n)d roles are confirmed.", len(ids))
        % {"n": len(ids)},
    )  # fmt: skip
    return redirect("accounts:administration")
