"""What expires of imports: that they were, under which name; their rows went when they ended."""

from fangxian.kernel.privacy import Expiry, expire
from fangxian.kernel.privacy.expiry import Unit

expire(
    Expiry(
        code="intake",
        table="intake_intake",
        where="state IN ('done', 'cancelled', 'failed') AND changed_at < %(before)s",
        unit=Unit.MOMENT,
    )
)
