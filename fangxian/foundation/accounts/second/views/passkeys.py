"""One's own passkeys: bound, named, removed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from fangxian.foundation.accounts.letting_in import asks_nothing_more
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.second.forms import NameForm, PasskeyForm, PasswordForm
from fangxian.foundation.accounts.second.passkeys import actions, asked, ceremony
from fangxian.foundation.accounts.second.passkeys.asked import Asked
from fangxian.foundation.accounts.second.passkeys.party import Party, party_here
from fangxian.foundation.accounts.second.passkeys.queries import keys_of, own_passkey
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.second.rules import may_set_up
from fangxian.foundation.accounts.second.views.own import get_or_post, password_page
from fangxian.foundation.accounts.second.views.shown import codes_page, passkey_texts
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError


@never_cache
@sensitive_post_parameters("password", "credential")
@get_or_post
@access.signed_in
def add(request: Request) -> HttpResponse:
    """Bind a passkey: one's password first, then the browser is asked to make it."""
    user = User.objects.get(pk=in_person(request.actor))
    party = party_here(request)
    if party is None or not may_set_up(is_demo=user.is_demo).allowed:
        return redirect("second:own")
    if not asked.is_confirmed(request):
        return _password_first(request, user)
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = bind(request, form, user, party)
        except DomainError as error:
            form.refuse(error)
        else:
            asked.done(request)
            asks_nothing_more(request)
            messages.success(request, _("The passkey is bound."))
            own = reverse("second:own")
            return codes_page(request, codes, to=own) if codes else redirect(own)
    return binding_page(request, form, user, party, must=False)


def _password_first(request: Request, user: User) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = form.cleaned_data["password"]
            require_password(user_id=user.pk, password=password, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            asked.confirm(request)
            return redirect("second:add-passkey")
    text = _("A passkey opens your account: say first that it is you.")
    return password_page(request, form, _("Add a passkey"), text, _("Go on"))


def bind(request: Request, form: PasskeyForm, user: User, party: Party) -> list[str]:
    """Bind what the browser made; returns recovery codes, if one had none."""
    told = form.cleaned_data
    return actions.bind(
        party=party,
        challenge=asked.take(request, Asked.BIND),
        answer=told["credential"],
        name=told["name"],
        by=Actor(user.pk, str(user)),
        at=clock.now(),
    )


def binding_page(
    request: Request, form: PasskeyForm, user: User, party: Party, *, must: bool
) -> HttpResponse:
    """A name for the passkey, and the button by which the browser makes it."""
    options, challenge = ceremony.ask_to_bind(
        party, user_id=user.pk, username=user.username, keys=keys_of(user.pk)
    )
    asked.keep(request, Asked.BIND, challenge)
    shown = {"form": form, "must": must, "options": options, "texts": passkey_texts()}
    status = 422 if form.errors else 200
    return render(request, "second/add_passkey.html", shown, status=status)


@get_or_post
@access.signed_in
def rename(request: Request, passkey_id: int) -> HttpResponse:
    """Call a passkey otherwise."""
    found = own_passkey(passkey_id, of=in_person(request.actor))
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        actions.rename(passkey_id=passkey_id, name=name, by=request.actor, at=clock.now())
        return redirect("second:own")
    status = 422 if form.errors else 200
    return render(request, "second/passkey.html", {"form": form, "passkey": found}, status=status)


@never_cache
@sensitive_post_parameters("password")
@get_or_post
@access.signed_in
def remove(request: Request, passkey_id: int) -> HttpResponse:
    """Remove a passkey: it opens nothing any more."""
    found = own_passkey(passkey_id, of=in_person(request.actor))
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            actions.remove(
                passkey_id=passkey_id, password=password, by=request.actor, at=clock.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The passkey is removed."))
            return redirect("second:own")
    text = _("“%(name)s” opens your account no more. Delete it on the device, too.")
    said = text % {"name": found.name}
    return password_page(request, form, _("Remove a passkey"), said, _("Remove"))
