"""The frame's own addresses: the language switch and the service worker."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from fangxian.kernel import access
from fangxian.kernel.access.requests import Request
from fangxian.kernel.audit.purposes import KEPT_AS, Purpose

YEAR_SECONDS = 365 * 24 * 3600


@access.public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language chosen in a cookie and go back to the page."""
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(_back(request))
    if wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=YEAR_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )
    return response


def _back(request: HttpRequest) -> str:
    """The page of ours that was asked for."""
    back = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if ours else "/"


@require_POST
@access.signed_in
def purpose(request: Request) -> HttpResponse:
    """Keep for this session why one opens records of elsewhere, and go on to the page."""
    said = request.POST.get("purpose", "")
    if said in set(Purpose):
        request.session[KEPT_AS] = said
    return HttpResponseRedirect(_back(request))


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
