"""Who acts in a request, found out when first asked and not before."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import actor_by_token, actor_for
from fangxian.foundation.accounts.sessions import SEEN_EVERY, SessionStore
from fangxian.kernel import clock
from fangxian.kernel.access import ANONYMOUS, Actor

GetResponse = Callable[[HttpRequest], HttpResponse]
SCHEME = "bearer "


class ActorMiddleware:
    """Set `request.actor`: lazy, so that a request which never looks at it asks no query.

    A token, when there is one, speaks alone: a session beside it adds nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(partial(actor_of, request))  # type: ignore[attr-defined]
        return self.get_response(request)


class VisitMiddleware:
    """Note, at most once a minute, that somebody is still there.

    What a page fetches by itself is nobody: a board left open on a desk signs out in time.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        visit = session.visit if isinstance(session, SessionStore) else None
        now = clock.real_now()
        if visit is not None and now - visit.seen_at >= SEEN_EVERY and not _renews_itself(request):
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if actor.token_id is None and actor.user_id == visit.user_id is not None:
                key, roles = session.session_key or "", [held.role for held in actor.holdings]
                actions.see(session_key=key, visit=visit, roles=roles, at=now)
        return response


def _renews_itself(request: HttpRequest) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers


def bearer_secret(request: HttpRequest) -> str:
    """The secret of an `Authorization: Bearer` header; "" when there is none."""
    return secret_in(request.META)


def secret_in(headers: Mapping[str, Any]) -> str:
    """The same from what a WSGI server hands over."""
    value: str = headers.get("HTTP_AUTHORIZATION", "")
    return value[len(SCHEME) :].strip() if value[: len(SCHEME)].lower() == SCHEME else ""


def actor_of(request: HttpRequest) -> Actor:
    """Who sent this request: a token's owner, the person signed in, or a stranger."""
    if secret := bearer_secret(request):
        now = clock.now()
        return actor_by_token(secret, at=now, today=now.date()) or ANONYMOUS
    user = getattr(request, "user", None)  # a program's lane carries no session
    return actor_for(user, today=clock.today()) if isinstance(user, User) else ANONYMOUS
