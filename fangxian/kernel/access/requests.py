"""A request as views see it, with who acts."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from fangxian.kernel.access.actors import Actor


class Request(HttpRequest):
    """What the middleware adds: `actor` is found when first asked for, never before."""

    actor: Actor
    user: AbstractBaseUser  # type: ignore[assignment]
    htmx: HtmxDetails
