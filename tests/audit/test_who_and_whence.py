"""An event says for which unit somebody acted, from where, and about whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from fangxian.config.observed import Observed
from fangxian.foundation.accounts.models import RoleAssignment
from fangxian.kernel import audit
from fangxian.kernel.audit import origin, sealing
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, Cast
from tests.checks.test_api import body, post

pytestmark = pytest.mark.django_db


class Looked(audit.Event):
    AT_SOMETHING = "tests.looked"


@pytest.fixture
def asked() -> Iterator[None]:
    before = origin.request.set({"REMOTE_ADDR": "192.0.2.7"})
    yield
    origin.request.reset(before)


def newest() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


def test_who_acts_for_which_unit_and_from_where(cast: Cast, asked: None) -> None:
    school = cast.school
    audit.seen(
        Looked.AT_SOMETHING, [3, 2, 3], by=cast.actor("head"), at=AT, unit_id=school.id,
        path=school.path, purpose="a call from the parents",
    )  # fmt: skip
    told = newest()
    assert (told.acting, told.address) == (f"head@{school.id}", "192.0.2.7")
    assert (told.persons, told.purpose) == ([2, 3], "a call from the parents")


def test_only_the_roles_that_reach_the_place_are_named(cast: Cast) -> None:
    user = cast.users["head"]
    elsewhere = RoleAssignment.objects.get(user=cast.users["outsider"])
    RoleAssignment.objects.filter(pk=elsewhere.pk).update(user=user)
    audit.record(Looked.AT_SOMETHING, by=cast.actor("head"), at=AT, path=cast.school.path)
    assert newest().acting == f"head@{cast.school.id}"
    audit.record(Looked.AT_SOMETHING, by=cast.actor("head"), at=AT)
    assert newest().acting == f"county_officer@{cast.other_county.id} head@{cast.school.id}"


def test_nobody_seen_leaves_no_trace(cast: Cast) -> None:
    before = AuditEvent.objects.count()
    audit.seen(Looked.AT_SOMETHING, [], by=cast.actor("head"), at=AT, unit_id=None, path="")
    assert AuditEvent.objects.count() == before


def test_what_nobody_asked_for_over_the_network_has_no_address(cast: Cast) -> None:
    audit.record(Looked.AT_SOMETHING, by=cast.actor("head"), at=AT)
    assert newest().address is None


def test_the_request_is_known_while_it_is_answered_and_no_longer() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [str(origin.address()).encode()]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "192.0.2.8"}
    answer = Observed(application)(environ, lambda *_words: None)
    assert (b"".join(answer), origin.address()) == (b"192.0.2.8", None)


def test_a_roster_that_is_read_names_who_was_shown(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    page = client.get(f"/people/{cast.school.code}/roster/")
    told = AuditEvent.objects.get(event="people.roster_read")
    assert page.status_code == 200
    assert told.persons == sorted(cast.persons)
    assert (told.unit_id, told.by_id) == (cast.school.id, cast.users["reporter"].pk)


def test_a_list_that_shows_nobody_leaves_no_trace(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["county_officer"])
    client.get(f"/people/{cast.school.code}/roster/")
    assert not AuditEvent.objects.filter(event="people.roster_read").exists()


@pytest.mark.parametrize("absences", [[], [{"reason": "ill", "symptoms": ["fever"]}]])
def test_a_check_in_one_statement_says_from_where(
    cast: Cast, at_eight: None, asked: None, absences: list[object]
) -> None:
    post(body(cast, absences=absences, present=45 - len(absences)), cast.tokens["reporter"])
    told = AuditEvent.objects.get(event="checks.recorded")
    assert (told.address, told.acting) == ("192.0.2.7", "")
    assert told.token_id is not None


def test_the_auditor_finds_who_looked_at_somebody(client: Client, cast: Cast) -> None:
    audit.seen(
        Looked.AT_SOMETHING, [4711, 4712], by=cast.actor("head"), at=AT, unit_id=cast.school.id,
        path=cast.school.path, purpose="a call from the parents",
    )  # fmt: skip
    sealing.seal()
    client.force_login(cast.users["auditor"])
    page = client.get("/audit/?day=2026-11-23&about=4712").content.decode()
    assert "涉及 2 人" in page
    assert "a call from the parents" in page
    seal = sealing.newest()
    assert seal is not None
    assert seal.hash in page
    other = client.get("/audit/?day=2026-11-23&about=4713").content.decode()
    assert "a call from the parents" not in other


@pytest.mark.parametrize("query", ["before", "after", "about"])
def test_a_number_nobody_can_mean_is_no_error(client: Client, cast: Cast, query: str) -> None:
    client.force_login(cast.users["auditor"])
    assert client.get(f"/audit/?day=2026-11-23&{query}={'9' * 5000}").status_code == 200


def test_behind_a_proxy_of_ours_it_is_the_client_who_asked() -> None:
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 192.0.2.9"}
    before = origin.request.set(environ)
    assert origin.address() == "192.0.2.9"
    origin.request.reset(before)
