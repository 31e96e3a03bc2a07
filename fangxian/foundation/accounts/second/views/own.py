"""One's own second factor, and an administrator's reset of somebody's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.accounts.second import actions
from fangxian.foundation.accounts.second.forms import BindForm, PasswordForm
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.second.queries import standing
from fangxian.foundation.accounts.second.rules import may_set_up
from fangxian.foundation.accounts.second.views.shown import binding_page, codes_page
from fangxian.foundation.accounts.second.waiting import offered, release
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@access.signed_in
def own(request: Request) -> HttpResponse:
    """Whether one signs in in two steps, and what can be changed about it."""
    user = _self(request)
    shown = {
        "standing": standing(user, today=clock.today()),
        "may": may_set_up(is_demo=user.is_demo),
    }
    return render(request, "second/own.html", shown)


def _self(request: Request) -> User:
    return User.objects.get(pk=in_person(request.actor))


@never_cache
@sensitive_post_parameters("code", "password")
@get_or_post
@access.signed_in
def set_up(request: Request) -> HttpResponse:
    """Bind one's phone."""
    user = _self(request)
    at = clock.now()
    if not may_set_up(is_demo=user.is_demo).allowed or standing(user, today=at.date()).since:
        return redirect("second:own")
    form, secret = BindForm(request.POST or None), offered(request)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            require_password(user_id=user.pk, password=told["password"], at=at)
            codes = actions.set_up(
                secret=secret,
                code=told["code"],
                by=request.actor,
                at=at,
                on_phone=clock.real_now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            release(request)
            return codes_page(request, codes, to=reverse("second:own"))
    return binding_page(request, form, user, secret, must=False)


@never_cache
@sensitive_post_parameters("password")
@get_or_post
@access.signed_in
def codes(request: Request) -> HttpResponse:
    """New recovery codes instead of the earlier ones."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            made = actions.new_codes(password=password, by=request.actor, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            return codes_page(request, made, to=reverse("second:own"))
    text = _("The codes you have now will not work any more.")
    return _password_page(request, form, _("New recovery codes"), text, _("Make new codes"))


@never_cache
@sensitive_post_parameters("password")
@get_or_post
@access.signed_in
def off(request: Request) -> HttpResponse:
    """Sign in with the password alone again."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            actions.turn_off(password=password, by=request.actor, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Two-step sign-in is off."))
            return redirect("second:own")
    text = _("From then on your password alone opens your account.")
    return _password_page(request, form, _("Turn two-step sign-in off"), text, _("Turn off"))


def _password_page(
    request: Request, form: PasswordForm, title: str, text: str, button: str
) -> HttpResponse:
    shown = {"form": form, "title": title, "text": text, "button": button}
    status = 422 if form.errors else 200
    return render(request, "second/password.html", shown, status=status)


@require_POST
@access.requires(AccountPermission.MANAGE)
def reset(request: Request, user_id: int) -> HttpResponse:
    """Take away the second factor of somebody who lost phone and codes."""
    actions.reset(user_id=user_id, by=request.actor, at=clock.now())
    messages.success(request, _("The two-step sign-in of this person is reset."))
    return redirect("accounts:person", user_id)
