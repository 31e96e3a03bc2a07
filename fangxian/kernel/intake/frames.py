"""Rows as columns: pieces of a file in Polars, every cell understood or its fault noted.

A piece has `line`, a column for each field of the kind, and `wrong`: the reasons as kept by
`reasons`, null for a row that is right so far. What the file has no column for is null, as is
what a row leaves empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl
from django.utils.translation import gettext as _

from fangxian.kernel.intake.kinds import Field, Form
from fangxian.kernel.intake.reasons import PART
from fangxian.kernel.intake.sources import Table, Unreadable

CHUNK = 50_000
YES = ("1", "是", "y", "yes", "true", "√", "有")
NO = ("0", "否", "n", "no", "false", "×", "无")
DAY_ZERO = "1899-12-30"  # of a spreadsheet's count of days
Tell = Callable[[int], None]


def pieces(
    table: Table, *, after: int, mapping: Mapping[str, int], most: int, tell: Tell
) -> Iterator[pl.DataFrame]:
    """The rows below the headings as texts, some thousands at a time; `tell` hears the bytes read."""
    lines: list[int] = []
    rows: list[list[str]] = []
    count = 0
    for line, cells, file in table.placed_rows():
        if line <= after:
            continue
        lines.append(line)
        rows.append(cells)
        if len(rows) == CHUNK:
            count += CHUNK
            _check_most(count, most)
            yield _columns(lines, rows, mapping)
            tell(file.tell())
            lines, rows = [], []
    if rows:
        _check_most(count + len(rows), most)
        yield _columns(lines, rows, mapping)


def _check_most(count: int, most: int) -> None:
    if count > most:
        text = _("The file has more than %(most)s rows: please split it.")
        raise Unreadable(text % {"most": f"{most:,}"})


def _columns(
    lines: Sequence[int], rows: Sequence[list[str]], mapping: Mapping[str, int]
) -> pl.DataFrame:
    width = max(mapping.values(), default=-1) + 1
    if any(len(row) < width for row in rows):
        blank = [""] * width
        rows = [row + blank[len(row) :] for row in rows]
    columns = list(zip(*[row[:width] for row in rows], strict=True)) if width else []
    series = {code: pl.Series(columns[place], dtype=pl.String) for code, place in mapping.items()}
    return pl.DataFrame({"line": pl.Series(lines, dtype=pl.Int32), **series})


def understood(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Every cell as what its field holds; what cannot be understood is null and noted."""
    present = set(frame.columns)
    tidy = frame.with_columns(
        _tidy(pl.col(field.code)) for field in fields if field.code in present
    )
    values, faults = [], []
    for field in fields:
        if field.code in present:
            value, fault = FORMS[field.form](pl.col(field.code), field)
            values.append(value.alias(field.code))
            faults += [fault, *_everywhere(field)]
        else:
            values.append(pl.lit(None, dtype=TYPES.get(field.form, pl.String)).alias(field.code))
    wrong = pl.concat_str(faults, separator="\n", ignore_nulls=True) if faults else pl.lit("")
    wrong = pl.when(wrong != "").then(wrong).otherwise(None)
    return tidy.select("line", *values, wrong.alias("wrong"))


def complain(when: pl.Expr, code: str, field: str = "", it: pl.Expr | None = None) -> pl.Expr:
    """A reason where a condition holds, null elsewhere."""
    said = pl.lit("") if it is None else it.fill_null("").str.slice(0, 40)
    told = pl.concat_str([pl.lit(f"{code}{PART}{field}{PART}"), said])
    return pl.when(when).then(told).otherwise(None)


def noted(frame: pl.DataFrame, *faults: pl.Expr) -> pl.DataFrame:
    """The frame with further reasons."""
    wrong = pl.concat_str([pl.col("wrong"), *faults], separator="\n", ignore_nulls=True)
    return frame.with_columns(wrong=pl.when(wrong != "").then(wrong).otherwise(None))


def _tidy(cell: pl.Expr) -> pl.Expr:
    """Without spaces around, and without the mark that our own lists of wrong rows put before
    what a spreadsheet would take for a formula."""
    bare = cell.str.strip_chars(" \t\r\n\u3000\u00a0\ufeff\u200b")
    bare = bare.str.replace(r"^'([=+\-@])", "${1}")
    return pl.when(bare != "").then(bare).otherwise(None)


