"""The API for other programs: every room's `api.router`, under /api/v1."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from fangxian.kernel.errors import DomainError, Invalid, Unauthenticated
from fangxian.kernel.shell.errors import cannot_be_kept
from fangxian.kernel.tracing import request_id

ROOMS = "fangxian."
VERSION = "v1"
PROBLEM = "application/problem+json"
# Where in the request a field was: of no use to whoever has to correct it.
WRAPPERS = {"body", "query", "path", "header", "form", "payload"}

api = NinjaAPI(
    title="Fangxian",
    version="1",
    description="Checks, daily reports and their standing, for programs of schools and bureaus.",
    openapi_url="/openapi.json",
    docs_url="/docs",
    urls_namespace="api",
)


def problem(status: int, title: str, **extra: object) -> HttpResponse:
    """An error as RFC 9457 writes it."""
    told = {"type": "about:blank", "title": title, "status": status, **extra}
    if reference := request_id.get():
        told["request_id"] = reference
    return JsonResponse(
        told,
        status=status,
        content_type=PROBLEM,
    )


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, list[str]] = {}
    for found in error.errors:
        where = [str(part) for part in found["loc"]]
        while where and where[0] in WRAPPERS:
            where.pop(0)
        fields.setdefault(".".join(where), []).append(str(found["msg"]))
    return problem(422, _("Some fields cannot be accepted."), fields=fields)


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(401, _("A valid API token is needed."))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponseBase:
    return problem(error.status_code, str(error))


@api.exception_handler(DomainError)
def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    extra = dict(error.extra)
    if isinstance(error, Invalid):
        extra["fields"] = error.fields
    response = problem(error.status, error.message, detail=error.message, **extra)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(DataError)
def _cannot_be_kept(request: HttpRequest, error: DataError) -> HttpResponse:
    return problem(422, cannot_be_kept())


def _collect() -> None:
    for app in apps.get_app_configs():
        if app.name.startswith(ROOMS) and find_spec(f"{app.name}.api"):
            api.add_router(f"/{VERSION}", import_module(f"{app.name}.api").router)


_collect()
