"""Each message once: with two senders at the same time, and when one is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices import actions, sending
from fangxian.foundation.notices.models import Delivery
from fangxian.foundation.notices.rules import LEASE, State
from tests.cast import AT, Cast
from tests.notices.receivers import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 200


def everyone_is_told(cast: Cast) -> None:
    """Two hundred people with an e-mail address are told one thing."""
    User.objects.bulk_create(
        User(username=f"reader{number}", display_name=str(number), created_at=AT)
        for number in range(PEOPLE)
    )
    readers = User.objects.filter(username__startswith="reader")
    readers.update(email=Concat(F("username"), Value("@example.cn")))
    actions.send(
        to=list(readers.values_list("pk", flat=True)),
        template="tests.asked",
        context={"unit": "x", "due": "09:30"},
        path=cast.school.path,
        link="/",
        dedupe="x",
        at=AT,
    )
    assert Delivery.objects.count() == PEOPLE


@contextmanager
def sender(mailbox: MailServer, at: datetime = AT) -> Iterator["subprocess.Popen[str]"]:
    """The worker's process; ended at the end whatever happens."""
    of_test = {name: connection.settings_dict[name] for name in ("NAME", "HOST", "PORT")}
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangxian.config.settings",
        "FANGXIAN_DB_ROLE": "worker",
        "FANGXIAN_SMTP_HOST": "127.0.0.1",
        "FANGXIAN_SMTP_PORT": str(mailbox.port),
        "FANGXIAN_SMTP_SECURITY": "none",
        "FANGXIAN_SMTP_FROM": settings.FANGXIAN.smtp_from,
        "FANGXIAN_PUBLIC_URL": settings.FANGXIAN.public_url,
    }
    words = [sys.executable, "-m", "tests.notices.sender", json.dumps(of_test), at.isoformat()]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    while not condition():
        time.sleep(0.02)


def test_two_senders_send_nothing_twice(real_cast: Cast, mailbox: MailServer) -> None:
    everyone_is_told(real_cast)
    with sender(mailbox) as one, sender(mailbox) as other:
        assert (one.wait(), other.wait()) == (0, 0)
    arrived = Counter(letter.to[0] for letter in mailbox.letters)
    assert len(arrived) == PEOPLE
    assert set(arrived.values()) == {1}
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_what_a_killed_sender_held_is_sent_once_more_under_the_same_id(
    real_cast: Cast, mailbox: MailServer
) -> None:
    everyone_is_told(real_cast)
    mailbox.holds_at = 60
    with sender(mailbox) as killed:
        until(lambda: len(mailbox.letters) >= 60)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    on_their_way = {letter.to[0] for letter in mailbox.letters[59:]}
    mailbox.holds_at = None
    in_flight = Delivery.objects.filter(state=State.SENDING).count()
    assert in_flight > 0, "what it held when it died"

    sending.run(at=AT, real=AT)  # others go on with the rest at once
    assert Delivery.objects.filter(state=State.SENDING).count() == in_flight

    sending.run(at=AT + LEASE, real=AT + LEASE + timedelta(minutes=1))
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
    arrived = Counter(letter.to[0] for letter in mailbox.letters)
    assert len(arrived) == PEOPLE
    twice = {address for address, times in arrived.items() if times == 2}
    assert twice == on_their_way, "arrived, and nobody was there to hear that they had"
    assert set(arrived.values()) <= {1, 2}
    ids = {(letter.to[0], letter.id) for letter in mailbox.letters}
    assert len(ids) == PEOPLE


def test_who_kills_every_sender_is_not_sent_for_ever(real_cast: Cast, mailbox: MailServer) -> None:
    everyone_is_told(real_cast)
    Delivery.objects.exclude(pk=Delivery.objects.first().pk).delete()  # type: ignore[union-attr]
    for number in range(2):
        mailbox.holds_at = number + 1
        at = AT + number * (LEASE + timedelta(minutes=1))
        with sender(mailbox, at) as killed:
            until(lambda: len(mailbox.letters) >= number + 1)  # noqa: B023 (called at once)
            os.kill(killed.pid, signal.SIGKILL)
            killed.wait()
    mailbox.holds_at = None
    sending.run(at=AT, real=AT + 3 * LEASE)
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (State.GIVEN_UP, "interrupted")
    assert len(mailbox.letters) == 2
