"""What expires of accounts: links, tokens, sign-ins, roles, and who closed accounts were."""

from fangxian.kernel.privacy import Expiry, expire
from fangxian.kernel.privacy.expiry import Unit

expire(
    Expiry(
        code="invitation",
        table="accounts_invitation",
        where="expires_at < %(before)s",
        unit=Unit.MOMENT,
    )
)
expire(
    Expiry(
        code="password_link",
        table="accounts_passwordlink",
        where="expires_at < %(before)s",
        unit=Unit.MOMENT,
    )
)
expire(
    Expiry(
        code="token",
        table="accounts_apitoken",
        where="least(expires_at, revoked_at) < %(before)s",
        unit=Unit.MOMENT,
    )
)
expire(
    Expiry(
        code="session",
        table="accounts_session",
        where="expire_date < %(before)s",
        key="session_key",
        unit=Unit.REAL_MOMENT,
    )
)
expire(
    Expiry(code="tries", table="accounts_tries", where="since < %(before)s", unit=Unit.REAL_MOMENT)
)
expire(
    Expiry(code="role", table="accounts_roleassignment", where="valid_to <= %(before)s", order=60)
)
expire(
    Expiry(
        code="account",
        table="accounts_user",
        where=(
            "NOT is_active AND username <> 'closed-' || id "
            "AND coalesce(last_login, created_at) < %(before)s "
            "AND NOT EXISTS (SELECT FROM accounts_roleassignment r "
            "WHERE r.user_id = accounts_user.id AND r.valid_to > %(before)s)"
        ),
        change=(
            "username = 'closed-' || id, display_name = '', phone = '', email = '', "
            "password = '!', failed_sign_ins = 0, locked_until = NULL"
        ),
        also=(
            "DELETE FROM mfa_authenticator WHERE user_id = ANY(%(keys)s)",
            "DELETE FROM single_link WHERE user_id = ANY(%(keys)s)",
            "DELETE FROM account_emailaddress WHERE user_id = ANY(%(keys)s)",
        ),
        order=55,
    )
)
