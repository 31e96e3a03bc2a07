"""How often one may fail, counted for all web processes in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil

from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from fangxian.foundation.accounts.addresses import client_address
from fangxian.foundation.accounts.models import Tries
from fangxian.foundation.accounts.rules import LIMITS, WINDOW, AccountEvent, Tried, window_of
from fangxian.kernel import audit, clock
from fangxian.kernel.access import ANONYMOUS
from fangxian.kernel.errors import Invalid, NotFound, TooMany

COUNT = """
INSERT INTO accounts_tries AS tries (key, since, count) VALUES (%s, %s, 1)
ON CONFLICT (key, since) DO UPDATE SET count = tries.count + 1 RETURNING count
"""


@contextmanager
def failing(request: HttpRequest, *tried: tuple[Tried, str]) -> Iterator[None]:
    """Refuse who failed too often, and count it when what is done inside fails.

    `tried` says what is tried on what, as a user name; what has no second word is counted by the
    client's address. A success counts nothing, so that a school behind one address signs in.
    Raises TooMany, with the seconds to wait, before anything was tried. Threads that ask at the
    same moment may pass together: the limit may be passed by as many as there are threads.
    """
    now, address = clock.real_now(), client_address(request.META)
    keys = {_key(one, what or address or ""): one for one, what in tried}
    since = window_of(now)
    _refuse_beyond(keys, since, now)
    try:
        yield
    except (Invalid, NotFound):
        for key, one in keys.items():
            if _count(key, since) == LIMITS[one]:
                detail = {"tried": one.value, "address": address or ""}
                audit.record(AccountEvent.LIMITED, by=ANONYMOUS, at=clock.now(), detail=detail)
        raise


def _refuse_beyond(keys: dict[bytes, Tried], since: datetime, now: datetime) -> None:
    counts = Tries.objects.filter(key__in=list(keys), since=since).values_list("key", "count")
    if any(count >= LIMITS[keys[bytes(key)]] for key, count in counts):
        wait = ceil((since + WINDOW - now).total_seconds())
        minutes = ceil(wait / 60)
        text = ngettext(
            "Too many tries have failed. Try again in %(n)d minute.",
            "Too many tries have failed. Try again in %(n)d minutes.",
            minutes,
        )
        raise TooMany(text % {"n": minutes}, retry_after=wait)


def _key(tried: Tried, what: str) -> bytes:
    """What is counted under: nobody reads a name or an address out of it."""
    return salted_hmac(f"fangxian.{tried}", what.strip().casefold(), algorithm="sha256").digest()


def _count(key: bytes, since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, since])
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def forget_before(at: datetime) -> None:
    """Remove what no longer counts."""
    Tries.objects.filter(since__lt=at - timedelta(days=1)).delete()
