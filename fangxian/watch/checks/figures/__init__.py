"""What checks contribute to the daily report: how many are here, ill, where; and what is new.

How it stands is told by the latest session a group has answered that day: the home check on
days at home, else evening before noon before morning. A population none of whose groups has
answered has no figures, never 0.
"""

from fangxian.watch.checks.figures.behind import behind
from fangxian.watch.checks.figures.counting import CODES, cover, figures
from fangxian.watch.checks.figures.dictionary import INDICATORS
from fangxian.watch.checks.figures.news import edge
from fangxian.watch.reporting.indicators import Contribution

assert tuple(indicator.code for indicator in INDICATORS) == CODES  # noqa: S101

CONTRIBUTION = Contribution(
    room="checks",
    indicators=INDICATORS,
    figures=figures,
    edge=edge,
    behind=behind,
    cover=cover,
)
