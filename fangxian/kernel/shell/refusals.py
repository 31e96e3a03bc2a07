"""What a person meets when a rule, query or action refuses: a page in their language."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse

from fangxian.kernel.errors import DomainError, Invalid, TooMany
from fangxian.kernel.shell import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


class Refusals:
    """Turn a `DomainError` that leaves a view into its page; the API has its own handlers.

    So too where the database cannot keep a value that no form looked at, such as a NUL.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError):
            return errors.page(request, 422, errors.cannot_be_kept())
        if not isinstance(error, DomainError):
            return None
        fields = error.fields if isinstance(error, Invalid) else None
        answer = errors.page(request, error.status, error.message, fields)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
