"""Spreadsheets of units: reading what was uploaded, writing the template."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from fangxian.foundation.units.models import Population, Stage, UnitKind
from fangxian.kernel.errors import Invalid, TooLarge

MOST_BYTES: Final = 12 * 1024 * 1024
MOST_ROWS: Final = 30_000
XLSX_START: Final = b"PK\x03\x04"

#: column -> its heading; a sheet may head it so in either language, or by the column's name
COLUMNS: Final = {
    "parent": gettext_lazy("Code of the unit above"),
    "code": gettext_lazy("Code"),
    "kind": gettext_lazy("Kind"),
    "stage": gettext_lazy("Stage"),
    "name_zh": gettext_lazy("Chinese name"),
    "name_en": gettext_lazy("English name"),
    "population": gettext_lazy("Population"),
    "headcount": gettext_lazy("Headcount"),
    "boarding": gettext_lazy("Boarding"),
    "contact_name": gettext_lazy("Person in charge"),
    "contact_phone": gettext_lazy("Telephone"),
    "opened_on": gettext_lazy("Opened on"),
}
NEEDED: Final = ("parent", "code", "kind", "name_zh")
IMPORTABLE: Final = (
    UnitKind.SCHOOL, UnitKind.CENTRE_SCHOOL, UnitKind.COLLEGE, UnitKind.TRAINING,
    UnitKind.TEACHING_POINT, UnitKind.CAMPUS, UnitKind.GROUP,
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """The rows below the heading, each by column, with its number in the file."""

    rows: Sequence[tuple[int, dict[str, str]]]


def read(content: bytes) -> Sheet:
    """Read an XLSX or CSV file; a CSV may be UTF-8 or GB18030, as Chinese Excel writes it."""
    if len(content) > MOST_BYTES:
        raise TooLarge(_("The file is larger than 12 MB."))
    table = _xlsx(content) if content.startswith(XLSX_START) else _csv(content)
    if len(table) > MOST_ROWS + 1:
        raise TooLarge(_("The file has more than 30,000 rows: please split it."))
    filled = [(number, row) for number, row in enumerate(table, 1) if any(row)]
    if not filled:
        raise unreadable(_("The file is empty."))
    places = _places(filled[0][1])
    return Sheet(
        [
            (number, {name: row[place] if place < len(row) else "" for name, place in places})
            for number, row in filled[1:]
        ]
    )


def unreadable(reason: str) -> Invalid:
    """The error of a file that cannot be used at all."""
    return Invalid(reason, {"file": [reason]})


def _xlsx(content: bytes) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise unreadable(_("The file cannot be read as XLSX.")) from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    """A cell as a person sees it: a code typed as a number is digits, a date is ISO."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise unreadable(_("The file is neither XLSX nor a CSV in UTF-8 or GB18030."))
    if "\0" in text:
        raise unreadable(_("The file is neither XLSX nor a CSV in UTF-8 or GB18030."))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in row] for row in rows]


def _places(heading: Sequence[str]) -> list[tuple[str, int]]:
    """Which column stands where; says which headings are missing."""
    known = _headings()
    found = {known[text.strip().lower()]: place for place, text in enumerate(heading)
             if text.strip().lower() in known}  # fmt: skip
    missing = [str(COLUMNS[name]) for name in NEEDED if name not in found]
    if missing:
        text = _("The first row must hold the headings; missing: %(names)s.")
        raise unreadable(text % {"names": ", ".join(missing)})
    return list(found.items())


def _headings() -> dict[str, str]:
    found = {name: name for name in COLUMNS}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(heading).lower(): name for name, heading in COLUMNS.items()}
    return found


def words_of(choices: type[UnitKind] | type[Stage] | type[Population]) -> dict[str, str]:
    """What a person may write for each choice: its label in either language, or its value."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(choice.label).lower(): choice.value for choice in choices if choice.value}
    return found | {value: value for value in choices.values if value}


EXAMPLES: Final = (
    ("510104", "5101049001", UnitKind.SCHOOL, Stage.PRIMARY, "示例第9001小学",
     "Sample Primary School No. 9001", "", "", "0", "示例校长", "00000000001", "2020-09-01"),
    ("5101049001", "5101049001-0101", UnitKind.GROUP, "", "一年级1班", "Grade 1 Class 1",
     Population.STUDENTS, "45", "0", "示例老师", "00000000002", "2020-09-01"),
)  # fmt: skip


def template() -> bytes:
    """The sheet to fill in, with two examples and a list to choose from where there is one."""
    import xlsxwriter  # type: ignore[import-untyped]  # only for who downloads the sheet

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet(_("Units"))
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(COLUMNS.values()):
        sheet.set_column(place, place, 18, text)
        sheet.write_string(0, place, str(heading), bold)
    for number, example in enumerate(EXAMPLES, 1):
        for place, cell in enumerate(example):
            shown = cell.label if isinstance(cell, UnitKind | Stage | Population) else cell
            sheet.write_string(number, place, str(shown), text)
    choices: dict[str, list[str]] = {
        "kind": [str(kind.label) for kind in IMPORTABLE],
        "stage": [str(stage.label) for stage in Stage if stage.value],
        "population": [str(people.label) for people in Population if people.value],
    }
    for place, name in enumerate(COLUMNS):
        if name in choices:
            sheet.data_validation(1, place, MOST_ROWS, place,
                                  {"validate": "list", "source": choices[name]})  # fmt: skip
    book.close()
    return target.getvalue()
