"""Between the password and the product: the code, or binding the phone that will give it."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fangxian.foundation.accounts import limits
from fangxian.foundation.accounts.letting_in import begin, let_in
from fangxian.foundation.accounts.rules import Tried
from fangxian.foundation.accounts.second import actions
from fangxian.foundation.accounts.second.forms import (
    CodeForm,
    FirstCodeForm,
    ProofForm,
    RecoveryForm,
)
from fangxian.foundation.accounts.second.passkeys import asked, ceremony
from fangxian.foundation.accounts.second.passkeys.asked import Asked
from fangxian.foundation.accounts.second.passkeys.party import party_here
from fangxian.foundation.accounts.second.passkeys.queries import keys_of
from fangxian.foundation.accounts.second.queries import has_phone, step_after_password
from fangxian.foundation.accounts.second.rules import Step
from fangxian.foundation.accounts.second.views.shown import (
    binding_page,
    codes_page,
    passkey_texts,
)
from fangxian.foundation.accounts.second.waiting import Waiting, held, offered, release
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@access.public
def code(request: Request) -> HttpResponse:
    """Ask whose password was right for the code from their phone, or a passkey."""
    waiting = waiting_for(request, Step.CODE)
    if waiting is None:
        return redirect("accounts:sign-in")
    form = _code_form(waiting, request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            _prove(request, waiting.user.pk, form.cleaned_data["code"])
        except Invalid as error:
            form.refuse(error)
        else:
            release(request)
            return let_in(request, waiting.user, waiting.to, second=True)
    return code_page(request, waiting, form=form)


def _code_form(waiting: Waiting, told: QueryDict | None = None) -> CodeForm:
    kind = CodeForm if has_phone(waiting.user.pk) else RecoveryForm
    return kind(told or None)


def _prove(request: Request, user_id: int, told: str) -> None:
    with limits.failing(request, (Tried.CODE, ""), (Tried.CODE_OF, str(user_id))):
        actions.prove(user_id=user_id, code=told, at=clock.now(), on_phone=clock.real_now())


def code_page(
    request: Request,
    waiting: Waiting,
    *,
    form: CodeForm | None = None,
    proof: ProofForm | None = None,
) -> HttpResponse:
    """The field for a code, and the button for a passkey, for who has one of this site."""
    form, proof = form or _code_form(waiting), proof or ProofForm()
    shown = {"form": form, "proof": proof, "person": waiting.user, "texts": passkey_texts()}
    shown |= {"has_phone": has_phone(waiting.user.pk)}
    keys, site = keys_of(waiting.user.pk), party_here(request)
    if keys and site:
        options, challenge = ceremony.ask_to_prove(site, keys=keys, alone=False)
        asked.keep(request, Asked.STEP, challenge)
        shown |= {"options": options}
    status = 422 if form.errors or proof.errors else 200
    return render(request, "second/code.html", shown, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@access.public
def must_set_up(request: Request) -> HttpResponse:
    """Bind a phone before anything else, where one's role asks for it and none is bound."""
    waiting = waiting_for(request, Step.SET_UP)
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
            begin(request, user, second=True)
            return codes_page(request, codes, to=waiting.to)
    return binding_page(request, form, user, secret, must=True)


def waiting_for(request: Request, step: Step) -> Waiting | None:
    """Who waits at this step: nobody passes the one by asking for the other."""
    waiting = held(request)
    if waiting is None or step_after_password(waiting.user, today=clock.today()) != step:
        return None
    return waiting
