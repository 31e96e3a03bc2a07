"""Notices are made, and their deliveries planned, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from fangxian.foundation.notices.channels import ways_out
from fangxian.foundation.notices.kinds import template_by_code
from fangxian.foundation.notices.planning import ONE_BY_ONE, making, parameters
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.partitions import ensure_day


@dataclass(frozen=True)
class Sent:
    """How many notices were made that were not there before, and how many deliveries planned."""

    notices: int
    deliveries: int


def send(
    *,
    to: Sequence[int],
    template: str,
    context: Mapping[str, Any],
    path: str,
    link: str,
    dedupe: str,
    at: datetime,
    urgent: bool | None = None,
) -> Sent:
    """Tell some people one thing; who was told it that day already is not told again."""
    params = {
        "to": list(to),
        "path": path,
        "context": Jsonb(dict(context)),
        "dedupe": dedupe,
        "link": link,
    }
    return send_selected(
        template=template, select_sql=ONE_BY_ONE, params=params, at=at, urgent=urgent
    )


@transaction.atomic
def send_selected(
    *,
    template: str,
    select_sql: str,
    params: Mapping[str, Any],
    at: datetime,
    urgent: bool | None = None,
) -> Sent:
    """Tell many people many things in one statement.

    select_sql: a SELECT of user_id bigint, path text, context jsonb, dedupe text, link text; it
    may use the caller's `params` by name (`%(name)s`; names beginning with `n_` are taken).
    urgent: as the template says, unless given. Who was told the same (`dedupe`) that day already,
    or has closed their account, is left out. Deliveries begin when the transaction commits.
    """
    ensure_day(at.astimezone(SHANGHAI).date())
    chosen = template_by_code(template)
    is_urgent = chosen.urgent if urgent is None else urgent
    with connection.cursor() as cursor:
        filled = {**params, **parameters(chosen, is_urgent, ways_out(), at)}
        cursor.execute(making(select_sql), filled)
        notices, personal, robots = cursor.fetchone()
    if personal or robots:
        transaction.on_commit(begin)
    return Sent(notices, personal + robots)


def begin() -> None:
    """Have the worker look for deliveries now."""
    from fangxian.foundation.notices.tasks import begin_soon

    begin_soon()
