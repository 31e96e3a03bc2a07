"""Rows as columns: pieces of a file in Polars, every cell understood or its fault noted.

A piece has `line`, a column for each field of the kind, and `wrong`: the reasons as kept by
`reasons`, null for a row that is right so far. What the file has no column for is null, as is
what a row leaves empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import polars as pl
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from fangxian.kernel.intake.kinds import Field, Form
from fangxian.kernel.intake.reasons import PART
from fangxian.kernel.intake.sources import Table, Unreadable

CHUNK = 50_000
YES = ("1", "是", "y", "yes", "true", "√", "有")
NO = ("0", "否", "n", "no", "false", "×", "无")
DAY_ZERO = "1899-12-30"  # of a spreadsheet's count of days
SPACES = " \t\r\n\u3000\u00a0\ufeff\u200b"
UNTIDY = rf"(^|{PART})['{SPACES}]|[{SPACES}]({PART}|$)"


def as_said(frame: pl.DataFrame) -> pl.DataFrame:
    """A piece as it goes into `intake_said`: for kinds whose rows are judged one by one."""
    fields = [name for name in frame.columns if name not in ("line", "wrong")]
    said = pl.struct(fields).struct.json_encode()
    return frame.select("line", said.alias("said"), pl.col("wrong").fill_null(""))


class Fault(NamedTuple):
    """Where something is wrong, and what is then said of the row."""

    when: pl.Expr
    told: pl.Expr


Understood = tuple[pl.Expr, list[Fault]]


def pieces(
    table: Table, *, after: int, mapping: Mapping[str, int], most: int
) -> Iterator[tuple[pl.DataFrame, int]]:
    """The rows below the headings as texts, some thousands at a time, each with the bytes read.

    A row travels into Polars as one text: a fifth of the cost of a list for each column.
    """
    width = max(mapping.values(), default=-1) + 1
    blank = [""] * width
    lines: list[int] = []
    rows: list[str] = []
    count = 0
    for line, cells, file in table.placed_rows():
        if line <= after:
            continue
        if len(cells) < width:
            cells += blank[len(cells) :]
        joined = PART.join(cells[:width])
        if joined.count(PART) != width - 1:
            joined = PART.join(cell.replace(PART, " ") for cell in cells[:width])
        lines.append(line)
        rows.append(joined)
        if len(rows) == CHUNK:
            count += CHUNK
            _check_most(count, most)
            yield _columns(lines, rows, mapping, width), file.tell()
            lines, rows = [], []
    if rows:
        _check_most(count + len(rows), most)
        yield _columns(lines, rows, mapping, width), table.size


def understood_pieces(
    table: Table, fields: Sequence[Field], **how: Any
) -> Iterator[tuple[pl.DataFrame, int]]:
    """Pieces with every cell understood; the next is made while the caller keeps the last."""
    with ThreadPoolExecutor(1, thread_name_prefix="intake") as beside:
        rest = pieces(table, **how)
        language = get_language() or "zh-hans"
        coming = beside.submit(_next, rest, fields, language)
        while (piece := coming.result()) is not None:
            coming = beside.submit(_next, rest, fields, language)
            yield piece


def _next(
    rest: Iterator[tuple[pl.DataFrame, int]], fields: Sequence[Field], language: str
) -> tuple[pl.DataFrame, int] | None:
    with override(language):  # a refusal is said in the reader's
        found = next(rest, None)
    return None if found is None else (understood(found[0], fields), found[1])


def _check_most(count: int, most: int) -> None:
    if count > most:
        text = _("The file has more than %(most)s rows: please split it.")
        raise Unreadable(text % {"most": f"{most:,}"})


def _columns(
    lines: Sequence[int], rows: Sequence[str], mapping: Mapping[str, int], width: int
) -> pl.DataFrame:
    joined = pl.Series("row", rows, dtype=pl.String)
    split = joined.str.split_exact(PART, width - 1).struct.unnest()
    frame = split.select(
        pl.col(f"field_{place}").alias(code) for code, place in mapping.items()
    ).with_columns(pl.Series("line", lines, dtype=pl.Int32))
    if joined.str.contains(UNTIDY).any():
        frame = frame.with_columns(_tidy(pl.col(code)).alias(code) for code in mapping)
    return frame.with_columns(
        pl.when(pl.col(code) != "").then(pl.col(code)).alias(code) for code in mapping
    )


def understood(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Every cell as what its field holds; what cannot be understood is null and noted."""
    present = set(frame.columns)
    values: list[pl.Expr] = []
    faults: list[Fault] = []
    for field in fields:
        if field.code in present:
            value, found = FORMS[field.form](pl.col(field.code), field)
            values.append(value.alias(field.code))
            faults += [*found, *_everywhere(field)]
        else:
            values.append(pl.lit(None, dtype=TYPES.get(field.form, pl.String)).alias(field.code))
    wrong = _said(frame, faults)
    return frame.select("line", *values, pl.Series("wrong", wrong, dtype=pl.String))


