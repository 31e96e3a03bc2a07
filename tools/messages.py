"""`python -m tools.messages`: compile every room's translations (no msgfmt needed)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "fangxian"


def main() -> None:
    """Write a .mo beside every .po that is newer."""
    for po in catalogs():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        locale = po.parents[1].name
        with po.open("rb") as source:
            catalog = read_po(source, locale=locale, abort_invalid=True)
        with mo.open("wb") as target:
            write_mo(target, catalog)


def catalogs() -> list[Path]:
    """Every room's catalogue."""
    return sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/django.po"))


if __name__ == "__main__":
    main()
