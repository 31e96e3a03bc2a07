"""What must be reached, and whether it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.stats import Figures


@dataclass(frozen=True)
class Verdict:
    """One bar: what had to be reached, what was, and whether that is enough."""

    work: str
    must: str
    measured: str
    met: bool

    def cells(self) -> tuple[str, ...]:
        """The row of the table at the end."""
        return self.work, self.must, self.measured, "met" if self.met else "NOT MET"


def at_least(work: str, value: float, bar: float, text: str) -> Verdict:
    """A figure that must not be lower than the bar; `text` formats a number."""
    return Verdict(work, "≥ " + text.format(bar), text.format(value), value >= bar)


def at_most(work: str, value: float, bar: float, text: str) -> Verdict:
    """A figure that must not be higher than the bar; `text` formats a number."""
    return Verdict(work, "≤ " + text.format(bar), text.format(value), value <= bar)


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Aligned columns for a terminal."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def figures_table(found: Iterable[Figures]) -> str:
    """Every work's figures."""
    header = ("work", "throughput", "p50 ms", "p99 ms", "peak MiB", "of floor")
    return table(header, [_row(figures) for figures in found])


def _row(figures: Figures) -> tuple[str, ...]:
    throughput = "—" if figures.throughput is None else f"{figures.throughput:,.0f} {figures.unit}"
    return (
        figures.name,
        throughput,
        _number(figures.p50_ms, 1),
        _number(figures.p99_ms, 1),
        _number(figures.peak_mib, 0),
        _number(figures.ratio_to_floor, 3),
    )


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"
