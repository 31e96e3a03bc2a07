"""The rules as data: one TOML file per issuing document, and its loader."""

from fangxian.norms.deadlines import BadNorm, Deadlines, deadlines_on
from fangxian.norms.ladders import IN_SCHOOL, LEVELS, Ladder, Ladders, Quiet, Rung, ladders_on
from fangxian.norms.second_factor import SecondFactor, second_factor_on

__all__ = [
    "IN_SCHOOL",
    "LEVELS",
    "BadNorm",
    "Deadlines",
    "Ladder",
    "Ladders",
    "Quiet",
    "Rung",
    "SecondFactor",
    "deadlines_on",
    "ladders_on",
    "second_factor_on",
]
