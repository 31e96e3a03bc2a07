"""A special collection: sealed with its own key everywhere, and gone with it everywhere."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from fangxian.foundation.special import actions, halves
from fangxian.foundation.special.models import Collection, Line
from fangxian.kernel.errors import Conflict, Forbidden, NotFound
from fangxian.kernel.models import AuditEvent
from fangxian.kernel.secrets.collections import Destroyed, collection_key
from tests.cast import AT, DAY, Cast

SAID = "安安一月从武汉回来"
NAME = "武汉返回人员"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The halves of this test's keys: the test's database is rolled back, a file is not."""
    monkeypatch.setattr(
        settings, "FANGXIAN", settings.FANGXIAN.model_copy(update={"home": tmp_path})
    )


@pytest.fixture
def opened(cast: Cast) -> Collection:
    return actions.open_collection(
        unit=cast.school.version, name=NAME, purpose="排查", ground="示例文件",
        destroy_by=DAY + timedelta(days=60), by=cast.actor("head"), at=AT,
    )  # fmt: skip


def written(cast: Cast, *texts: str) -> list[Line]:
    return actions.write(name=NAME, texts=texts, by=cast.actor("head"), at=AT)


def lines(cast: Cast) -> list[str]:
    told = actions.read(name=NAME, reason="核对", by=cast.actor("head"), at=AT)
    return [text for _number, text in told]


def destroy(cast: Cast, second: str = "reporter", reason: str = "疫情结束") -> None:
    said = {"by": cast.actor("head"), "second": cast.actor(second), "at": AT}
    actions.destroy(name=NAME, reason=reason, **said)  # type: ignore[arg-type]


def test_a_line_is_read_again_and_its_history_too(cast: Cast, opened: Collection) -> None:
    first, _other = written(cast, SAID, "另一条")
    actions.revise(name=NAME, line_id=first.pk, text="更正", by=cast.actor("head"), at=AT)
    assert lines(cast) == ["另一条", "更正"]
    assert Line.objects.count() == 3
    with pytest.raises(NotFound):
        actions.revise(name=NAME, line_id=first.pk, text="再", by=cast.actor("head"), at=AT)


def test_nothing_of_it_stands_in_clear_and_the_trail_has_the_same_key(
    cast: Cast, opened: Collection
) -> None:
    written(cast, SAID)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(l::text, '') FROM special_line l")
        assert SAID.encode().hex() not in cursor.fetchone()[0]
    event = AuditEvent.objects.get(event="special.written")
    assert SAID not in str(event.detail)
    key = halves.joined(collection_key(NAME))
    sealed = base64.b64decode(event.detail["sealed"][0])
    assert key.open_(sealed, actions.TRAIL, opened.pk) == SAID


def test_destroying_is_for_two_and_for_ever(
    cast: Cast, opened: Collection, django_capture_on_commit_callbacks: Any
) -> None:
    written(cast, SAID)
    for second, reason in (("head", "疫情结束"), ("reporter", " ")):
        with pytest.raises(Conflict):
            destroy(cast, second, reason)
    with pytest.raises((Forbidden, NotFound)):
        destroy(cast, "outsider")
    assert lines(cast) == [SAID]
    with django_capture_on_commit_callbacks(execute=True):
        destroy(cast)
    for act in (lambda: lines(cast), lambda: written(cast, "x")):
        with pytest.raises(Destroyed):
            act()
    assert list(settings.FANGXIAN.home.joinpath("collections").iterdir()) == []
    kept = Collection.objects.get()
    users = cast.users
    assert (kept.destroyed_by_id, kept.second_id) == (users["head"].pk, users["reporter"].pk)
    assert AuditEvent.objects.get(event="special.destroyed").purpose == "疫情结束"
    with django_capture_on_commit_callbacks(execute=True):
        destroy(cast)
    assert AuditEvent.objects.filter(event="special.destroyed").count() == 1


def test_the_half_in_the_database_alone_opens_nothing(cast: Cast, opened: Collection) -> None:
    """As in a backup that was restored: the database has its half again, the folder has not."""
    (line,) = written(cast, SAID)
    halves.destroy(NAME)
    with pytest.raises(Destroyed):
        lines(cast)
    alone = collection_key(NAME)
    with pytest.raises(Exception, match="changed, or sealed"):
        alone.open_(bytes(line.sealed), actions.FIELD, opened.pk)


@pytest.mark.parametrize(
    ("purpose", "ground", "days"), [("", "x", 10), ("x", " ", 10), ("x", "x", 0), ("x", "x", 400)]
)
def test_it_says_what_for_by_what_and_until_when(
    cast: Cast, purpose: str, ground: str, days: int
) -> None:
    with pytest.raises(Conflict):
        actions.open_collection(
            unit=cast.school.version, name=NAME, purpose=purpose, ground=ground,
            destroy_by=DAY + timedelta(days=days), by=cast.actor("head"), at=AT,
        )  # fmt: skip
    assert not Collection.objects.exists()


def test_a_name_is_used_once(cast: Cast, opened: Collection) -> None:
    with pytest.raises(Conflict):
        actions.open_collection(
            unit=cast.school.version, name=NAME, purpose="x", ground="x",
            destroy_by=DAY + timedelta(days=60), by=cast.actor("head"), at=AT,
        )  # fmt: skip
