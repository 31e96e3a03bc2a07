"""A million people as a CSV, and a hundred thousand as a spreadsheet: uploaded, judged, written.

The worker of `fangxian up` does it, with the server, PostgreSQL and everything else running. What
counts is the time from the upload to the review and from the approval to the end; a person looks
at the review in between. The same file brought again must find everybody as they are. Every
row is counted in the tables afterwards.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench import accounts
from bench.bars import Verdict, at_most
from bench.counting import Lost
from bench.generator import CannotMeasure
from bench.ground import Ground
from bench.processes import Taken, tree, watched
from bench.stats import Figures

if TYPE_CHECKING:
    from fangxian.kernel.access import Actor
    from fangxian.kernel.intake.models import Intake

CSV_ROWS, CSV_CITY, CSV_SECONDS = 1_000_000, "510100", 60.0
XLSX_ROWS, XLSX_CITY, XLSX_SECONDS = 100_000, "510700", 20.0
MOST_MIB = 600.0
POLL_SECONDS = 0.1
LONGEST_SECONDS = 900
HEADING = (
    "学校代码", "班级", "人员类别", "姓名", "学号", "身份证号", "宿舍", "床位", "校车", "食堂",
    "家长姓名", "关系", "家长电话",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "子涵欣怡宇轩浩然梓萱诗雨佳琪思远明哲嘉豪雅婷俊杰天佑晨曦"
#: groups of students of which the school has no other of the same name
GROUPS = """
SELECT s.code, g.name_zh FROM units_unitversion g
JOIN units_unitversion s ON s.unit_id = g.school_id AND s.valid_to = '9999-12-31'
JOIN units_unit u ON u.id = g.unit_id AND u.population = 'students'
WHERE g.kind = 'group' AND g.valid_to = '9999-12-31' AND g.path LIKE %s || '%%'
  AND NOT EXISTS (SELECT FROM units_unitversion o
                  WHERE o.school_id = g.school_id AND o.name_zh = g.name_zh
                    AND o.unit_id <> g.unit_id AND o.valid_to = '9999-12-31')