def _everywhere(field: Field) -> list[pl.Expr]:
    cell = pl.col(field.code)
    found = [
        complain(cell.str.len_chars() > field.longest, "too_long", field.code,
                 pl.lit(str(field.longest))),
        complain(cell.str.contains(r"[\x00-\x08\x0b-\x1f\x7f]"), "control", field.code),
    ]  # fmt: skip
    if field.required:
        found.append(complain(cell.is_null(), "empty", field.code))
    return found


def _none() -> pl.Expr:
    return pl.lit(None, dtype=pl.String)


def _text(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    return cell.str.replace_all(r"\s+", " "), _none()


def _code(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    value = cell.str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()
    rounded = value.str.contains(r"^\d(\.\d+)?E\+?1[4-9]$")
    odd = value.is_not_null() & ~rounded & ~value.str.contains(r"^[0-9A-Z\p{L}()./_-]+$")
    fault = pl.coalesce(
        complain(rounded, "rounded", field.code), complain(odd, "not_a_code", field.code, cell)
    )
    return value, fault


def _date(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    plain = cell.str.normalize("NFKC").str.replace_all(r"[年月./]", "-").str.replace("日", "")
    plain = plain.str.replace(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.0+)?$", "")
    parted = plain.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})$")
    solid = plain.str.extract(r"^((?:19|20)\d{6})$")
    serial = plain.str.extract(r"^([1-7]\d{4})$").cast(pl.Int32, strict=False)
    value = pl.coalesce(
        parted.str.to_date("%Y-%m-%d", strict=False),
        solid.str.to_date("%Y%m%d", strict=False),
        pl.lit(DAY_ZERO).str.to_date("%Y-%m-%d") + pl.duration(days=serial),
    )
    sound = pl.when(value.dt.year().is_between(1900, 2100)).then(value).otherwise(None)
    return sound, complain(cell.is_not_null() & sound.is_null(), "not_a_date", field.code, cell)


def _number(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    value = cell.str.normalize("NFKC").str.extract(r"^(\d{1,9})(?:\.0+)?$").cast(pl.Int64)
    return value, complain(cell.is_not_null() & value.is_null(), "not_a_number", field.code, cell)


def _yes_no(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    small = cell.str.to_lowercase()
    value = pl.when(small.is_in(YES)).then(True).when(small.is_in(NO)).then(False).otherwise(None)  # noqa: FBT003
    return value, complain(cell.is_not_null() & value.is_null(), "not_yes_or_no", field.code, cell)


def _choice(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    assert field.choices is not None  # noqa: S101 (a declaration, checked once it is used)
    words = field.choices()
    small = cell.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    value = small.replace_strict(list(words), list(words.values()), default=None,
                                 return_dtype=pl.String)  # fmt: skip
    fault = complain(cell.is_not_null() & value.is_null(), "not_understood", field.code, cell)
    return value, fault


def _phone(cell: pl.Expr, field: Field) -> tuple[pl.Expr, pl.Expr]:
    bare = cell.str.normalize("NFKC").str.replace_all(r"[\s().·/\x{2010}-\x{2015}-]", "")
    value = bare.str.replace(r"^\+86", "")
    right = value.str.contains(r"^\+?[0-9]{3,20}$")
    fault = complain(cell.is_not_null() & ~right, "not_a_phone", field.code, cell)
    return pl.when(right).then(value).otherwise(None), fault


FORMS: Mapping[Form, Callable[[pl.Expr, Field], tuple[pl.Expr, pl.Expr]]] = {
    Form.TEXT: _text,
    Form.CODE: _code,
    Form.DATE: _date,
    Form.NUMBER: _number,
    Form.YES_NO: _yes_no,
    Form.CHOICE: _choice,
    Form.PHONE: _phone,
}
TYPES: Mapping[Form, type[pl.DataType]] = {
    Form.DATE: pl.Date,
    Form.NUMBER: pl.Int64,
    Form.YES_NO: pl.Boolean,
}
