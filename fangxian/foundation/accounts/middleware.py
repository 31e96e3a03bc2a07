"""Who acts in a request, found out when first asked and not before."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import actor_by_token, actor_for
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
