"""How other programs, and the product's own pages, say who they are to the API."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from fangxian.foundation.accounts.middleware import actor_of, bearer_secret
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Forbidden, Unauthenticated

__all__ = ["BearerOrSession", "authenticated", "bearer_secret", "signed_in_actor"]


def signed_in_actor(request: HttpRequest) -> Actor:
    """The token's owner, or who is signed in on the page that sends this with its CSRF token.

    Raises Unauthenticated for a stranger
    and for a token that opens nothing, whatever session stands beside it.
    """
    by_token = bearer_secret(request) != ""
    actor: Actor = getattr(request, "actor", None) or actor_of(request)
    if actor.user_id is None:
        text = _("This token opens nothing.") if by_token else _("A valid API token is needed.")
        raise Unauthenticated(text)
    if not by_token and check_csrf(request) is not None:
        raise Forbidden(_("This page was opened before your latest sign-in."))
    return actor


class BearerOrSession(AuthBase):
    """For `Router(auth=…)`: `signed_in_actor`, who is then `request.auth` as well."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor:
        return signed_in_actor(request)


authenticated = BearerOrSession()
