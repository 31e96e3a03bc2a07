"""Whether this process can answer, database included; for supervisors and load balancers."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse

from fangxian.kernel import access


@access.public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when a query succeeds; a failing database is a 500 like any other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
