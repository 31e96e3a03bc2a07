"""Signing in with a passkey: after the password, instead of it, or bound on the way in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from fangxian.foundation.accounts import limits
from fangxian.foundation.accounts.letting_in import begin, let_in
from fangxian.foundation.accounts.rules import Tried
from fangxian.foundation.accounts.second.forms import PasskeyForm, ProofForm
from fangxian.foundation.accounts.second.passkeys import actions, asked, ceremony
from fangxian.foundation.accounts.second.passkeys.asked import Asked
from fangxian.foundation.accounts.second.passkeys.party import Party, party, party_here
from fangxian.foundation.accounts.second.rules import Step
from fangxian.foundation.accounts.second.views.entering import code_page, waiting_for
from fangxian.foundation.accounts.second.views.passkeys import bind, binding_page
from fangxian.foundation.accounts.second.views.shown import codes_page, passkey_texts
from fangxian.foundation.accounts.second.waiting import Waiting, release
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid


@never_cache
@sensitive_post_parameters("credential")
@require_POST
@access.public
def after_password(request: Request) -> HttpResponse:
    """Take a passkey instead of the code."""
    waiting, site = waiting_for(request, Step.CODE), party_here(request)
    if waiting is None or site is None:
        return redirect("accounts:sign-in")
    form = ProofForm(request.POST)
    if not form.is_valid():
        return code_page(request, waiting, proof=form)
    try:
        _prove(request, waiting, site, form.cleaned_data["credential"])
    except Invalid as error:
        form.refuse(error)
        return code_page(request, waiting, proof=form)
    release(request)
    return let_in(request, waiting.user, waiting.to, second=True)


def _prove(request: Request, waiting: Waiting, site: Party, answer: dict[str, object]) -> None:
    user_id = waiting.user.pk
    with limits.failing(request, (Tried.CODE, ""), (Tried.CODE_OF, str(user_id))):
        actions.prove(
            user_id=user_id,
            party=site,
            challenge=asked.take(request, Asked.STEP),
            answer=answer,
            at=clock.now(),
        )


@never_cache
@sensitive_post_parameters("credential")
@require_http_methods(["GET", "POST"])
@access.public
def must_bind(request: Request) -> HttpResponse:
    """Bind a passkey before anything else, where one's role asks for a second factor."""
    waiting, site = waiting_for(request, Step.SET_UP), party_here(request)
    if waiting is None or site is None:
        return redirect("accounts:sign-in")
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = bind(request, form, waiting.user, site)
        except DomainError as error:
            form.refuse(error)
        else:
            release(request)
            begin(request, waiting.user, second=True)
            return codes_page(request, codes, to=waiting.to)
    return binding_page(request, form, waiting.user, site, must=True)


@never_cache
@sensitive_post_parameters("credential")
@require_http_methods(["GET", "POST"])
@access.public
def instead(request: Request) -> HttpResponse:
    """Sign in with a passkey alone, which says itself whose it is."""
    if request.actor.user_id is not None:
        return redirect("accounts:home")
    site = party_here(request)
    if site is None:
        elsewhere = party()
        address = elsewhere.origin + request.path if elsewhere else ""
        return render(request, "second/sign_in_passkey.html", {"elsewhere": address})
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with limits.failing(request, (Tried.CODE, "")):
                user = actions.sign_in(
                    party=site,
                    challenge=asked.take(request, Asked.ALONE),
                    answer=form.cleaned_data["credential"],
                    at=clock.now(),
                )
        except Invalid as error:
            form.refuse(error)
        else:
            return let_in(request, user, reverse("accounts:home"), second=True)
    options, challenge = ceremony.ask_to_prove(site, keys=[], alone=True)
    asked.keep(request, Asked.ALONE, challenge)
    shown = {"form": form, "options": options, "texts": passkey_texts()}
    status = 422 if form.errors else 200
    return render(request, "second/sign_in_passkey.html", shown, status=status)
