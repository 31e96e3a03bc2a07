"""One page for every refusal: what happened, and what to do next."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from fangxian.kernel.tracing import request_id


def page(
    request: HttpRequest | None,
    status: int,
    message: str = "",
    fields: Mapping[str, Sequence[str]] | None = None,
    words: tuple[str, str, str] | None = None,
) -> HttpResponse:
    """The error page, or for a part of one just the notice.

    words: title, reason and advice in place of the status's own. Without a request it needs
    neither session nor database.
    """
    title, reason, advice = words or _texts(status)
    shown = {
        "status": status,
        "title": title,
        "message": message or reason,
        "advice": advice,
        "fields": fields or {},
        "reference": request_id.get(),
    }
    if getattr(request, "htmx", False):
        notice = {"title": title, "text": shown["message"]}
        return HttpResponse(render_to_string("shell/trouble.html", notice), status=status)
    return HttpResponse(render_to_string("error.html", {"error": shown}, request), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return page(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler500: drawn without the request, as the database may be what failed."""
    return page(None, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For CSRF_FAILURE_VIEW: nearly always a form left open across a new sign-in.

    Nobody lacks a role here, so the words are not those of a refusal.
    """
    return page(
        request,
        403,
        words=(
            _("Open this page anew"),
            _("Your sign-in has ended or begun again since this page was opened. Nothing was "
              "sent."),
            _("Go back, reload the page, sign in if you are asked to, and send it again."),
        ),
    )  # fmt: skip


def cannot_be_kept() -> str:
    """For values of a kind that the database refuses, wherever they came in."""
    return _("A character, a number or the length of a text cannot be kept: correct it.")


def _texts(status: int) -> tuple[str, str, str]:
    known: dict[int, tuple[str, str, str]] = {
        400: (
            _("The request could not be read"),
            _("Something in the address or the form was damaged on the way."),
            _("Go back, reload the page and try again."),
        ),
        401: (
            _("Please sign in"),
            _("You are not signed in, or your sign-in has ended."),
            _("Sign in and open the page again. What you entered on this phone is kept."),
        ),
        403: (
            _("Not allowed"),
            _("Your role does not allow this here."),
            _("If it is part of your duty, ask your unit's administrator for the role."),
        ),
        404: (
            _("Not found"),
            _("There is nothing here, or it lies outside your unit."),
            _("Check the address, or go back to your start page."),
        ),
        409: (
            _("Someone else was first"),
            _("What you were looking at has changed since."),
            _("Open it again, compare, and repeat your change if it is still needed."),
        ),
        413: (
            _("Too large"),
            _("This is more than can be sent at once."),
            _("Send it in smaller parts."),
        ),
        422: (
            _("This does not hold together yet"),
            _("Some of what was entered needs another look."),
            _("Go back, correct the fields named here and send again."),
        ),
        429: (
            _("Please wait a little"),
            _("This was tried too often in a short time."),
            _("Wait, then try again. Who forgot the password asks the administrator for a link."),
        ),
        500: (
            _("Something broke on our side"),
            _("It has been recorded. Nothing you had already saved is lost."),
            _("Try again in a minute; if it persists, tell your administrator the time."),
        ),
    }
    return known.get(status, known[400] if status < 500 else known[500])
