"""Why somebody from elsewhere opens one person's data: asked once, kept for the session."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from fangxian.kernel.access.requests import Request

KEPT_AS: Final = "purpose"


class Purpose(StrEnum):
    """Why; a short list, so that it is said truly rather than typed quickly."""

    INVESTIGATION = "investigation"
    REACHING = "reaching"
    TRANSFER = "transfer"
    CORRECTION = "correction"
    SUPERVISION = "supervision"
    REQUEST = "request"


LABELS: Final = {
    Purpose.INVESTIGATION: _("Investigating cases or contacts"),
    Purpose.REACHING: _("Reaching the person or the family"),
    Purpose.TRANSFER: _("A transfer between schools"),
    Purpose.CORRECTION: _("Checking or correcting the record"),
    Purpose.SUPERVISION: _("Supervision or a complaint"),
    Purpose.REQUEST: _("Asked for by the person or a guardian"),
}


def purpose_label(said: str) -> object:
    """A purpose in the reader's language; what was written freely stays as it is."""
    return LABELS[Purpose(said)] if said in set(Purpose) else said


def purpose_of(request: Request) -> str:
    """The purpose said in this session; empty where none was."""
    said = request.session.get(KEPT_AS, "")
    return said if said in set(Purpose) else ""


def ask_purpose(request: Request) -> HttpResponse:
    """The page that asks why; the answer leads back to the page that was wanted."""
    return render(request, "shell/purpose.html", {"purposes": LABELS.items()})
