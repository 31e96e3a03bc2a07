"""Seeding the whole province, as `fangxian seed` does it: units, accounts, obligations."""

from __future__ import annotations

from bench.bars import at_most
from bench.ground import Found
from bench.installation import Installation
from bench.stats import Figures

MUST_SECONDS = 60.0
MUST_MIB = 1024.0
# The demonstration's clock and its simulated morning stay out of what is measured.
REAL = """
UPDATE kernel_installation
SET is_demo = false, clock_real_at = NULL, clock_demo_at = NULL, clock_speed = 1"""
UNITS = "SELECT count(*) FROM units_unit"


def seed_province(installation: Installation, found: Found | None) -> None:
    """Seed an empty home; with `found` None it is only needed by the other works."""
    installation.command("migrate", "--verbosity=0")
    seconds, taken = installation.command("seed")
    with installation.database_alone() as connection:
        row = connection.execute(UNITS).fetchone()
        connection.execute(REAL)
    if found is None:
        return
    units = row[0] if row else 0
    spent_ms = seconds * 1000
    found.figures.append(
        Figures("seed_province", "units/s", units / seconds, spent_ms, spent_ms, taken.mib)
    )
    found.verdicts += [
        at_most("seeding the province, time", seconds, MUST_SECONDS, "{:.1f} s"),
        at_most("seeding the province, memory", taken.mib, MUST_MIB, "{:,.0f} MiB"),
    ]
