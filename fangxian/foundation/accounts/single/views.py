"""To the provider and back, and one's own link to it."""

import logging
import secrets
from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from fangxian.foundation.accounts import limits
from fangxian.foundation.accounts.leading import go_on
from fangxian.foundation.accounts.letting_in import let_in
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.rules import Tried
from fangxian.foundation.accounts.second.forms import PasswordForm
from fangxian.foundation.accounts.second.passkeys import asked as confirming
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.single import actions
from fangxian.foundation.accounts.single.provider import Provider, Unreachable, configured
from fangxian.foundation.accounts.single.queries import link_of
from fangxian.foundation.accounts.single.rules import Asked, Distrusted, Said
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid

ASKED = "single_asked"
log = logging.getLogger("fangxian.single")


@never_cache
@require_GET
@access.public
def start(request: Request) -> HttpResponse:
    """Send somebody to the provider to say who they are."""
    wanted = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    to = wanted if safe and wanted.startswith("/") else "/"
    return _away(request, to=to, links=None)


def _away(request: Request, *, to: str, links: int | None) -> HttpResponse:
    asked = Asked(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        to=to,
        links=links,
        since=clock.real_now().timestamp(),
    )
    try:
        there = _provider().way_there(asked, back=_own_address())
    except Unreachable as error:
        log.warning("%s", error)
        return _not_now(request)
    request.session[ASKED] = asdict(asked)
    return redirect(there)


def _provider() -> Provider:
    found = configured()
    if found is None:
        raise Http404
    return found


def _own_address() -> str:
    """Where the provider sends people back: by the settings, never by what a browser says."""
    return f"{settings.FANGXIAN.site}{reverse('single:back')}"


def _not_now(request: Request) -> HttpResponse:
    messages.error(request, _("Single sign-on does not answer as it should. Try again later."))
    return redirect("accounts:sign-in")


@never_cache
@require_GET
@access.public
def back(request: Request) -> HttpResponse:
    """Take whom the provider sends back, with a code that tells us who they are."""
    provider, found = _provider(), request.session.pop(ASKED, None)
    try:
        with limits.failing(request, (Tried.SIGN_IN, "")):
            asked, said = _come_back(request, provider, found)
            if asked.links is not None:
                return _linked(request, provider, asked, said)
            by_name = bool(settings.FANGXIAN.oidc_claim)
            at = clock.now()
            user = actions.sign_in(provider=provider, said=said, by_name=by_name, at=at)
    except Unreachable as error:
        log.warning("%s", error)
        return _not_now(request)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:sign-in")
    if said.proves_two(settings.FANGXIAN.oidc_second):
        return let_in(request, user, asked.to, second=True)
    return go_on(request, user, asked.to)


def _come_back(
    request: Request, provider: Provider, found: dict[str, object] | None
) -> tuple[Asked, Said]:
    """What we asked, and who the provider says this is; Invalid where that is not believed."""
    told = request.GET
    try:
        if found is None:
            raise Distrusted("nobody was asked")
        asked = Asked(**found)  # type: ignore[arg-type]
        if not constant_time_compare(told.get("state", ""), asked.state):
            raise Distrusted("state")
        if not asked.is_open(clock.real_now()):
            raise Distrusted("too late")
        if told.get("iss", provider.issuer).rstrip("/") != provider.issuer or "code" not in told:
            raise Distrusted(f"error {told.get('error', '')[:40]!r}")
        claim = settings.FANGXIAN.oidc_claim
        return asked, provider.redeem(told["code"], asked, back=_own_address(), claim=claim)
    except Distrusted as why:
        log.warning("an answer of %s was not believed: %s", provider.issuer, why)
        actions.note_refused(provider, reason="not believed", at=clock.now())
        raise Invalid(_("Single sign-on did not succeed. Try again."), {}) from None


def _linked(request: Request, provider: Provider, asked: Asked, said: Said) -> HttpResponse:
    if request.actor.user_id != asked.links:
        raise Invalid(_("Single sign-on did not succeed. Try again."), {})
    try:
        actions.link(provider=provider, said=said, by=request.actor, at=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your account is linked."))
    return redirect("single:own")


@require_GET
@access.signed_in
def own(request: Request) -> HttpResponse:
    """Whether one's account is linked."""
    user = User.objects.get(pk=in_person(request.actor))
    shown = {"link": link_of(user.pk, _provider()), "is_demo": user.is_demo}
    return render(request, "single/own.html", shown)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@access.signed_in
def link(request: Request) -> HttpResponse:
    """Link one's account: one's password first, then to the provider.

    The way there is a link and no form: the pages' policy lets no form lead out of the site.
    """
    user_id = in_person(request.actor)
    if confirming.is_confirmed(request) and "go" in request.GET:
        confirming.done(request)
        return _away(request, to="/", links=user_id)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = form.cleaned_data["password"]
            require_password(user_id=user_id, password=password, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            confirming.confirm(request)
            return redirect("single:link")
    _provider()
    shown = {"form": form, "confirmed": confirming.is_confirmed(request)}
    return render(request, "single/link.html", shown, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@access.signed_in
def end(request: Request) -> HttpResponse:
    """End one's link."""
    provider, form = _provider(), PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = form.cleaned_data["password"]
            actions.unlink(provider=provider, password=password, by=request.actor, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your account is not linked any more."))
            return redirect("single:own")
    return render(request, "single/end.html", {"form": form}, status=422 if form.errors else 200)
