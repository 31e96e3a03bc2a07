"""A spreadsheet, row by row: nothing in it can become a formula or a link."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fangxian.exchange.exports.content.tables import Cell, Content, Table
from fangxian.exchange.exports.writing.marks import PROGRAM, Mark

UNKNOWN = "—"
#: what a spreadsheet takes for the beginning of a formula when a text is typed or read again
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_NAME = 31
LONGEST_HEADER = 240


def write_xlsx(path: Path, content: Content, mark: Mark) -> None:
    """Write the tables as sheets, each row gone from memory once it is written."""
    import xlsxwriter  # type: ignore[import-untyped]  # only for who takes something out

    options = {
        "constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False,
        "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({
        "title": content.title, "subject": mark.title, "author": mark.who, "company": PROGRAM,
        "keywords": mark.code, "comments": f"{mark.text} {mark.note}".strip(),
    })  # fmt: skip
    book.set_custom_property(PROGRAM, mark.code)
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "mark": book.add_format({"font_color": "#B42318", "italic": True}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
    }
    for table in content.tables:
        _sheet(book.add_worksheet(table.name[:LONGEST_NAME]), table, content, mark, formats)
    book.close()
    path.chmod(0o600)


def _sheet(sheet: Any, table: Table, content: Content, mark: Mark, formats: Any) -> None:
    words = " ".join(part for part in (mark.text, mark.note) if part).replace("&", "&&")
    sheet.set_header(f"&C{words[:LONGEST_HEADER]}")
    sheet.set_footer(f"&L{mark.code}&R&P / &N")
    sheet.set_landscape()
    sheet.set_paper(9)
    for column, (_head, width) in enumerate(table.heads):
        sheet.set_column(column, column, width)
    above = [content.title, *content.lines]
    for row, line in enumerate(above):
        sheet.write_string(row, 0, line, formats["title"] if row == 0 else None)
    row = len(above)
    sheet.write_string(row, 0, " ".join(filter(None, (mark.text, mark.note))), formats["mark"])
    row += 1
    for column, (head, _width) in enumerate(table.heads):
        sheet.write_string(row, column, head, formats["head"])
    sheet.freeze_panes(row + 1, 1)
    sheet.repeat_rows(row - 1, row)
    for cells in table.rows:
        row += 1
        _write(sheet, row, cells, formats)


def _write(sheet: Any, row: int, cells: Sequence[Cell], formats: Any) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int | float):
            sheet.write_number(row, column, cell)
        else:
            text = UNKNOWN if cell is None else cell
            style = formats["quoted" if text.startswith(FORMULA) else "text"]
            sheet.write_string(row, column, text, style)
