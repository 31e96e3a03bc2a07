"""Which row holds the headings, and which column is what."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from fangxian.kernel.intake.kinds import Field
from fangxian.kernel.intake.sources import Row, Unreadable

MOST_COLUMNS = 200
SAMPLES = 3
LONGEST_SAMPLE = 40
_NOISE = re.compile(r"[\s*:_\-]+")
_ASIDE = re.compile(r"\(.*?\)")


@dataclass(frozen=True)
class Heads:
    """The headings of a file: where they stand, what they read, and some cells below each."""

    line: int
    names: list[str]
    samples: list[list[str]]

    @property
    def signature(self) -> str:
        """The same for every file with the same headings."""
        return hashlib.sha256("\n".join(map(plain, self.names)).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "names": self.names, "samples": self.samples}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Heads":
        return cls(kept["line"], kept["names"], kept["samples"])


def plain(text: str) -> str:
    """A heading without what differs from school to school: width, case, spaces, marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def find(rows: Sequence[Row], fields: Sequence[Field]) -> Heads:
    """The headings among a file's first rows: the row in which most of them are known."""
    if not rows:
        raise Unreadable(_("The file is empty."))
    known = words(fields)
    heads = [_names(rows, place) for place in range(len(rows))]
    scores = [len({known.get(key) for name in names for key in _keys(name)} - {None})
              for names in heads]  # fmt: skip
    best = scores.index(max(scores))
    line, names = rows[best][0], heads[best]
    if len(names) > MOST_COLUMNS:
        raise Unreadable(_("The sheet has more than 200 columns: keep those that are needed."))
    below = [cells for _line, cells in rows[best + 1 :]][:SAMPLES]
    samples = [[_shorten(row[place]) if place < len(row) else "" for row in below]
               for place in range(len(names))]  # fmt: skip
    return Heads(line, names, samples)


def _shorten(text: str) -> str:
    return " ".join(text.split())[:LONGEST_SAMPLE]


def _names(rows: Sequence[Row], place: int) -> list[str]:
    above = rows[place - 1][1] if place else []
    return _told_apart([_shorten(cell) for cell in rows[place][1]],
                       [_shorten(cell) for cell in above])  # fmt: skip


def _told_apart(names: list[str], above: list[str]) -> list[str]:
    """Headings that stand twice are told apart by the row above them, as under a merged cell."""
    wide = [*above, *[""] * len(names)]
    return [
        f"{wide[place]} {name}"
        if name and names.count(name) > 1 and wide[place] not in ("", name)
        else name
        for place, name in enumerate(names)
    ]


def _keys(name: str) -> tuple[str, str]:
    """A heading as it stands, and without what stands in brackets."""
    key = plain(name)
    return key, _ASIDE.sub("", key)


def words(fields: Sequence[Field]) -> dict[str, str]:
    """Each column's code by every word that may head it."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            found |= {plain(str(field.label)): field.code for field in fields}
    for field in fields:
        found |= {plain(alias): field.code for alias in (field.code, *field.aliases)}
    return found


def propose(heads: Heads, fields: Sequence[Field]) -> dict[str, int]:
    """Which column is what, as far as the headings say; the first of two wins."""
    known = words(fields)
    found: dict[str, int] = {}
    for aside in (0, 1):
        for place, name in enumerate(heads.names):
            code = known.get(_keys(name)[aside])
            if code and code not in found and place not in found.values():
                found[code] = place
    return found


def all_known(heads: Heads, mapping: Mapping[str, int], needed: Sequence[Field]) -> bool:
    """Whether nothing has to be asked: what is needed is there, and no column is left over."""
    used = set(mapping.values())
    left = [name for place, name in enumerate(heads.names) if name and place not in used]
    return not left and all(field.code in mapping for field in needed)
