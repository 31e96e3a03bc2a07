"""Asking for one's password once more, with the same pauses as at sign-in."""

from datetime import datetime

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions import check_sign_in
from fangxian.foundation.accounts.models import User
from fangxian.kernel.errors import Invalid


def require_password(*, user_id: int, password: str, at: datetime) -> None:
    """Refuse who does not know the account's password; wrong tries pause sign-in too."""
    user = User.objects.get(pk=user_id)
    try:
        check_sign_in(username=user.username, password=password, at=at)
    except Invalid:
        text = _(
            "This is not your present password. After several wrong tries, wait a few minutes."
        )
        raise Invalid(text, {"password": [text]}) from None
