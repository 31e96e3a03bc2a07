"""Which ways out of the system this installation has."""

from collections.abc import Mapping

from fangxian.foundation.notices.rules import DEFAULT_WANTED, Channel


def ways_out() -> Mapping[Channel, int]:
    """The personal channels that are set up, with how much of each is usual."""
    return {way: wanted.value for way, wanted in DEFAULT_WANTED.items()}
