"""The frame's own addresses: the language switch and the service worker."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from fangxian.kernel import access

YEAR_SECONDS = 365 * 24 * 3600


@access.public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language chosen in a cookie and go back to the page."""
    wanted, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=YEAR_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )
    return response


@access.public
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The built service worker, from the root so that its scope is the whole site."""
    built = finders.find("sw.js")
    if not isinstance(built, str):
        raise Http404
    response = HttpResponse(Path(built).read_bytes(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
