"""One's own password before anything else."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.middleware import bearer_secret
from fangxian.foundation.accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
#: what stays open: the page itself, the way out, and the language it is read in
OPEN = {"accounts:password", "accounts:sign-out", "accounts:language"}


class OwnPasswordFirst:
    """Lead who has to choose a password to that page, whatever they ask for, and then on.

    A program's token is not concerned; who is signed in and calls the API is refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Before each view: None lets it go on."""
        if getattr(view, "access", "") == "public" or bearer_secret(request):
            return None
        match = request.resolver_match
        if match is None or match.view_name in OPEN or not must_choose(request.user):
            return None
        if match.namespace == "api":
            detail = _("Choose a password of your own first.")
            return JsonResponse(
                {"title": detail, "status": 403, "detail": detail},
                status=403,
                content_type="application/problem+json",
            )
        page = reverse("accounts:password")
        if request.method == "GET":
            page += "?" + urlencode({"next": request.get_full_path()})
        return redirect(page)


def must_choose(user: object) -> bool:
    """Whether a person has to choose a password first; a demonstration's accounts never."""
    return (
        isinstance(user, User)
        and user.must_choose_password
        and not user.is_demo
        and user.has_usable_password()
    )
