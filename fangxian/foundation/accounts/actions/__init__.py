"""Every write of this room: invitations, roles, tokens, passwords."""

from fangxian.foundation.accounts.actions.credentials import (
    change_password,
    check_sign_in,
    make_password_link,
    note_sign_in,
    note_sign_out,
    set_address,
    set_language,
    use_password_link,
)
from fangxian.foundation.accounts.actions.invitations import (
    accept_invitation,
    first_administrator,
    invite,
    join,
    withdraw_invitation,
)
from fangxian.foundation.accounts.actions.roles import (
    cover,
    deactivate,
    end_role,
    give_role,
    reactivate,
)
from fangxian.foundation.accounts.actions.sessions import (
    end_other_sessions,
    end_session,
    end_sessions_of,
    see,
)
from fangxian.foundation.accounts.actions.tokens import mint_token, revoke_token

__all__ = [
    "accept_invitation",
    "change_password",
    "check_sign_in",
    "cover",
    "deactivate",
    "end_other_sessions",
    "end_role",
    "end_session",
    "end_sessions_of",
    "first_administrator",
    "give_role",
    "invite",
    "join",
    "make_password_link",
    "mint_token",
    "note_sign_in",
    "note_sign_out",
    "reactivate",
    "revoke_token",
    "see",
    "set_address",
    "set_language",
    "use_password_link",
    "withdraw_invitation",
]
