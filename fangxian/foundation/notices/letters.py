"""A letter at once, for what must not be kept: one-time links are stored nowhere as they are."""

import secrets

from fangxian.foundation.notices.labels import why
from fangxian.foundation.notices.sending.mail import TIMEOUT_AT_ONCE, Letter, is_set_up, mail


def post(address: str, subject: str, text: str) -> str | None:
    """Hand a letter to the mail server while somebody waits: "" when taken, else why not.

    None where this installation has no mail server.
    """
    if not is_set_up():
        return None
    letter = Letter(secrets.token_hex(16), address, subject, text)
    with mail(timeout=TIMEOUT_AT_ONCE) as server:
        return why(server.post(letter).noted)