def complain(when: pl.Expr, code: str, field: str = "", it: pl.Expr | None = None) -> Fault:
    """A reason for the rows where a condition holds."""
    said = pl.lit("") if it is None else it.fill_null("").str.slice(0, 40)
    return Fault(when, pl.concat_str([pl.lit(f"{code}{PART}{field}{PART}"), said]))


def noted(frame: pl.DataFrame, *faults: Fault) -> pl.DataFrame:
    """The frame with further reasons."""
    wrong = _said(frame, [Fault(pl.col("wrong").is_not_null(), pl.col("wrong")), *faults])
    return frame.with_columns(pl.Series("wrong", wrong, dtype=pl.String))


def _said(frame: pl.DataFrame, faults: Sequence[Fault]) -> pl.Series:
    """The reasons of every row; only the faults that there are cost anything."""
    asked = frame.select(fault.when.any().alias(str(n)) for n, fault in enumerate(faults))
    there = [fault for fault, is_there in zip(faults, asked.row(0), strict=True) if is_there]
    if not there:
        return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    told = [pl.when(fault.when).then(fault.told) for fault in there]
    joined = pl.concat_str(told, separator="\n", ignore_nulls=True)
    return frame.select(pl.when(joined != "").then(joined).alias("wrong")).to_series()


def _tidy(cell: pl.Expr) -> pl.Expr:
    """Without spaces around, and without the mark that our own lists of wrong rows put before
    what a spreadsheet would take for a formula."""
    return cell.str.strip_chars(SPACES).str.replace(r"^'([=+\-@])", "${1}")


def _everywhere(field: Field) -> list[Fault]:
    cell = pl.col(field.code)
    found = [
        complain(cell.str.len_chars() > field.longest, "too_long", field.code,
                 pl.lit(str(field.longest))),
        complain(cell.str.contains(r"[\x00-\x08\x0b-\x1f\x7f]"), "control", field.code),
    ]  # fmt: skip
    if field.required:
        found.append(complain(cell.is_null(), "empty", field.code))
    return found


def _text(cell: pl.Expr, field: Field) -> Understood:
    return cell.str.replace_all(r"\s+", " "), []


def _code(cell: pl.Expr, field: Field) -> Understood:
    value = cell.str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()
    rounded = value.str.contains(r"^\d(\.\d+)?E\+?1[4-9]$")
    odd = value.is_not_null() & ~rounded & ~value.str.contains(r"^[0-9A-Z\p{L}()./_-]+$")
    return value, [
        complain(rounded, "rounded", field.code),
        complain(odd, "not_a_code", field.code, cell),
    ]


def _date(cell: pl.Expr, field: Field) -> Understood:
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
    fault = complain(cell.is_not_null() & sound.is_null(), "not_a_date", field.code, cell)
    return sound, [fault]


def _number(cell: pl.Expr, field: Field) -> Understood:
    value = cell.str.normalize("NFKC").str.extract(r"^(\d{1,9})(?:\.0+)?$").cast(pl.Int64)
    fault = complain(cell.is_not_null() & value.is_null(), "not_a_number", field.code, cell)
    return value, [fault]


def _yes_no(cell: pl.Expr, field: Field) -> Understood:
    small = cell.str.to_lowercase()
    value = pl.when(small.is_in(YES)).then(True).when(small.is_in(NO)).then(False).otherwise(None)  # noqa: FBT003
    fault = complain(cell.is_not_null() & value.is_null(), "not_yes_or_no", field.code, cell)
    return value, [fault]


def _choice(cell: pl.Expr, field: Field) -> Understood:
    assert field.choices is not None  # noqa: S101 (a declaration, checked once it is used)
    words = field.choices()
    small = cell.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    value = small.replace_strict(list(words), list(words.values()), default=None,
                                 return_dtype=pl.String)  # fmt: skip
    fault = complain(cell.is_not_null() & value.is_null(), "not_understood", field.code, cell)
    return value, [fault]


def _phone(cell: pl.Expr, field: Field) -> Understood:
    bare = cell.str.normalize("NFKC").str.replace_all(r"[\s().·/\x{2010}-\x{2015}-]", "")
    value = bare.str.replace(r"^\+86", "")
    right = value.str.contains(r"^\+?[0-9]{3,20}$")
    fault = complain(cell.is_not_null() & ~right, "not_a_phone", field.code, cell)
    return pl.when(right).then(value).otherwise(None), [fault]


FORMS: Mapping[Form, Callable[[pl.Expr, Field], Understood]] = {
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
