"""A unit administrator uploads a sheet of schools and groups."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from fangxian.foundation.units import actions, sheets
from fangxian.foundation.units.lines import Known, Line, Outcome, Words, check, parse
from fangxian.foundation.units.models import ImportDraft, Unit, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooLarge
from tests.units import laws
from tests.units.conftest import AT, KNOWN, TODAY, admin_of, unit

HEADING = [
    "上级代码",
    "代码",
    "类别",
    "学段",
    "中文名称",
    "人群",
    "人数",
    "寄宿",
    "负责人",
    "电话",
    "设立日期",
]
SCHOOL = [
    "510118",
    "5101320007",
    "学校",
    "小学",
    "示例第七小学",
    "",
    "",
    "否",
    "王校长",
    "0001",
    "2020-09-01",
]
GROUP = [
    "5101320007",
    "5101320007-0101",
    "班组",
    "",
    "一年级1班",
    "学生",
    "45",
    "",
    "李老师",
    "0002",
    "",
]
ENGLISH = ["parent", "code", "kind", "stage", "name_zh", "population", "headcount", "boarding",
           "contact_name", "contact_phone", "opened_on"]  # fmt: skip


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def stage(content: bytes, by: Actor, code: str = "510118") -> ImportDraft:
    return actions.stage_import(unit_id=unit(code).unit_id, file_name="单位.xlsx",
                                content=content, by=by, at=AT)  # fmt: skip


def look(draft: ImportDraft, by: Actor) -> list[Line]:
    draft, at = actions.draft_of(draft.pk, by=by, today=TODAY)
    return actions.checked(draft, at, by=by, today=TODAY)


def bring(rows: list[list[str]], by: Actor, *, only_right: bool = False) -> actions.Imported:
    draft = stage(as_csv([HEADING, *rows]), by)
    return actions.apply_import(draft_id=draft.pk, only_right_rows=only_right, by=by, at=AT)


@pytest.fixture
def admin(divisions: None) -> Actor:
    return admin_of(unit("510118"))


@pytest.mark.parametrize(
    "content",
    [
        as_csv([HEADING, SCHOOL, GROUP]),
        as_csv([HEADING, SCHOOL, GROUP], "utf-8", ";"),
        as_csv([HEADING, SCHOOL, GROUP], "gb18030", "\t"),
        as_csv([ENGLISH, SCHOOL, GROUP]),
        as_xlsx([HEADING, SCHOOL, GROUP]),
        as_xlsx([HEADING, [int(c) if c.isdigit() else c for c in SCHOOL], [], GROUP]),
    ],
)
def test_whatever_the_file_the_rows_are_the_same(content: bytes) -> None:
    rows = [cells for _number, cells in sheets.read(content).rows]
    assert [row["name_zh"] for row in rows] == ["示例第七小学", "一年级1班"]
    assert rows[0]["parent"] == "510118" and rows[0]["opened_on"] == "2020-09-01"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04broken", b"\xff\xfe\x00\x81", as_csv([["甲", "乙"], ["1", "2"]])],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        sheets.read(content)
    assert refused.value.fields["file"]


def test_too_large_a_file_is_refused() -> None:
    with pytest.raises(TooLarge):
        sheets.read(b"x" * (sheets.MOST_BYTES + 1))
    with pytest.raises(TooLarge):
        sheets.read(as_csv([HEADING, *[SCHOOL] * (sheets.MOST_ROWS + 1)]))


def row(**said: str) -> dict[str, str]:
    cells = dict(zip(ENGLISH, SCHOOL, strict=True)) | {"name_en": ""} | said
    return cells


TREE = {
    "510118": Known(1, "county", "510100", KNOWN, True, {}),
    "510129": Known(2, "county", "510100", KNOWN, False, {}),
    "5101290001": Known(3, "school", "510129", KNOWN, False, {}),
}


@pytest.mark.parametrize(
    "said, reason",
    [
        ({"kind": "城堡"}, "城堡"),
        ({"kind": "county"}, "county"),
        ({"code": "123"}, None),
        ({"stage": ""}, None),
        ({"stage": "托儿"}, "托儿"),
        ({"name_zh": ""}, None),
        ({"name_zh": "长" * 121}, "120"),
        ({"headcount": "45"}, None),  # a school has none
        ({"headcount": "四十五"}, "四十五"),
        ({"boarding": "也许"}, "也许"),
        ({"opened_on": "2020-06-31"}, "2020-06-31"),
        ({"opened_on": "2018-09-01"}, "2019-10-31"),  # before its county
        ({"parent": "510129"}, "510129"),  # outside the administrator's scope
        ({"parent": "999999"}, "999999"),
        ({"code": "5101290001"}, "5101290001"),  # somebody else's
    ],
)
def test_each_fault_of_a_row_is_named(said: dict[str, str], reason: str | None) -> None:
    line = parse(2, row(**said), words=Words.current(), today=TODAY)
    check([line], TREE)
    assert line.outcome is Outcome.WRONG and line.problems
    assert reason is None or reason in " ".join(line.problems)


def test_a_right_row_is_new_and_a_repeated_code_is_not() -> None:
    words = Words.current()
    lines = [parse(n, row(), words=words, today=TODAY) for n in (2, 3)]
    check(lines, TREE)
    assert [line.outcome for line in lines] == [Outcome.NEW, Outcome.WRONG]
    assert "2" in lines[1].problems[0]


def test_a_sheet_opens_schools_and_groups(admin: Actor) -> None:
    assert bring([GROUP, SCHOOL], admin) == actions.Imported(2, 0, 0, 0)  # in any order
    school, group = unit("5101320007"), unit("5101320007-0101")
    assert (school.unit.stage, school.contact_name, school.pinyin) == (
        "primary", "王校长", "shilidiqixiaoxue",
    )  # fmt: skip
    assert (group.unit.population, group.unit.headcount) == ("students", 45)
    assert (group.school_id, group.bureau_id) == (school.unit_id, unit("510118").unit_id)
    assert school.unit.opened_on == date(2020, 9, 1) and group.unit.opened_on == TODAY
    laws.check(laws.days_of_change())


def test_the_same_sheet_again_changes_nothing(admin: Actor) -> None:
    bring([SCHOOL, GROUP], admin)
    before = list(UnitVersion.objects.order_by("pk").values_list())
    assert bring([SCHOOL, GROUP], admin) == actions.Imported(0, 0, 2, 0)
    assert list(UnitVersion.objects.order_by("pk").values_list()) == before


def test_a_changed_row_changes_the_unit_from_today(admin: Actor) -> None:
    bring([SCHOOL, [*GROUP[:-1], "2020-09-01"]], admin)
    renamed = [*SCHOOL[:4], "示例第七实验小学", *SCHOOL[5:]]
    grown = [*GROUP[:6], "47", *GROUP[7:]]
    assert bring([renamed, grown], admin) == actions.Imported(0, 2, 0, 0)
    assert unit("5101320007", TODAY - timedelta(days=1)).name_zh == "示例第七小学"
    assert unit("5101320007").name_zh == "示例第七实验小学"
    assert unit("5101320007-0101").unit.headcount == 47
    laws.check(laws.days_of_change())


def test_nothing_is_written_unless_every_row_is_right_or_the_person_says_so(admin: Actor) -> None:
    wrong = [*SCHOOL[:1], "5101320008", "城堡", *SCHOOL[3:]]
    orphan = ["5101320008", "5101320008-0101", *GROUP[2:]]
    with pytest.raises(Conflict):
        bring([SCHOOL, wrong, orphan], admin)
    assert not UnitVersion.objects.filter(code="5101320007").exists()
    result = bring([SCHOOL, wrong, orphan], admin, only_right=True)
    assert result == actions.Imported(1, 0, 0, 2)


def test_units_elsewhere_are_never_touched(admin: Actor) -> None:
    other = admin_of(unit("510129"))
    bring([SCHOOL], admin)
    draft = stage(as_csv([HEADING, [*SCHOOL[:4], "抢来的学校", *SCHOOL[5:]]]), other, "510129")
    assert [line.outcome for line in look(draft, other)] == [Outcome.WRONG]
    with pytest.raises(NotFound):
        look(draft, admin)  # only the uploader sees it
    with pytest.raises(NotFound):
        stage(as_csv([HEADING, SCHOOL]), other, "510118")
    with pytest.raises(Forbidden):
        stage(as_csv([HEADING, SCHOOL]), admin_of(unit("510118"), UnitPermission.VIEW))
    assert unit("5101320007").name_zh == "示例第七小学"


def test_a_sheet_is_imported_once_and_its_rows_forgotten(admin: Actor) -> None:
    draft = stage(as_csv([HEADING, SCHOOL]), admin)
    actions.apply_import(draft_id=draft.pk, only_right_rows=False, by=admin, at=AT)
    with pytest.raises(DomainError):
        actions.apply_import(draft_id=draft.pk, only_right_rows=False, by=admin, at=AT)
    draft.refresh_from_db()
    assert draft.rows == [] and draft.applied_at == AT


def test_the_template_itself_can_be_read_and_is_right(divisions: None) -> None:
    jinjiang = admin_of(unit("510104"))
    draft = stage(sheets.template(), jinjiang, "510104")
    assert [line.problems for line in look(draft, jinjiang)] == [[], []]


def test_a_list_of_names_counts_itself(admin: Actor) -> None:
    bring([SCHOOL, GROUP], admin)
    Unit.objects.filter(pk=unit("5101320007-0101").unit_id).update(has_roster=True)
    bring([[*GROUP[:6], "99", *GROUP[7:]]], admin)
    assert unit("5101320007-0101").unit.headcount == 45
