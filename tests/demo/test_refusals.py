"""What a demonstration must never do to a real installation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.clock import real_now
from fangxian.kernel.models import Installation


@pytest.mark.django_db
def test_a_real_installation_is_left_alone() -> None:
    Installation.objects.create(is_demo=False, created_at=real_now())
    for words in (["demo"], ["demo", "--reset"], ["seed"], ["demo", "--accounts"]):
        with pytest.raises(CommandError, match="real installation|no demonstration"):
            call_command(*words, stdout=StringIO(), stderr=StringIO())
    assert not UnitVersion.objects.exists()


@pytest.mark.django_db
def test_there_is_no_such_page_on_a_real_installation(client: Client) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/clock/", {"restart": "1"}).status_code == 404
