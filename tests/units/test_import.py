"""A unit administrator uploads a sheet of schools and groups."""

import io
from datetime import date, timedelta
from typing import Any

import pytest

from fangxian.foundation.units.intake.kind import FIELDS
from fangxian.foundation.units.intake.lines import Known, Line, check, line_of
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from fangxian.kernel.intake import actions, kinds, sheets, tables
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.reasons import tell
from fangxian.kernel.intake.rules import Outcome, State
from fangxian.kernel.intake.work import run
from tests.intake.files import as_csv, as_xlsx
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


def stage(content: bytes, by: Actor, code: str = "510118", kind: str = "units") -> Intake:
    """Upload a file; the worker takes it as far as the review."""
    made = actions.upload(kind=kind, unit_id=unit(code).unit_id, file_name="单位.xlsx", options={},
                          file=io.BytesIO(content), by=by, at=AT)  # fmt: skip
    before = list(kinds._actors)
    kinds.actors_from(lambda _user_id, _day: by)
    try:
        run(made.pk, at=AT)
    finally:
        kinds._actors[:] = before
    made.refresh_from_db()
    return made


def apply(made: Intake, by: Actor, *, only_right: bool = False) -> Intake:
    """Have it written."""
    actions.commit(intake_id=made.pk, only_right=only_right, options={}, by=by, at=AT)
    before = list(kinds._actors)
    kinds.actors_from(lambda _user_id, _day: by)
    try:
        run(made.pk, at=AT)
    finally:
        kinds._actors[:] = before
    made.refresh_from_db()
    return made


def bring(rows: list[list[str]], by: Actor, *, only_right: bool = False) -> tuple[int, ...]:
    """Rows that opened, changed, repeated and were left out."""
    made = stage(as_csv([HEADING, *rows]), by)
    assert made.state == State.REVIEW, made.message
    counts = tuple(made.counts[one] for one in ("new", "changed", "same", "wrong"))
    if any(counts[:2]) or counts[3]:
        assert apply(made, by, only_right=only_right).state == State.DONE
    return counts


def told(made: Intake) -> dict[int, str]:
    """Why lines are wrong, in words."""
    kind = kinds.kind_by_code(made.kind)
    return {line: " ".join(tell(kind, kept)) for line, kept in tables.wrong_lines(made.pk).items()}


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
        as_xlsx(
            [HEADING, [int(c) if len(c) > 5 and c.isdigit() else c for c in SCHOOL], [], GROUP]
        ),
    ],
)
def test_whatever_the_file_the_rows_are_the_same(admin: Actor, content: bytes) -> None:
    made = stage(content, admin)
    assert made.state == State.REVIEW, made.message
    rows = [said for _line, said, _wrong in tables.all_said(made.pk)]
    assert [row["name_zh"] for row in rows] == ["示例第七小学", "一年级1班"]
    assert rows[0]["parent"] == "510118" and rows[0]["opened_on"] == "2020-09-01"
    assert made.counts["new"] == 2


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\xff\xfe\x00\x81\x00", b""])
def test_a_file_that_cannot_be_used_says_why(admin: Actor, content: bytes) -> None:
    made = stage(content, admin)
    assert made.state == State.FAILED and made.message


def test_too_long_a_file_is_refused(admin: Actor) -> None:
    made = stage(as_csv([HEADING, *[SCHOOL] * 30_001]), admin)
    assert made.state == State.FAILED and "30,000" in made.message


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"类别": "城堡"}, "城堡"),
        ({"学段": "托儿"}, "托儿"),
        ({"中文名称": ""}, None),
        ({"中文名称": "长" * 121}, "120"),
        ({"人数": "四十五"}, "四十五"),
        ({"寄宿": "也许"}, "也许"),
        ({"设立日期": "2020-06-31"}, "2020-06-31"),
    ],
)
def test_each_cell_that_is_not_understood_is_named(
    admin: Actor, said: dict[str, str], reason: str | None
) -> None:
    cells = [said.get(head, cell) for head, cell in zip(HEADING, SCHOOL, strict=True)]
    made = stage(as_csv([HEADING, cells]), admin)
    assert set(told(made)) == {2}
    assert reason is None or reason in told(made)[2]


def row(**said: Any) -> dict[str, Any]:
    """A school as it was understood."""
    cells: dict[str, Any] = dict.fromkeys(field.code for field in FIELDS)
    right = {"parent": "510118", "code": "5101320007", "kind": "school", "stage": "primary",
             "name_zh": "示例第七小学", "opened_on": "2020-09-01"}  # fmt: skip
    return cells | right | said


