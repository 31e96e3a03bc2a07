"""What expires of roll calls: who was ill, and for whom somebody told it. The counts stay."""

from fangxian.kernel.privacy import Expiry, expire

expire(Expiry(code="check_line", table="check_line", by_day=True))
expire(
    Expiry(
        code="check_behalf",
        table="check_revision",
        where="day < %(before)s AND on_behalf_of IS NOT NULL",
        change="on_behalf_of = NULL",
    )
)
