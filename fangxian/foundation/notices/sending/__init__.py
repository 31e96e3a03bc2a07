"""Deliveries on their way: claimed, composed, handed to a channel, and settled.

Each lane (a channel's server, a robot's host) is sent in a thread of its own, so that a dead one
holds up nobody but itself.
"""

from fangxian.foundation.notices.sending.lanes import run

__all__ = ["run"]
