"""The trail for other systems: every event once, one line each, whatever is in it."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from fangxian.kernel import audit
from fangxian.kernel.audit import sealing
from tests.cast import AT, Cast

pytestmark = pytest.mark.django_db
# RFC 5424, 6: header, one element of structured data, message.
LINE = re.compile(
    r"<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 [!-~]{1,255} fangxian - ([!-~]{1,32}) "
    r'\[audit@32473((?: [a-z]+="(?:[^"\\\]]|\\.)*")+)\] (.+)'
)
PARAMETER = re.compile(r' ([a-z]+)="((?:[^"\\\]]|\\.)*)"')
NASTY = 'a "quoted" ]bracket\\ and\na second line 名册'


class Done(audit.Event):
    SOMETHING = "tests.something"


def said(*words: str) -> list[str]:
    out = StringIO()
    call_command("audit", "export", *words, stdout=out)
    return out.getvalue().splitlines()


def records(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(*words)]


def happened(cast: Cast, *subjects: str) -> None:
    for subject in subjects:
        audit.record(
            Done.SOMETHING, by=cast.actor("head"), at=AT, unit_id=cast.school.id,
            path=cast.school.path, subject=subject, persons=[7], detail={"count": 1},
        )  # fmt: skip


def test_what_is_sealed_goes_out_with_its_seal(cast: Cast) -> None:
    happened(cast, "first")
    sealing.seal()
    happened(cast, "not sealed yet")
    exported = records()
    (event,) = [one for one in exported if one["event"] == Done.SOMETHING]
    seal = exported[-1]
    assert (event["event"], event["subject"], event["persons"]) == (
        "tests.something", "first", [7],
    )  # fmt: skip
    assert (event["who"], event["acting"]) == ("head", f"head@{cast.school.id}")
    newest = sealing.newest()
    assert newest is not None
    assert (seal["kind"], seal["hash"]) == ("segment", newest.hash)


def test_a_line_of_syslog_can_be_read_back(cast: Cast) -> None:
    happened(cast, NASTY)
    sealing.seal()
    exported = said("--format", "syslog")
    (event,) = [line for line in exported if Done.SOMETHING in line]
    found = LINE.fullmatch(event)
    assert found is not None
    assert found[1] == found[3] == "tests.something"
    subject = dict(PARAMETER.findall(found[2]))["subject"]
    assert json.loads(f'"{subject}"'.replace(r"\]", "]")) == NASTY
    assert all(LINE.fullmatch(line) for line in exported)


def test_it_goes_on_where_it_ended(cast: Cast, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    happened(cast, "first")
    sealing.seal()
    first = records("--follow-from", str(mark))
    assert records("--follow-from", str(mark)) == []
    happened(cast, "second", "third")
    sealing.seal()
    later = records("--follow-from", str(mark))
    assert [one.get("subject") for one in later] == ["second", "third", None]
    assert records() == first + later
    assert records("--since", str(later[0]["segment"])) == later


def test_a_mark_that_cannot_be_read_stops_it(cast: Cast, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    mark.write_text("yesterday")
    with pytest.raises(CommandError, match="names no segment"):
        said("--follow-from", str(mark))
