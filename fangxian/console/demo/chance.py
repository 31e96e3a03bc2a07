"""Chance that can be repeated: what is drawn for a unit depends on its id alone.

So a morning is the same whatever the order in which it is played, and however often.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN: Final = 0x9E3779B97F4A7C15
_SEED: Final = 20200203
_MASK: Final = (1 << 64) - 1


def uniform(ids: Ints, stream: int) -> Floats:
    """A number in (0, 1) for every id; another stream gives independent ones (splitmix64)."""
    shift = np.uint64((_SEED + stream) * _GOLDEN & _MASK)
    x = ids.astype(np.uint64) * np.uint64(_GOLDEN) + shift
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54


def poisson(mean: Floats, u: Floats, most: int = 40) -> Ints:
    """The count with this mean at the quantile u; never above `most`."""
    found = np.zeros(len(mean), np.int64)
    probability = np.exp(-mean)
    below = probability.copy()
    for k in range(1, most + 1):
        more = u > below
        if not more.any():
            break
        found[more] = k
        probability = probability * mean / k
        below = below + probability
    return found


def drawn(unit: int, stream: int) -> float:
    """A number in (0, 1) for a single id."""
    return float(uniform(np.array([unit], np.int64), stream)[0])
