"""Opening what a person uploaded: a spreadsheet of any make, or a text in any encoding."""

from __future__ import annotations

import codecs
import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from fangxian.kernel.errors import Invalid

BLOCK: Final = 1 << 20
LONGEST_CELL: Final = 32_767
PACKED: Final = b"PK\x03\x04"
OLD_XLS: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS: Final = ",\t;|"
Row = tuple[int, list[str]]


class Unreadable(Invalid):
    """A file that cannot be used at all; the message says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, {"file": [reason]})


def folder() -> Path:
    """Where uploaded files lie until their import ends; names stand in them."""
    home: Path = settings.FANGXIAN.home / "intake"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def upload_of(intake_id: int) -> Path:
    """The file as it was uploaded."""
    return folder() / f"{intake_id}.file"


def unpacked_of(intake_id: int) -> Path:
    """A spreadsheet's rows as plain text."""
    return folder() / f"{intake_id}.csv"


def remove(intake_id: int, *, result: bool = True) -> None:
    """Take away all files of an import, or all but what it made."""
    for found in folder().glob(f"{intake_id}.*"):
        if result or found.suffix != ".result":
            found.unlink(missing_ok=True)


@dataclass(frozen=True)
class Table:
    """A text file as a table: how to read it."""

    path: Path
    encoding: str
    delimiter: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def rows(self) -> Iterator[Row]:
        """Each row that holds anything, with its number as a spreadsheet counts."""
        for number, cells, _place in self.placed_rows():
            yield number, cells

    def placed_rows(self) -> Iterator[tuple[int, list[str], BinaryIO]]:
        """The rows, with the open file, by which one knows how far the reading is."""
        csv.field_size_limit(LONGEST_CELL)
        with (
            self.path.open("rb") as raw,
            io.TextIOWrapper(raw, encoding=self.encoding, newline="") as text,
        ):
            number = 0
            try:
                for number, cells in enumerate(csv.reader(text, delimiter=self.delimiter), 1):
                    if any(cells):
                        yield number, cells, raw
            except csv.Error as error:
                raise Unreadable(_refusal(error, number + 1)) from error


def _refusal(error: csv.Error, number: int) -> str:
    if "field limit" in str(error):
        said = _("Row %(row)s holds a cell of more than %(most)s characters.")
        return said % {"row": number, "most": f"{LONGEST_CELL:,}"}
    return _("Row %(row)s cannot be read as a table.") % {"row": number}


def open_table(intake_id: int) -> Table:
    """The table in an uploaded file; a spreadsheet is unpacked first."""
    path = upload_of(intake_id)
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Unreadable(_("The file is empty."))
    if start.startswith(PACKED) or start == OLD_XLS:
        unpacked = unpacked_of(intake_id)
        if not unpacked.exists():
            _unpack(path, unpacked)
        return Table(unpacked, "utf-8", ",")
    encoding = _encoding(path)
    return Table(path, encoding, _delimiter(path, encoding))


def _unpack(source: Path, target: Path) -> None:
    half = target.with_suffix(".half")
    command = [sys.executable, "-m", "fangxian.kernel.intake.unpack", str(source), str(half)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    answer = json.loads(ran.stdout) if ran.returncode == 0 and ran.stdout else {}
    if "rows" in answer:
        half.rename(target)
        return
    half.unlink(missing_ok=True)
    raise Unreadable(_unpack_refusals().get(answer.get("refused", "too_big"), ""))


def _unpack_refusals() -> dict[str, str]:
    return {
        "too_big": _("Unpacked, this spreadsheet is too large: save it as CSV, or split it."),
        "too_wide": _("The sheet has more than 200 columns: keep those that are needed."),
        "locked": _("This spreadsheet has a password: save it without one."),
        "unreadable": _("The file cannot be read as a spreadsheet: save it anew as XLSX or CSV."),
    }


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, encoding in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return _first_that_reads(path, [encoding])
    wide = _wide(start)
    if wide:
        return _first_that_reads(path, [wide])
    return _first_that_reads(path, ["utf-8", "gb18030"])


def _wide(start: bytes) -> str:
    """UTF-16 without its mark: digits and commas leave every second byte zero."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) / 20 or min(even, odd) > max(even, odd) / 10:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _first_that_reads(path: Path, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        if _reads(path, encoding):
            return encoding
    raise Unreadable(_("The file is neither a spreadsheet nor a text in UTF-8, UTF-16 or GB18030."))


def _reads(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in this encoding; a character zero is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """The mark that parts most of the first lines most often."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [file.readline(LONGEST_CELL) for _line in range(20)]
    return max(DELIMITERS, key=lambda mark: max(line.count(mark) for line in lines))


def head(table: Table, most: int = 40) -> list[Row]:
    """The first rows that hold anything."""
    found: list[Row] = []
    for row in table.rows():
        found.append(row)
        if len(found) == most:
            break
    return found
