"""The headers of every answer: the content security policy first."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)

READER_HEADER = "Fangxian-Reader"  # by it the service worker keeps one person's pages only

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Set the headers on every answer; no page may loosen them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if _is_page(response):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class ReaderCookie:
    """Tell scripts whose session the browser holds *now*, whichever page they run in.

    A check that waits on a phone belongs to who entered it. Before the outbox sends, it
    compares that person with this cookie, which changes in step with the session: so a
    page that was loaded, or kept, under another sign-in never sends it as somebody else.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is None or not _is_page(response):
            return response
        reader = str(user.pk) if user.is_authenticated else ""
        response.headers[READER_HEADER] = reader
        if request.COOKIES.get(reader_cookie(), "") != reader:
            _tell(response, request, reader)
        return response


def reader_cookie() -> str:
    """The cookie's name; it follows the session's, so that two systems on a host keep apart."""
    return f"{settings.SESSION_COOKIE_NAME}_reader"


def _tell(response: HttpResponse, request: HttpRequest, reader: str) -> None:
    if reader:
        response.set_cookie(
            reader_cookie(),
            reader,
            max_age=settings.SESSION_COOKIE_AGE,
            secure=request.is_secure(),
            samesite="Lax",
        )
    else:
        response.delete_cookie(reader_cookie(), samesite="Lax")


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")
