"""Getting in: sign-in, sign-out, invitations, links for a new password, the start page."""

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts import actions, cards, limits
from fangxian.foundation.accounts.forms import JoinForm, NewPasswordForm, SignInForm
from fangxian.foundation.accounts.letting_in import let_in
from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.queries import (
    name_of,
    open_invitation,
    open_password_link,
    place,
)
from fangxian.foundation.accounts.rules import Role, Tried
from fangxian.foundation.accounts.second.queries import step_after_password
from fangxian.foundation.accounts.second.rules import Step
from fangxian.foundation.accounts.second.waiting import hold
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid
from fangxian.kernel.registry import landing_for
from fangxian.kernel.shell.forms import ActionForm

get_or_post = require_http_methods(["GET", "POST"])
STEPS = {Step.CODE: "second:code", Step.SET_UP: "second:must-set-up"}


@require_GET
@access.signed_in
def home(request: Request) -> HttpResponse:
    """Lead everyone to what they do first; who holds nothing is told so."""
    start = landing_for(request.actor)
    if start is not None:
        return redirect(start)
    return render(request, "accounts/home.html")


@never_cache
@sensitive_post_parameters("password")
@get_or_post
@access.public
def sign_in(request: Request) -> HttpResponse:
    """Ask for name and password; in a demo, offer an account for each role."""
    back = _back(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(back)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name, word = form.cleaned_data["username"], form.cleaned_data["password"]
            with limits.failing(request, (Tried.SIGN_IN, ""), (Tried.NAME, name)):
                user = actions.check_sign_in(username=name, password=word, at=clock.now())
        except Invalid as error:
            form.refuse(error)
        else:
            return _go_on(request, user, back)
    shown = {"form": form, "next": back, "cards": cards.cards()}
    return render(request, "accounts/sign_in.html", shown, status=_status(form))


def _status(form: ActionForm) -> int:
    return 422 if form.errors else 200


def _go_on(request: Request, user: User, to: str) -> HttpResponse:
    """Let in whose password was right, or lead them to what else is asked of them."""
    step = step_after_password(user, today=clock.today())
    if step is None:
        return let_in(request, user, to)
    hold(request, user, to)
    return redirect(STEPS[step])


def _back(request: Request) -> str:
    wanted: str = request.POST.get("next") or request.GET.get("next") or "/"
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if safe else "/"


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
    form = JoinForm(request.POST or None, initial=initial)
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
            return _go_on(request, user, "/")
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
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.use_password_link(
                secret=secret, password=form.cleaned_data["password"], at=clock.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _go_on(request, user, "/")
    return render(request, "accounts/new_password.html", {"form": form}, status=_status(form))
