"""From runs to figures: medians over runs, and how one work compares with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median


@dataclass(frozen=True)
class Load:
    """One run of the load generator: what it sent, what came back, how long it took.

    `created` are answers 201, `accepted` 200, `refused` any other, `broken` requests without an
    answer. `exhausted` says that the requests prepared for the run ran out before its end.
    """

    requests: int
    seconds: float
    created: int
    accepted: int
    refused: int
    sent: int
    broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    exhausted: bool
    refusal: str

    @property
    def throughput(self) -> float:
        """Requests answered as they should be, per second."""
        return (self.created + self.accepted) / self.seconds

    @property
    def failed(self) -> int:
        """Requests that were refused or never answered."""
        return self.refused + self.broken


@dataclass(frozen=True)
class Figures:
    """What the benchmark says of one work. None: this work has no such figure.

    `throughput` is per second, of what `unit` names; `peak_mib` is the highest proportional
    set size seen of the server's processes and PostgreSQL's together.
    """

    name: str
    unit: str
    throughput: float | None
    p50_ms: float | None
    p99_ms: float | None
    peak_mib: float | None = None
    ratio_to_floor: float | None = None

    def as_json(self) -> dict[str, str | float | None]:
        """The row of the JSON list."""
        return {
            "name": self.name,
            "throughput": rounded(self.throughput, 1),
            "p50_ms": rounded(self.p50_ms, 2),
            "p99_ms": rounded(self.p99_ms, 2),
            "peak_mib": rounded(self.peak_mib, 0),
            "ratio_to_floor": rounded(self.ratio_to_floor, 3),
        }


def rounded(value: float | None, digits: int) -> float | None:
    """As it is printed; None stays None."""
    return None if value is None else round(value, digits)


def middle(name: str, unit: str, loads: Sequence[Load], *, each: int = 1) -> Figures:
    """The medians over runs; `each` is how many units one request carries."""
    return Figures(
        name,
        unit,
        throughput=median(load.throughput for load in loads) * each,
        p50_ms=median(load.p50_ms for load in loads),
        p99_ms=median(load.p99_ms for load in loads),
    )


def worst(name: str, unit: str, parts: Sequence[Figures]) -> Figures:
    """Several works under one name: of each figure the one that is worst."""
    return Figures(
        name,
        unit,
        throughput=min(part.throughput or 0 for part in parts),
        p50_ms=max(part.p50_ms or 0 for part in parts),
        p99_ms=max(part.p99_ms or 0 for part in parts),
    )


def pair_ratios(floor: Sequence[Load], work: Sequence[Load]) -> list[float]:
    """Each run of a work over the floor's run just before it, so that a slow minute of the
    machine weighs on both."""
    return [b.throughput / a.throughput for a, b in zip(floor, work, strict=True)]


def with_ratio(figures: Figures, ratios: Sequence[float]) -> Figures:
    """The figures with the median ratio to the floor."""
    return replace(figures, ratio_to_floor=median(ratios))
