"""The documents that say who is reminded when: read, chosen by the day, refused by name."""

from datetime import date, time
from pathlib import Path

import pytest

from fangxian.norms import BadNorm, ladders, ladders_on
from fangxian.norms.deadlines import deadlines_on

DOCUMENT = """
[document]
title_zh = "办法"
title_en = "Rules"
source_zh = "文件"
source_en = "Document"
effective_from = {since}
verified = true
[quiet]
from = 22:00:00
to = 06:30:00
[ladders."check.morning"]
urgent = {urgent}
rungs = [{rungs}]
"""
GOOD = '{ code = "due", minutes = 0, to = "answerer" }'


def written(rungs: str = GOOD, since: str = "2026-01-01", urgent: str = "false") -> str:
    return DOCUMENT.format(rungs=rungs, since=since, urgent=urgent)


def test_every_kind_with_a_deadline_for_units_below_a_bureau_has_a_ladder() -> None:
    found = ladders_on(date(2026, 11, 23))
    assert found is not None
    kinds = set(deadlines_on(date(2026, 11, 23)).due) - {"county", "city", "province"}
    assert set(found.ladders) == kinds
    assert not found.verified
    assert found.quiet.start == time(22)


def test_before_the_first_document_nobody_is_reminded() -> None:
    assert ladders_on(date(2020, 1, 23)) is None


def test_an_installations_later_document_replaces_the_defaults(tmp_path: Path) -> None:
    folder = tmp_path / "ladders"
    folder.mkdir()
    (folder / "own.toml").write_text(written())
    before, after = (ladders_on(date(year, 6, 1), tmp_path) for year in (2025, 2026))
    assert before is not None and before.name == "reminders_2020.toml"
    assert after is not None and after.name == "ladders/own.toml"
    assert [rung.code for rung in after.ladders["check.morning"].rungs] == ["due"]


def _rung(code: str, minutes: object, to: str) -> str:
    return f'{{ code = "{code}", minutes = {minutes}, to = "{to}" }}'


@pytest.mark.parametrize(
    ("rungs", "reason"),
    [
        ("", "a ladder needs a rung"),
        (_rung("a", 0, "king"), "the level king is not one of answerer, school_reporter"),
        (f"{_rung('a', 0, 'answerer')}, {_rung('a', 9, 'head')}", "two rungs are called a"),
        (_rung("a", 3000, "answerer"), "a is not within -720 and 1440 minutes of the deadline"),
        (_rung("a", -5, "county"), "a tells the county of what is not due yet"),
        (
            f"{_rung('a', 9, 'answerer')}, {_rung('b', 5, 'head')}",
            "b comes before a, which stands above it",
        ),
        (
            f"{_rung('a', 0, 'head')}, {_rung('b', 5, 'answerer')}",
            "the head is told before the answerer",
        ),
        (_rung("a", '"soon"', "answerer"), "minutes of a is no whole number"),
        (_rung("a", "true", "answerer"), "minutes of a is no whole number"),
        (_rung("gap.x", 0, "answerer"), "gap.x: a rung's name is of small letters and _"),
        ('{ code = "a", minutes = 0 }', "'to' is missing"),
    ],
)
def test_a_bad_record_is_refused_with_its_file_and_the_reason(rungs: str, reason: str) -> None:
    with pytest.raises(BadNorm) as refused:
        ladders.read(written(rungs), "own.toml")
    assert str(refused.value).startswith("own.toml: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[document", "own.toml: "),
        (written(urgent='"no"'), "check.morning: urgent is neither true nor false"),
        (written().replace("22:00:00", '"ten"'), "quiet: from and to are times"),
        (written(since='"now"'), "effective_from is no day"),
        (written().replace("[quiet]", "[silence]"), "'quiet' is missing"),
    ],
)
def test_a_bad_document_is_refused_with_its_file_and_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadNorm, match="own.toml") as refused:
        ladders.read(text, "own.toml")
    assert reason in str(refused.value)


@pytest.mark.parametrize("day", ["2019-12-31", "2026-01-01"])
def test_a_document_holds_from_its_day_until_the_day_before_its_end(
    tmp_path: Path, day: str
) -> None:
    folder = tmp_path / "ladders"
    folder.mkdir()
    text = written(since="2020-01-01").replace("verified", "effective_to = 2026-01-01\nverified")
    (folder / "own.toml").write_text(text)
    found = ladders_on(date.fromisoformat(day), tmp_path)
    assert found is None or found.name != "ladders/own.toml"
    assert (inside := ladders_on(date(2020, 1, 20), tmp_path)) and inside.name == "ladders/own.toml"
