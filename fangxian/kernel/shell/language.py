"""The language of answers to programs: what they ask for, else the default; no cookie."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]


class ProgramLanguage:
    """Set the language for a request, so that none is left over from the one before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("HTTP_ACCEPT_LANGUAGE")
        language = (
            translation.get_language_from_request(request) if asked else settings.LANGUAGE_CODE
        )
        translation.activate(language)
        return self.get_response(request)
