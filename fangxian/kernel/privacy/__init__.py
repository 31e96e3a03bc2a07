"""What is kept of people: how sensitive each field is, why it is kept, how long, who sees it.

The kernel knows only codes. What they mean, with legal grounds and dates, is data: see
`norms.retention`. A test fails on a field of which something is not said.
"""

from fangxian.kernel.privacy.expiry import Expiry, expire, expiries
from fangxian.kernel.privacy.fields import Classified, Handling, Sensitivity, fields
from fangxian.kernel.privacy.holdings import Held, held_about, holds

__all__ = [
    "Classified",
    "Expiry",
    "Handling",
    "Held",
    "Sensitivity",
    "expire",
    "expiries",
    "fields",
    "held_about",
    "holds",
]
