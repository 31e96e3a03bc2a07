"""The commands that begin a real installation."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.queries import actor_by_token
from fangxian.foundation.units.models import Unit
from fangxian.kernel import clock
from fangxian.kernel.models import Installation


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


@pytest.mark.django_db
def test_an_empty_system_gets_divisions_and_its_first_administrator(client: Client) -> None:
    first, link = said("init"), said("init")
    assert Installation.objects.get().is_demo is False
    assert set(Unit.objects.values_list("kind", flat=True)) == {"province", "city", "county"}
    path = re.sub("https?://[^/]+", "", link)
    assert first != link
    assert client.get(re.sub("https?://[^/]+", "", first)).status_code == 404
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_no_first_administrator_for_a_demonstration() -> None:
    Installation.objects.create(is_demo=True, scenario="county", created_at=clock.real_now())
    with pytest.raises(CommandError, match="another FANGXIAN_HOME"):
        said("init")


@pytest.mark.django_db
def test_a_token_for_a_persons_programs() -> None:
    said("init")
    at = clock.now()
    user = User.objects.create(username="lin", display_name="林", created_at=at)
    province: Any = Unit.objects.get(kind="province")
    with pytest.raises(CommandError, match="--unit"):
        said("token", "--user", "lin")
    RoleAssignment.objects.create(
        user=user, role="province_officer", unit=province, valid_from=at.date(), given_at=at
    )
    secret = said("token", "--user", "Lin", "--days", "3")
    actor = actor_by_token(secret, at=clock.now(), today=at.date())
    assert actor is not None
    assert actor.user_id == user.pk
    with pytest.raises(CommandError, match="no account"):
        said("token", "--user", "nobody")
