"""Where a person's session begins, and the language in which it speaks."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import User
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request

YEAR_SECONDS = 365 * 24 * 3600


def let_in(request: Request, user: User, to: str) -> HttpResponse:
    """Begin the session of a person who has proven everything asked of them; go on to `to`."""
    begin(request, user)
    response = redirect(to)
    remember_language(response, request, user.language)
    return response


def begin(request: Request, user: User) -> None:
    """Begin the session, for a view that answers with a page of its own."""
    login(request, user)
    actions.note_sign_in(user=user, at=clock.now())


def remember_language(response: HttpResponse, request: HttpRequest, language: str) -> None:
    """Set the language's cookie, if the account has a language at all."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )
