"""The invented province of the demonstration and the benchmarks: pure, the same for a seed."""

from collections.abc import Iterator, Mapping
from datetime import date

from fangxian.foundation.units.divisions import (
    OPEN_END,
    Division,
    Node,
    all_zones,
    divisions_as_of,
    forms_of,
)
from fangxian.foundation.units.generator.county import Batch, CountyDraft, Serial
from fangxian.foundation.units.generator.plan import quotas

__all__ = ["Batch", "Node", "generate"]

SHOWCASE = "510104"
LATEST = date(9999, 12, 30)


def generate(
    *,
    nodes: Mapping[str, Node],
    first_id: int,
    opened_on: date,
    seed: int = 1,
    county: str | None = None,
) -> Iterator[Batch]:
    """Draw the province county by county, or one county only.

    `nodes` places the real divisions by their lifelong code; the rows' ids count up from
    `first_id`. Memory stays at one county's rows, whatever the size of the province.
    """
    counties = [d for d in divisions_as_of(LATEST) if d.level == "county"]
    quota = quotas(counties)
    serial = Serial(first_id)
    for place in counties:
        if county in (None, place.division):
            draft = CountyDraft(
                place,
                periods=_periods(place, opened_on),
                nodes=nodes,
                zones=[zone for zone in all_zones() if zone.county == place.division],
                serial=serial,
                seed=seed,
            )
            yield draft.draw(quota[place.division])


def _periods(place: Division, opened_on: date) -> list[tuple[date, date, str]]:
    """The division code of a place, from the opening day on."""
    return [
        (max(form.valid_from, opened_on), form.valid_to, form.code)
        for form in forms_of(place.division)
        if form.valid_to > opened_on
    ] or [(opened_on, OPEN_END, place.code)]
