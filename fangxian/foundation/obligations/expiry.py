"""What expires here: who asked whom again. Who answered goes when a month is packed."""

from fangxian.kernel.privacy import Expiry, expire

expire(Expiry(code="chase", table="obligation_chase", where="day < %(before)s"))
