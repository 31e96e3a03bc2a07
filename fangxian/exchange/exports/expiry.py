"""What expires of exports: that they were, and who had them; their files went within hours."""

from fangxian.kernel.privacy import Expiry, expire
from fangxian.kernel.privacy.expiry import Unit

expire(
    Expiry(
        code="export",
        table="exports_export",
        where="state IN ('expired', 'failed') AND asked_at < %(before)s",
        unit=Unit.MOMENT,
    )
)
