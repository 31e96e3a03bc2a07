"""The language a person reads, kept with the account and told to the browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

YEAR_SECONDS = 365 * 24 * 3600


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
