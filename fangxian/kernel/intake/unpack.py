"""`python -m fangxian.kernel.intake.unpack SOURCE TARGET`: a spreadsheet becomes a plain CSV.

A process of its own with bounded memory and time, as a few kilobytes of a spreadsheet may claim
any size. It says in one line of JSON how many rows there are, or why it refuses.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MOST_MEMORY = 1200 << 20
MOST_SECONDS = 120
MOST_UNPACKED = 512 << 20
MOST_RATIO = 200
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
EXACT = 10**15  # a spreadsheet keeps 15 digits of a number


class Refused(Exception):
    """The file is not unpacked; the word says why."""


def main() -> int:
    """Unpack as the command line says."""
    source, target = (Path(word) for word in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, object] = {"rows": unpack(source, target)}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "too_big"}
    print(json.dumps(answer))
    return 0


def unpack(source: Path, target: Path) -> int:
    """Write the first sheet that holds anything; how many rows it has."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _measure(source)
    try:
        with CalamineWorkbook.from_path(str(source)) as book:
            rows = _rows(book)
            with target.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                count = 0
                for row in rows:
                    writer.writerow(row)
                    count += 1
                return count
    except PasswordError as error:
        raise Refused("locked") from error
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Refused("unreadable") from error


def _measure(source: Path) -> None:
    """Refuse what says of itself that it is a bomb; the limits of the process meet the others."""
    if not zipfile.is_zipfile(source):
        return  # the old XLS is not packed
    try:
        with zipfile.ZipFile(source) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise Refused("unreadable") from error
    small = 16 << 20
    if size > MOST_UNPACKED or (size > small and size > MOST_RATIO * source.stat().st_size):
        raise Refused("too_big")


def _rows(book: Any) -> Iterator[Sequence[str]]:
    for place, about in enumerate(book.sheets_metadata):
        if "visible" not in str(about.visible).lower() or "worksheet" not in str(about.typ).lower():
            continue
        sheet = book.get_sheet_by_index(place)
        if sheet.height:
            if sheet.total_width > MOST_COLUMNS:
                raise Refused("too_wide")
            return _texts(sheet)
    return iter(())


def _texts(sheet: Any) -> Iterator[Sequence[str]]:
    top, left = sheet.start or (0, 0)
    for _blank in range(top):
        yield ()
    filled = _Merged(sheet.merged_cell_ranges or (), top, left)
    before = [""] * left
    for number, row in enumerate(sheet.iter_rows()):
        texts = [cell.strip() if type(cell) is str else text(cell) for cell in row]
        yield before + filled.fill(number, texts)


class _Merged:
    """Gives every cell of a merged range the text of its first."""

    def __init__(self, ranges: Sequence[Any], top: int, left: int) -> None:
        self._starting: dict[int, list[tuple[int, int, int]]] = {}
        for (first, start), (last, end) in ranges:
            if first >= top and start >= left:
                found = (last - top, start - left, end - left)
                self._starting.setdefault(first - top, []).append(found)
        self._open: list[tuple[int, int, int, str]] = []

    def fill(self, number: int, texts: list[str]) -> list[str]:
        """The row with what its merged cells show."""
        for last, start, end in self._starting.get(number, ()):
            if start < len(texts):
                self._open.append((last, start, end, texts[start]))
        if self._open:
            for _last, start, end, shown in self._open:
                for place in range(start, min(end + 1, len(texts))):
                    texts[place] = shown
            self._open = [one for one in self._open if one[0] > number]
        return texts


def text(cell: object) -> str:
    """A cell as a person sees it: a code typed as a number is its digits, a date is ISO."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float | int):
        if cell == int(cell):
            return str(int(cell)) if abs(cell) < EXACT else f"{cell:.14E}"
        return repr(round(cell, 10))
    if isinstance(cell, datetime):
        has_time = cell.time() != time(0)
        return cell.isoformat(" ", "minutes") if has_time else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip()


if __name__ == "__main__":
    sys.exit(main())
