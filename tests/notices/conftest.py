"""A kind of notice for the stories here."""

from collections.abc import Iterator

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat
from pytest_django import Settings

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices import kinds
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import Category
from tests.cast import Cast, build
from tests.notices.receivers import MailServer, WebServer, mail_server, web_server

ASKED = Template(
    "tests.asked",
    "Asked",
    "%(unit)s has not answered",
    "Due %(due)s.",
    Category.DUTIES,
)
CASE = Template("tests.case", "Case", "A case at %(unit)s", "", Category.SIGNALS, urgent=True)


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    before = dict(kinds._templates)
    kinds.register(ASKED)
    kinds.register(CASE)
    yield
    kinds._templates.clear()
    kinds._templates.update(before)


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[MailServer]:
    """A mail server that this installation is set up to use."""
    with mail_server() as server:
        settings.FANGXIAN = settings.FANGXIAN.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "smtp_security": "none",
                "smtp_from": "fangxian@example.cn",
                "public_url": "https://fangxian.example.cn",
            }
        )
        yield server


@pytest.fixture
def receiver(settings: Settings) -> Iterator[WebServer]:
    """A server of robots on this machine, where robots may be anywhere."""
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"robots_anywhere": True})
    with web_server() as server:
        yield server


@pytest.fixture
def real_cast(transactional_db: None) -> Cast:
    """The cast, committed: senders have connections of their own."""
    cast = build()
    User.objects.update(email=Concat(F("username"), Value("@example.cn")))
    return cast
