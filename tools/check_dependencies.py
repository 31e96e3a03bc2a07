"""`python -m tools.check_dependencies`: what is locked is pinned, hashed and of a known licence.

Needs no network. Whether an advisory names one of them is asked by `tools.advisories`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
NPM_LOCK = ROOT / "frontend" / "package-lock.json"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
#: what may be served together with Apache-2.0; LGPL and MPL as they are, unchanged
FREE = re.compile(
    r"(?i)\b(mit|bsd|apache|isc|psf|python software foundation|mpl|mozilla|unlicense|zlib|cc0|"
    r"0bsd|postgresql|lgpl|lesser general public|hpnd|blueoak|public domain|mit-0|cc-by)"
)
#: says nothing in its metadata; read in its own files
READ = {"axe-playwright-python": "MIT"}


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    found = [*unpinned(), *unlicensed(), *npm()]
    print("\n".join(found) or "dependencies: pinned, hashed, licensed")
    return 1 if found else 0


def locked() -> Iterator[tuple[Path, str]]:
    """Every entry of the locks: its file, and the entry on one line."""
    for path in sorted(REQUIREMENTS.glob("*.txt")):
        joined = path.read_text().replace("\\\n", " ")
        for line in joined.splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield path, line


def unpinned() -> Iterator[str]:
    """A line for each entry that is not one version known by its hash."""
    for path, entry in locked():
        if not PINNED.match(entry):
            yield f"{path.name}: {entry[:60]!r} names no single version"
        elif not HASH.search(entry):
            yield f"{path.name}: {entry.split()[0]} has no hash"


def unlicensed() -> Iterator[str]:
    """A line for each that is installed under a licence that is not known to be free."""
    seen = set()
    for path, entry in locked():
        pinned = PINNED.match(entry)
        if pinned is None or pinned["name"] in seen or pinned["name"] in READ:
            continue
        seen.add(pinned["name"])
        try:
            licence = licence_of(distribution(pinned["name"]))
        except PackageNotFoundError:
            continue  # for another system, or Node.js where the system has one
        if not FREE.search(licence):
            yield f"{path.name}: {pinned['name']} is licensed as {licence[:60]!r}: look, and decide"


def licence_of(found: Distribution) -> str:
    """What a package says of its licence: the expression, else classifiers and free text."""
    told = found.metadata
    if expression := told.get_all("License-Expression"):
        return str(expression[0])
    classifiers = [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join([*classifiers, *(told.get_all("License") or [])])[:400]


def npm() -> Iterator[str]:
    """The same for what the pages are built with."""
    for place, one in json.loads(NPM_LOCK.read_text())["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if not name:
            continue
        if not str(one.get("integrity", "")).startswith("sha512-"):
            yield f"{NPM_LOCK.name}: {name} has no hash"
        if not FREE.search(str(one.get("license", ""))):
            yield f"{NPM_LOCK.name}: {name} is licensed as {one.get('license')!r}"


if __name__ == "__main__":
    sys.exit(main())
