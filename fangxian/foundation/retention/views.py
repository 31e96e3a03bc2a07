"""The page of what is kept how long, and of what the daily job removed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from fangxian.foundation.retention import queries
from fangxian.foundation.retention.rules import RetentionPermission
from fangxian.foundation.retention.texts import ShownTerm, shown_run
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request


@require_GET
@access.requires(RetentionPermission.VIEW)
def runs(request: Request) -> HttpResponse:
    """The latest runs with counts, and the terms in force; counts only, nobody's data."""
    today = clock.today()
    language = get_language() or ""
    document = queries.in_force(today)
    page = {
        "title": document.title.said(language),
        "source": document.source.said(language),
        "document": document,
        "terms": [ShownTerm.of(one, language) for one in document.terms.values()],
        "runs": [shown_run(one, language) for one in queries.reports(today=today)],
    }
    return render(request, "retention/runs.html", page)
