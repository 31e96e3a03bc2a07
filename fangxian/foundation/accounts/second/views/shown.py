"""What is shown in more than one place: the secret to scan, and the codes to keep."""

from base64 import b64encode
from collections.abc import Sequence

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.second.queries import picture
from fangxian.kernel.access.requests import Request


def binding_page(
    request: Request, form: Form, user: User, secret: str, *, must: bool
) -> HttpResponse:
    """The picture to scan, the secret to type, and the field for the first code."""
    drawn = b64encode(picture(user, secret).encode()).decode()
    shown = {
        "form": form,
        "must": must,
        "picture": f"data:image/svg+xml;base64,{drawn}",
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    status = 422 if form.errors else 200
    return render(request, "second/binding.html", shown, status=status)


def codes_page(request: Request, codes: Sequence[str], *, to: str) -> HttpResponse:
    """The recovery codes, on this answer only; the file to keep is made of the page itself."""
    text = "\n".join([_("Recovery codes for Fangxian, each works once:"), *codes, ""])
    file = b64encode(text.encode()).decode()
    shown = {
        "codes": [f"{code[:4]} {code[4:]}" for code in codes],
        "file": f"data:text/plain;charset=utf-8;base64,{file}",
        "to": to,
    }
    return render(request, "second/codes.html", shown)
