"""The mark every view carries; a test walks all URLs and fails on one without it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from fangxian.kernel.access.permissions import Permission
from fangxian.kernel.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anyone may see this page; it shows nothing of anyone."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def _guard(view: View, permission: Permission | None) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect(
                f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
            )
        if permission is not None and not request.actor.holds(permission):  # type: ignore[attr-defined]
            raise Forbidden(_("Your role does not allow this here."))
        return view(request, *args, **kwargs)

    guarded.access = permission.value if permission else "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def signed_in(view: View) -> View:
    """Anyone who is signed in may see this page."""
    return _guard(view, None)


def requires(permission: Permission) -> Callable[[View], View]:
    """Only who holds the permission somewhere; the action or query asks again for the place."""

    def mark(view: View) -> View:
        return _guard(view, permission)

    return mark


def asks(permission: Permission) -> Callable[[View], View]:
    """For an API operation: its action or query asks for the permission at the place itself."""

    def mark(view: View) -> View:
        view.access = permission.value  # type: ignore[attr-defined]
        return view

    return mark