TREE = {
    "510118": Known(1, "county", "510100", KNOWN, True, {}),
    "510129": Known(2, "county", "510100", KNOWN, False, {}),
    "5101290001": Known(3, "school", "510129", KNOWN, False, {}),
}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"kind": "county"}, None),
        ({"code": "123"}, None),
        ({"stage": None}, None),
        ({"name_zh": None}, None),
        ({"headcount": 45}, None),  # a school has none
        ({"grade": "3"}, None),  # nor a grade
        ({"opened_on": "2018-09-01"}, "2019-10-31"),  # before its county
        ({"parent": "510129"}, "510129"),  # outside the administrator's scope
        ({"parent": "999999"}, "999999"),
        ({"code": "5101290001"}, "5101290001"),  # somebody else's
    ],
)
def test_each_fault_of_a_row_is_named(said: dict[str, Any], reason: str | None) -> None:
    line = line_of(2, row(**said), today=TODAY)
    check([line], TREE)
    assert line.outcome is Outcome.WRONG and line.problems
    assert reason is None or reason in " ".join(line.problems)


def test_a_right_row_is_new_and_a_repeated_code_is_not() -> None:
    lines: list[Line] = [line_of(n, row(), today=TODAY) for n in (2, 3)]
    check(lines, TREE)
    assert [line.outcome for line in lines] == [Outcome.NEW, Outcome.WRONG]
    assert "2" in lines[1].problems[0]


def test_a_sheet_opens_schools_and_groups(admin: Actor) -> None:
    assert bring([GROUP, SCHOOL], admin) == (2, 0, 0, 0)  # in any order
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
    assert bring([SCHOOL, GROUP], admin) == (0, 0, 2, 0)
    assert list(UnitVersion.objects.order_by("pk").values_list()) == before


def test_a_changed_row_changes_the_unit_from_today(admin: Actor) -> None:
    bring([SCHOOL, [*GROUP[:-1], "2020-09-01"]], admin)
    renamed = [*SCHOOL[:4], "示例第七实验小学", *SCHOOL[5:]]
    grown = [*GROUP[:6], "47", *GROUP[7:]]
    assert bring([renamed, grown], admin) == (0, 2, 0, 0)
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
    assert result == (1, 0, 0, 2)


def test_units_elsewhere_are_never_touched(admin: Actor) -> None:
    other = admin_of(unit("510129"))
    bring([SCHOOL], admin)
    made = stage(as_csv([HEADING, [*SCHOOL[:4], "抢来的学校", *SCHOOL[5:]]]), other, "510129")
    assert set(told(made)) == {2}
    with pytest.raises(NotFound):
        actions.own(made.pk, by=admin_of(unit("510118")))  # only the uploader sees it
    with pytest.raises(NotFound):
        stage(as_csv([HEADING, SCHOOL]), other, "510118")
    with pytest.raises(Forbidden):
        stage(as_csv([HEADING, SCHOOL]), admin_of(unit("510118"), UnitPermission.VIEW))
    assert unit("5101320007").name_zh == "示例第七小学"


def test_a_sheet_is_imported_once_and_its_rows_forgotten(admin: Actor) -> None:
    made = apply(stage(as_csv([HEADING, SCHOOL]), admin), admin)
    assert made.state == State.DONE and made.headers == {}
    with pytest.raises(DomainError):
        actions.commit(intake_id=made.pk, only_right=False, options={}, by=admin, at=AT)
    assert not tables.are_there(made.pk)


def test_a_tree_that_changed_meanwhile_is_looked_at_again(admin: Actor) -> None:
    made = stage(as_csv([HEADING, SCHOOL]), admin)
    bring([SCHOOL], admin)
    again = apply(made, admin)
    assert again.state == State.REVIEW and again.counts["same"] == 1 and again.message


def test_the_template_itself_can_be_read_and_is_right(divisions: None) -> None:
    jinjiang = admin_of(unit("510104"))
    made = stage(sheets.template(kinds.kind_by_code("units")), jinjiang, "510104")
    assert made.counts["new"] == 2, told(made)


def test_a_group_gets_its_grade(admin: Actor) -> None:
    bring([SCHOOL, GROUP], admin)
    heading = [*HEADING, "年级"]
    made = stage(as_csv([heading, [*GROUP, "三年级"]]), admin)
    assert apply(made, admin).state == State.DONE
    assert unit("5101320007-0101").grade == 3


def test_a_list_of_names_counts_itself(admin: Actor) -> None:
    bring([SCHOOL, GROUP], admin)
    Unit.objects.filter(pk=unit("5101320007-0101").unit_id).update(has_roster=True)
    bring([[*GROUP[:6], "99", *GROUP[7:]]], admin)
    assert unit("5101320007-0101").unit.headcount == 45
