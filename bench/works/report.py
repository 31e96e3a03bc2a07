"""A school's report page and its signature."""

from __future__ import annotations

from bench.generator import CannotMeasure
from bench.ground import Ground


def report_sign(ground: Ground) -> None:
    """Not there yet."""
    raise CannotMeasure("reporting is not there yet")
