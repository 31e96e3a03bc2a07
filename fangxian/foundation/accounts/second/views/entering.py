"""Between the password and the product: the code, or binding the phone that will give it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fangxian.foundation.accounts.letting_in import begin, let_in
from fangxian.foundation.accounts.second import actions
from fangxian.foundation.accounts.second.forms import CodeForm, FirstCodeForm
from fangxian.foundation.accounts.second.queries import step_after_password
from fangxian.foundation.accounts.second.rules import Step
from fangxian.foundation.accounts.second.views.shown import binding_page, codes_page
from fangxian.foundation.accounts.second.waiting import Waiting, held, offered, release
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@access.public
def code(request: Request) -> HttpResponse:
    """Ask whose password was right for the code from their phone."""
    waiting = _waiting_for(request, Step.CODE)
    if waiting is None:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, user = form.cleaned_data["code"], waiting.user
        try:
            actions.prove(user_id=user.pk, code=told, at=clock.now(), on_phone=clock.real_now())
        except DomainError as error:
            form.refuse(error)
        else:
            release(request)
            return let_in(request, user, waiting.to)
    shown = {"form": form, "person": waiting.user}
    return render(request, "second/code.html", shown, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@access.public
def must_set_up(request: Request) -> HttpResponse:
    """Bind a phone before anything else, where one's role asks for it and none is bound."""
    waiting = _waiting_for(request, Step.SET_UP)
    if waiting is None:
        return redirect("accounts:sign-in")
    form = FirstCodeForm(request.POST or None)
    user, secret = waiting.user, offered(request)
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.set_up(
                secret=secret,
                code=form.cleaned_data["code"],
                by=Actor(user.pk, str(user)),
                at=clock.now(),
                on_phone=clock.real_now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            release(request)
            begin(request, user)
            return codes_page(request, codes, to=waiting.to)
    return binding_page(request, form, user, secret, must=True)


def _waiting_for(request: Request, step: Step) -> Waiting | None:
    """Who waits at this step: nobody passes the one by asking for the other."""
    waiting = held(request)
    if waiting is None or step_after_password(waiting.user, today=clock.today()) != step:
        return None
    return waiting
