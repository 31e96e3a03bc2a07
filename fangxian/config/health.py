"""Whether this process can answer, database included; for supervisors and load balancers."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fangxian.kernel import access

# A due job that nobody took for so long means that nobody works.
LONGEST_WAIT_SECONDS = 300
HEARTBEAT_SECONDS = 60
WORKS = """
SELECT EXISTS (SELECT FROM procrastinate_workers
               WHERE last_heartbeat > now() - %s * interval '1 second'),
       NOT EXISTS (SELECT FROM procrastinate_jobs j
                   JOIN procrastinate_events e ON e.job_id = j.id
                   WHERE j.status = 'todo'
                     AND COALESCE(j.scheduled_at, e.at) < now() - %s * interval '1 second')"""


@access.public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while a query succeeds, else 503; with ?worker only while background work goes on too."""
    if "worker" in request.GET:
        return _said(*_database(WORKS, [HEARTBEAT_SECONDS, LONGEST_WAIT_SECONDS]))
    return _said(*_database("SELECT 1", []))


def _database(query: str, values: list[int]) -> tuple[str, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
    except Error:
        return "the database does not answer", 503
    names = ("no worker is alive", "jobs wait too long") if values else ("",)
    wrong = [name for name, is_so in zip(names, row or (), strict=False) if not is_so]
    return ("; ".join(wrong), 503) if wrong else ("ok", 200)


def _said(line: str, status: int) -> HttpResponse:
    return HttpResponse(f"{line}\n", content_type="text/plain", status=status)
