"""What expires of notices: whole days of them, and of their deliveries."""

from fangxian.kernel.privacy import Expiry, expire

expire(Expiry(code="delivery", table="delivery", by_day=True))
expire(Expiry(code="notice", table="notice", by_day=True))
