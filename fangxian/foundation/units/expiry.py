"""What expires of those in charge: names and numbers of who no longer is."""

from fangxian.kernel.privacy import Expiry, expire

expire(
    Expiry(
        code="unit_contact",
        table="units_unitversion",
        where="valid_to <= %(before)s AND (contact_name <> '' OR contact_phone <> '')",
        change="contact_name = '', contact_phone = ''",
    )
)
expire(Expiry(code="leader", table="units_leadinggroupmember", where="valid_to <= %(before)s"))
expire(Expiry(code="tie", table="units_tiecontact", where="valid_to <= %(before)s"))
