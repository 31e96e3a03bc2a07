"""Every write of this room: invitations, roles, tokens, passwords."""

from fangxian.foundation.accounts.actions.credentials import (
    ask_new_password,
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
    confirm_invitation,
    first_administrators,
    invite,
    join,
    withdraw_invitation,
    withdraw_sheet,
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
    "ask_new_password",
    "change_password",
    "check_sign_in",
    "confirm_invitation",
    "cover",
    "deactivate",
    "end_other_sessions",
    "end_role",
    "end_session",
    "end_sessions_of",
    "first_administrators",
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
    "withdraw_sheet",
]
