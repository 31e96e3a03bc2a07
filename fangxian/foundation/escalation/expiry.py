"""What expires here: who was on it, and who stood in. How many were told stays."""

from fangxian.kernel.privacy import Expiry, expire

expire(Expiry(code="acknowledgement", table="escalation_acknowledgement", where="day < %(before)s"))
expire(Expiry(code="substitute", table="escalation_substitute", where="last_day < %(before)s"))
