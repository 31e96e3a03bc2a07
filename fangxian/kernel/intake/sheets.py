"""Spreadsheets that people get from us: the sheet to fill in, and their own wrong rows."""

import csv
import io
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from fangxian.kernel.intake import sources
from fangxian.kernel.intake.kinds import Field, IntakeKind
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.reasons import tell
from fangxian.kernel.intake.tables import wrong_lines

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_XLSX = 20_000
LISTED_ROWS = 5_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(cell: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula; read again it is as it was."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def template(kind: IntakeKind) -> bytes:
    """The sheet to fill in: headings, examples, and a list to choose from where there is one."""
    import xlsxwriter  # type: ignore[import-untyped]  # only for who downloads the sheet

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for place, field in enumerate(kind.fields):
        sheet.set_column(place, place, 18, text)
        sheet.write_string(0, place, str(field.label), bold)
        for number, example in enumerate(field.examples, 1):
            sheet.write_string(number, place, str(example), text)
        words = _words(field)
        if words:
            sheet.data_validation(1, place, LISTED_ROWS, place,
                                  {"validate": "list", "source": words})  # fmt: skip
    book.close()
    return target.getvalue()


def _words(field: Field) -> list[str]:
    """The labels to choose from, one a value, in the reader's language where it has one."""
    if field.choices is None:
        return []
    values: dict[str, str] = {}
    for word, value in field.choices().items():
        if word != value:
            values.setdefault(value, word)
    return list(values.values())


def wrong_rows(intake: Intake, kind: IntakeKind) -> tuple[str, str, bytes]:
    """The wrong rows as uploaded, each with its reasons: the name, type and content of a file."""
    reasons = wrong_lines(intake.pk)
    rows = _with_reasons(intake, kind, reasons)
    if len(reasons) > MOST_IN_XLSX:
        return "wrong-rows.csv", "text/csv; charset=utf-8", _as_csv(rows)
    return "wrong-rows.xlsx", XLSX, _as_xlsx(rows)


def _with_reasons(
    intake: Intake, kind: IntakeKind, reasons: Mapping[int, str]
) -> Iterator[list[str]]:
    heading = intake.headers["line"]
    last = max(reasons, default=0)
    width = 0
    for line, cells in sources.open_table(intake.pk).rows():
        if line == heading:
            width = len(cells)
            yield [*cells, _("Why it cannot be imported"), _("Row in the file")]
        elif line in reasons:
            told = " ".join(tell(kind, reasons[line]))
            yield [*cells, *[""] * (width - len(cells)), told, str(line)]
        if line >= last:
            return


def _as_csv(rows: Iterator[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: Iterator[list[str]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, text = book.add_worksheet(), book.add_format({"num_format": "@"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell, text)  # never a formula
    book.close()
    return target.getvalue()