ORDER BY g.path"""
PEOPLE = "SELECT count(*) FROM people_person"
Write = Callable[[Path, Iterator[Sequence[str]]], None]


def roster_import(ground: Ground) -> None:
    """The seconds from upload to review and from approval to the end, and the worker's memory."""
    share = 10 if ground.pace.rounds < 3 else 1
    _one(ground, "csv", CSV_ROWS // share, CSV_CITY, CSV_SECONDS, _as_csv)
    _one(ground, "xlsx", XLSX_ROWS // share, XLSX_CITY, XLSX_SECONDS, _as_xlsx)


def _one(ground: Ground, form: str, rows: int, city: str, must: float, write: Write) -> None:
    from fangxian.foundation.accounts.models import User
    from fangxian.foundation.accounts.queries import actor_for
    from fangxian.foundation.units.models import UnitVersion
    from fangxian.kernel.intake.rules import Outcome

    top = UnitVersion.objects.as_of(ground.today).get(code=city)
    with ground.database() as connection:
        holder = accounts.enrol(connection, "unit_admin", [top.unit_id], ground.at())[0]
        groups = connection.execute(GROUPS, [top.path]).fetchall()
        before = connection.execute(PEOPLE).fetchone()
    by = actor_for(User.objects.get(pk=holder.user_id), today=ground.today)
    path = ground.scratch / f"people.{form}"
    write(path, people(groups, rows, 1 if form == "csv" else 2))
    taken = Taken()
    with watched(lambda: heavy_workers(ground), taken, period=0.25):
        made, staged = _review(ground, path, top.unit_id, by, rows, Outcome.NEW)
        written = _written(ground, made, by)
        _again, known = _review(ground, path, top.unit_id, by, rows, Outcome.SAME)
    with ground.database() as connection:
        after = connection.execute(PEOPLE).fetchone()
    if not before or not after or after[0] - before[0] != rows:
        raise Lost(f"{rows} people were approved, before and after: {before} {after}")
    ground.say(f"  {form}: {rows:,} rows; review after {staged:.1f} s, written in {written:.1f} s; "
               f"brought again, all are known after {known:.1f} s; "
               f"worker {taken.mib:,.0f} MiB")  # fmt: skip
    seconds = staged + written
    figures = Figures(f"roster_import_{form}", "people/s", rows / seconds, seconds * 1000,
                      seconds * 1000, taken.mib)  # fmt: skip
    verdicts: list[Verdict] = [
        at_most(f"{form.upper()} of {rows:,} people, time", seconds, must, "{:.1f} s"),
        at_most(f"{form.upper()}, the worker's memory", taken.mib, MOST_MIB, "{:,.0f} MiB"),
    ]
    ground.report(figures, verdicts)


def _review(
    ground: Ground, path: Path, unit_id: int, by: Actor, rows: int, outcome: str
) -> tuple[Intake, float]:
    from fangxian.kernel.intake import actions
    from fangxian.kernel.intake.rules import State

    begun = time.monotonic()
    with path.open("rb") as file:
        made = actions.upload(kind="roster", unit_id=unit_id, file_name=path.name, file=file,
                              options={}, by=by, at=ground.at())  # fmt: skip
    reviewed = _until(made, State.REVIEW)
    if reviewed.counts[outcome] != rows:
        raise CannotMeasure(f"not all rows are {outcome}: {reviewed.counts}")
    return made, time.monotonic() - begun


def _written(ground: Ground, made: Intake, by: Actor) -> float:
    from fangxian.kernel.intake import actions
    from fangxian.kernel.intake.rules import State

    begun = time.monotonic()
    actions.commit(intake_id=made.pk, only_right=False, options={}, by=by, at=ground.at())
    _until(made, State.DONE)
    return time.monotonic() - begun


def _until(made: Intake, state: str) -> Intake:
    from fangxian.kernel.intake.rules import State

    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        made.refresh_from_db()
        if made.state == state:
            return made
        if made.state in (State.FAILED, State.CANCELLED, State.MAPPING):
            raise CannotMeasure(f"the import is {made.state}: {made.message}")
        time.sleep(POLL_SECONDS)
    raise CannotMeasure(f"the import is still {made.state} after {LONGEST_SECONDS} s")


def heavy_workers(ground: Ground) -> list[int]:
    """The process that imports, with what it starts."""
    found = [pid for root in ground.installation.processes() for pid in tree(root)]
    return [pid for pid in found if b"--queues=heavy" in _words(pid)]


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def people(groups: Sequence[tuple[str, str]], rows: int, series: int) -> Iterator[Sequence[str]]:
    """So many invented people, spread over the groups; every ID number is right and used once."""
    from fangxian.foundation.people.identity import check_digit

    chance = random.Random(series)
    born = [f"{date(2008, 1, 1) + timedelta(days=n):%Y%m%d}" for n in range(4000)]
    each = -(-rows // len(groups))
    for made in range(rows):
        school, group = groups[made // each]
        first = f"99{series}{made // 4_000_000:03}{born[made % 4000]}{made // 4000 % 1000:03}"
        room = (f"{1 + made % 6}号楼{100 + made // 6 % 200}", str(made % 8 + 1))
        yield (
            school, group, "学生", _name(chance), f"B{series}{made:07}", first + check_digit(first),
            *(room if made % 5 == 0 else ("", "")), f"{made % 20}号车" if made % 7 == 0 else "",
            f"{made % 30}桌" if made % 3 == 0 else "", _name(chance), "母亲", f"000{made:08}",
        )  # fmt: skip


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)


def _as_csv(path: Path, rows: Iterator[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows(rows)


def _as_xlsx(path: Path, rows: Iterator[Sequence[str]]) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell)
    book.close()
