"""Getting in: sign-in, sign-out, invitations, links for a new password, the start page."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts import actions, cards, limits
from fangxian.foundation.accounts.forms import JoinForm, NewPasswordForm, SignInForm
from fangxian.foundation.accounts.leading import go_on
from fangxian.foundation.accounts.models import ROLE_LABELS, Invitation
from fangxian.foundation.accounts.passwords.choosing import rules_on
from fangxian.foundation.accounts.queries import (
    in_person,
    name_of,
    open_invitation,
    open_password_link,
    place,
)
from fangxian.foundation.accounts.rules import Role, Tried
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid
from fangxian.kernel.registry import landing_for
from fangxian.kernel.shell.forms import ActionForm

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@access.signed_in
def home(request: Request) -> HttpResponse:
    """Lead everyone to what they do first; who holds nothing is told so."""
    start = landing_for(request.actor)
    if start is not None:
        return redirect(start)
    now = clock.now()
    waiting = Invitation.objects.joined_by(in_person(request.actor), now)
    roles = [ROLE_LABELS[Role(one.role)] for one in waiting]
    return render(request, "accounts/home.html", {"waiting": roles})


@never_cache
@sensitive_post_parameters("password")
@get_or_post
@access.public
def sign_in(request: Request) -> HttpResponse:
    """Ask for name and password; in a demo, offer an account for each role."""
    back = _back(request)
    if request.method == "GET" and request.user.is_authenticated:
        if request.actor.user_id is not None:
            return redirect(back)
        _begin_anew(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name, word = form.cleaned_data["username"], form.cleaned_data["password"]
            with limits.failing(request, (Tried.SIGN_IN, ""), (Tried.NAME, name)):
                user = actions.check_sign_in(username=name, password=word, at=clock.now())
        except Invalid as error:
            form.refuse(error)
        else:
            return go_on(request, user, back)
    shown = {"form": form, "next": back, "cards": cards.cards()}
    return render(request, "accounts/sign_in.html", shown, status=_status(form))


def _begin_anew(request: Request) -> None:
    """End a sign-in that opens nothing any more: its person got a role that asks for two steps."""
    logout(request)
    messages.info(request, _("Your role asks for two-step sign-in by now: sign in once more."))


def _status(form: ActionForm) -> int:
    return 422 if form.errors else 200


def _back(request: Request) -> str:
    wanted: str = request.POST.get("next") or request.GET.get("next") or "/"
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else "/"


@require_POST
@access.public
def sign_out(request: Request) -> HttpResponse:
    """End the session; nothing of the person stays in it."""
    if request.user.is_authenticated:
        actions.note_sign_out(by=request.actor, at=clock.now())
    logout(request)
    return redirect("accounts:sign-in")


@never_cache
@sensitive_post_parameters("password", "again")
@get_or_post
@access.public
def invitation(request: Request, secret: str) -> HttpResponse:
    """Make one's account by an invitation's link, or take up its role with the one one has."""
    at = clock.now()
    with limits.failing(request, (Tried.LINK, "")):
        invited = open_invitation(secret, at=at)
    if request.method == "POST" and "join" in request.POST and request.user.is_authenticated:
        actions.join(secret=secret, by=request.actor, at=at)
        return redirect("accounts:home")
    initial = {"display_name": invited.name, "phone": invited.phone}
    shortest = rules_on(at.date()).shortest
    form = JoinForm(request.POST or None, initial=initial, shortest=shortest)
    if request.method == "POST" and form.is_valid():
        told = {key: form.cleaned_data[key] for key in ("username", "password", "phone")}
        name = form.cleaned_data["display_name"]
        language = get_language() or ""
        try:
            user = actions.accept_invitation(
                secret=secret, display_name=name, language=language, at=at, **told
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return go_on(request, user, "/")
    shown = {
        "form": form,
        "invited": invited,
        "role": ROLE_LABELS[Role(invited.role)],
        "unit": name_of(place(invited.unit_id, day=at.date(), or_last=True)),
    }
    return render(request, "accounts/invitation.html", shown, status=_status(form))


@never_cache
@sensitive_post_parameters("password", "again")
@get_or_post
@access.public
def new_password(request: Request, secret: str) -> HttpResponse:
    """Choose a new password by a link from one's administrator."""
    with limits.failing(request, (Tried.LINK, "")):
        open_password_link(secret, at=clock.now())
    form = NewPasswordForm(request.POST or None, shortest=rules_on(clock.today()).shortest)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.use_password_link(
                secret=secret, password=form.cleaned_data["password"], at=clock.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return go_on(request, user, "/")
    return render(request, "accounts/new_password.html", {"form": form}, status=_status(form))
