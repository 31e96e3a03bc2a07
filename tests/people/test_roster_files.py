"""Files as they come: each is simply right, or refused with a sentence that says what to do."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from fangxian.foundation.people.models import Person
from fangxian.kernel.intake import actions, sources
from fangxian.kernel.intake.kinds import kind_by_code
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.sheets import neutral, wrong_rows
from fangxian.kernel.intake.work import run
from tests.cast import AT, Cast
from tests.intake.files import as_csv, as_xlsx
from tests.people.rosters import HEADING, bring, card, outcomes, reasons, row, staged, write

SHORT = ["班级", "姓名", "学号", "出生日期"]


def come(cast: Cast, content: bytes, name: str = "名单.csv") -> Intake:
    return bring(content, cast.actor("reporter"), cast.school.id, name)


def born(cast: Cast, made: Intake) -> list[date | None]:
    assert made.state == State.REVIEW, made.message
    assert write(made, cast.actor("reporter")).state == State.DONE
    people = Person.objects.filter(number__startswith="N").order_by("number")
    return list(people.values_list("born", flat=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_any_encoding_and_delimiter(cast: Cast, encoding: str, delimiter: str) -> None:
    made = come(
        cast, as_csv([SHORT, ["三年级1班", "付付", "N1", "2016-03-05"]], encoding, delimiter)
    )
    assert born(cast, made) == [date(2016, 3, 5)]
    assert Person.objects.get(number="N1").name == "付付"


@pytest.mark.parametrize(
    "text",
    ["2016-03-05", "2016/3/5", "2016.3.5", "2016年3月5日", "20160305", "42434", "２０１６-03-05",
     "2016-03-05 00:00:00"],
)  # fmt: skip
def test_a_day_is_understood_however_it_is_written(cast: Cast, text: str) -> None:
    made = come(cast, as_csv([SHORT, ["三年级1班", "付付", "N1", text]]))
    assert born(cast, made) == [date(2016, 3, 5)]


def test_a_spreadsheets_own_dates_numbers_and_blank_rows(cast: Cast) -> None:
    rows: list[list[object]] = [["某小学花名册"], [], [*SHORT]]
    rows += [["三年级1班", "付付", "N1", date(2016, 3, 5)], [], ["三年级1班", "哥哥", "N2", 42434]]
    made = come(cast, as_xlsx(rows), "名单.xlsx")
    assert born(cast, made) == [date(2016, 3, 5)] * 2


def test_what_is_no_day_is_named(cast: Cast) -> None:
    made = staged(cast, row("付付", 出生日期="去年三月"), row("哥哥", 出生日期="2016-02-31"))
    assert "去年三月" in reasons(made)[2] and "2016-02-31" in reasons(made)[3]


def book(fill: "object") -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True})
    fill(made.add_worksheet())  # type: ignore[operator]
    made.close()
    return target.getvalue()


def test_a_formula_counts_as_what_it_shows(cast: Cast) -> None:
    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(0, 0, SHORT)
        sheet.write_row(1, 0, ["三年级1班", "付付"])
        sheet.write_formula(1, 2, '="N"&1', None, "N1")
        sheet.write_formula(1, 3, '=TEXT(TODAY(),"yyyy-mm-dd")', None, "2016-03-05")

    assert born(cast, come(cast, book(fill))) == [date(2016, 3, 5)]


def test_a_merged_cell_stands_in_every_row_it_covers(cast: Cast) -> None:
    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 3, "某小学花名册")
        sheet.write_row(1, 0, SHORT)
        sheet.merge_range(2, 0, 3, 0, "三年级1班")
        for line, number in ((2, "N1"), (3, "N2")):
            sheet.write_row(line, 1, [f"付{number}", number, "2016-03-05"])

    assert born(cast, come(cast, book(fill))) == [date(2016, 3, 5)] * 2


def test_headings_in_two_rows_are_told_apart(cast: Cast) -> None:
    above = ["班级", "姓名", "学号", "监护人1", "监护人1", "监护人2", "监护人2"]
    below = ["班级", "姓名", "学号", "姓名", "电话", "姓名", "电话"]
    made = come(cast, as_csv([above, below, ["三年级1班", "付付", "N1", "付母", "00000000007",
                                             "付父", "00000000008"]]))  # fmt: skip
    assert made.mapping["name"] == 1 and made.mapping["phone1"] == 4
    assert (made.mapping["guardian2"], made.mapping["phone2"]) == (5, 6)


def test_eighty_columns_of_which_most_say_nothing_to_us(cast: Cast) -> None:
    heads = [*SHORT, *[f"问卷第{n}题" for n in range(76)]]
    made = come(cast, as_csv([heads, ["三年级1班", "付付", "N1", "", *["答"] * 76]]))
    assert made.state == State.MAPPING and set(made.mapping.values()) == {0, 1, 2, 3}


def test_an_id_number_kept_as_a_number_is_recognised(cast: Cast) -> None:
    heads = ["班级", "姓名", "身份证号"]
    made = come(cast, as_xlsx([heads, ["三年级1班", "付付", int(card(13)[:17]) * 10]]))
    assert "文本" in reasons(made)[2] or "text" in reasons(made)[2]


@pytest.mark.parametrize(
    "name", ["O'Brien 欧阳", "😀小明", "བཀྲ་ཤིས་", "ꆈꌠꁱꂷ", "阿依古丽·买买提", "𠮷田", "O’Brien"]
)
def test_a_name_in_any_script_stays_as_it_is(cast: Cast, name: str) -> None:
    made = staged(cast, row(name, 学号="N1"))
    write(made, cast.actor("reporter"))
    assert Person.objects.get(number="N1").name == name


def test_the_same_id_number_twice_names_both_rows(cast: Cast) -> None:
    made = staged(cast, row("付付", 身份证号=card(13)), row("哥哥", 身份证号=card(13)), row("和和"),
                  row("和和"), row("佳佳", 学号="N1"), row("家家", 学号="N1"))  # fmt: skip
    told = reasons(made)
    assert "3" in told[2] and "2" in told[3] and set(told) == {2, 3, 4, 5, 6, 7}


def packed(size: int) -> bytes:
    """A workbook whose sheet is mostly zeros that pack into nothing."""
    target = io.BytesIO()
    plain = zipfile.ZipFile(io.BytesIO(as_xlsx([SHORT])))
    with plain, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in plain.namelist():
            if not name.endswith("sheet1.xml"):
                bomb.writestr(name, plain.read(name))
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _block in range(size >> 20):
                sheet.write(b"\0" * (1 << 20))
    return target.getvalue()


def far_corner() -> bytes:
    """A sheet of two cells, one in each corner: laid out, it is 17 thousand million cells."""

    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, "姓名")
        sheet.write(1_048_575, 16_383, "x")

    return book(fill)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken",
        b"\xff\xfe\x00\x81\x00",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "班级,姓名\n三年级1班,付\0付\n".encode(),
        as_csv([SHORT, ["三年级1班", "长" * 4_000_000, "N1", ""]]),
        packed(64 << 20),
        packed(600 << 20),
        far_corner(),
    ],
    ids=["empty", "xlsx", "xls", "utf16", "png", "zero", "huge cell", "bomb", "big bomb", "corner"],
)
def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(
    cast: Cast, content: bytes, django_capture_on_commit_callbacks: "object"
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        made = come(cast, content)
    assert made.state == State.FAILED and made.message
    assert not list(sources.folder().glob(f"{made.pk}.*"))


def test_wrong_rows_come_back_in_their_own_columns_and_can_be_brought_again(cast: Cast) -> None:
    heads = [*HEADING, "民族备注"]
    bad = [*row("付付", "九年级9班", 学号="=N1"), '=HYPERLINK("x")']
    made = come(cast, as_csv([heads, bad, [*row("哥哥", 学号="N2"), ""]]))
    actions.say_columns(intake_id=made.pk, mapping=made.mapping, by=cast.actor("reporter"), at=AT)
    run(made.pk, at=AT)
    made.refresh_from_db()
    assert outcomes(made)[2] == "wrong"
    _name, _type, content = wrong_rows(made, kind_by_code("roster"))
    again = come(cast, content, "错误行.xlsx")
    assert (
        again.headers["names"][: len(heads)] == heads
        and len(again.headers["names"]) == len(heads) + 2
    )
    with zipfile.ZipFile(io.BytesIO(content)) as book_:
        assert b"<f>" not in book_.read("xl/worksheets/sheet1.xml")
    assert neutral("=1+1") == "'=1+1" and neutral("付付") == "付付"
