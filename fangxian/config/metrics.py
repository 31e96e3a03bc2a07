"""Figures about the service itself, for Prometheus: at /metrics, to this machine or by token.

Requests are counted by each process into a file of its own below FANGXIAN_HOME/run/metrics,
and added up by whoever is asked (PROMETHEUS_MULTIPROC_DIR, set by `fangxian up`). Queues and
lists are asked of the database at that moment.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from fangxian.foundation.notices.queries import backlog
from fangxian.foundation.obligations.kinds import all_kinds
from fangxian.foundation.obligations.queries import shared_standing
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock

SHARED = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Whoever stands between us and the asker says so.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
LOOPBACK = ("127.", "::1", "::ffff:127.")

_requests = Counter(
    "fangxian_requests", "Requests answered", ["route", "method", "status"], registry=REGISTRY
)
_seconds = Histogram(
    "fangxian_request_seconds",
    "How long requests took",
    ["route"],
    buckets=BUCKETS,
    registry=REGISTRY,
)
WAITING = """
SELECT queue_name,
       count(*) FILTER (WHERE status = 'todo'),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       COALESCE(EXTRACT(epoch FROM max(now() - COALESCE(scheduled_at, (
           SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id
       ))) FILTER (WHERE status = 'todo' AND COALESCE(scheduled_at, now()) <= now())), 0)
FROM procrastinate_jobs j
WHERE status IN ('todo', 'doing', 'failed')
GROUP BY queue_name ORDER BY queue_name"""
HEARD = """
SELECT count(*) FILTER (WHERE last_heartbeat > now() - interval '30 seconds')
FROM procrastinate_workers"""


def count(route: str, method: str, status: str, seconds: float) -> None:
    """One more request answered."""
    answered, took = _children(route, method, status)
    answered.inc()
    took.observe(seconds)


@lru_cache(maxsize=2048)
def _children(route: str, method: str, status: str) -> tuple[Counter, Histogram]:
    return _requests.labels(route, method, status), _seconds.labels(route)


class FromDatabase(Collector):
    """Queues, workers, and who has answered today."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask now."""
        yield from _queues()
        yield from _messages()
        yield from _lists()


def _queues() -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        rows = cursor.fetchall()
        cursor.execute(HEARD)
        workers = cursor.fetchone()
    jobs = GaugeMetricFamily("fangxian_jobs", "Background jobs", labels=["queue", "state"])
    lag = GaugeMetricFamily(
        "fangxian_queue_lag_seconds", "How long the oldest due job has waited", labels=["queue"]
    )
    for queue, todo, doing, failed, seconds in rows:
        for state, number in (("todo", todo), ("doing", doing), ("failed", failed)):
            jobs.add_metric([queue, state], number)
        lag.add_metric([queue], float(seconds))
    yield jobs
    yield lag
    yield GaugeMetricFamily(
        "fangxian_workers", "Workers heard of in the last 30 s", workers[0] if workers else 0
    )


def _messages() -> Iterator[GaugeMetricFamily]:
    found = backlog(at=clock.now(), real=clock.real_now())
    yield GaugeMetricFamily(
        "fangxian_messages_waiting", "Messages that should have gone out", found.waiting
    )
    resting = GaugeMetricFamily(
        "fangxian_channel_resting", "Channels that nothing gets through to", labels=["channel"]
    )
    for name in found.resting:
        resting.add_metric([name], 1)
    yield resting


def _lists() -> Iterator[GaugeMetricFamily]:
    """Of the whole tree: never without how many were expected."""
    at = clock.now()
    family = GaugeMetricFamily(
        "fangxian_answers", "Who has answered today", labels=["unit", "kind", "state"]
    )
    for root in UnitVersion.objects.as_of(at.date()).filter(reports_to=None):
        for kind in all_kinds():
            counts = shared_standing(unit=root, kind=kind.code, day=at.date(), at=at).counts
            for state in ("expected", "answered", "overdue", "excused"):
                number = getattr(counts, state)
                if number is not None:
                    family.add_metric([root.code, kind.code, state], number)
    yield family


@access.public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For who shows the token; without one set, for this machine only. Else there is nothing."""
    if not _may_read(request.META):
        raise Http404
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _may_read(meta: dict[str, Any]) -> bool:
    token = settings.FANGXIAN.metrics_token
    if token:
        shown = meta.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    near = str(meta.get("REMOTE_ADDR", "")).startswith(LOOPBACK)
    return near and not any(name in meta for name in FORWARDED)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(FromDatabase())
    return registry
