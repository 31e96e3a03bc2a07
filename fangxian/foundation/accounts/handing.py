"""One-time links by e-mail: a room that can send letters says so; this room knows none."""

from collections.abc import Callable

#: sends a letter to an address with a subject and a text: "" when it was taken, else why not;
#: None where there is no mail server
Mailer = Callable[[str, str, str], str | None]

_mailer: list[Mailer] = []


def declare_mailer(mailer: Mailer) -> None:
    """Say how a letter is sent; called from a room's `AppConfig.ready`."""
    _mailer[:] = [mailer]


def by_mail(address: str, subject: str, text: str) -> str | None:
    """Send a link now: "" when it was taken, else why not; None without an address or a server."""
    if not address or not _mailer:
        return None
    return _mailer[0](address, subject, text)
