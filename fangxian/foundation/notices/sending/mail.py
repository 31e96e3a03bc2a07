"""E-mail by SMTP: many messages through one connection, each with a Message-ID of its own."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from fangxian.foundation.notices.rules import Failure
from fangxian.foundation.notices.sending.messages import Message
from fangxian.foundation.notices.sending.outcomes import SENT, Outcome

TIMEOUT_SECONDS = 10
TEMPORARY = range(400, 500)


class Mail:
    """A connection to the mail server, opened with the first message."""

    def __init__(self) -> None:
        to = settings.FANGXIAN
        self._server = EmailBackend(
            host=to.smtp_host,
            port=to.smtp_port,
            username=to.smtp_user,
            password=to.smtp_password,
            use_tls=to.smtp_security == "starttls",
            use_ssl=to.smtp_security == "tls",
            timeout=TIMEOUT_SECONDS,
        )

    def __call__(self, message: Message) -> Outcome:
        """Hand one message over."""
        try:
            self._server.open()
            self._server.send_messages([_letter(message)])
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Failure.CREDENTIALS, _said(error.smtp_code, error.smtp_error))
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Outcome(_by_code(code), _said(code, words))
        except smtplib.SMTPResponseException as error:
            return self._lost(_by_code(error.smtp_code), _said(error.smtp_code, error.smtp_error))
        except ssl.SSLError as error:
            return self._lost(Failure.INSECURE, error.reason or "")
        except TimeoutError:
            return self._lost(Failure.TIMEOUT)
        except (smtplib.SMTPException, OSError) as error:
            return self._lost(Failure.UNREACHABLE, type(error).__name__)
        return SENT

    def close(self) -> None:
        """Say good-bye to the server, if it still listens."""
        with suppress(smtplib.SMTPException, OSError):
            self._server.close()

    def _lost(self, failure: Failure, detail: str = "") -> Outcome:
        """After such an error nobody knows where the conversation stands: begin a new one."""
        connection, self._server.connection = self._server.connection, None
        if connection is not None:
            connection.close()
        return Outcome(failure, detail)


@contextmanager
def mail() -> Iterator[Callable[[Message], Outcome]]:
    """The mail server for a while."""
    if not settings.FANGXIAN.smtp_host:
        yield lambda _message: Outcome(Failure.SWITCHED_OFF)
        return
    server = Mail()
    try:
        yield server
    finally:
        server.close()


def _letter(message: Message) -> EmailMessage:
    domain = urlsplit(settings.FANGXIAN.site).hostname or "localhost"
    headers = {
        "Message-ID": f"<{message.key}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.urgent:
        headers |= {"Importance": "high"}
    body = "\n\n".join(part for part in (message.body, message.link) if part) or message.title
    sender = settings.FANGXIAN.smtp_from
    return EmailMessage(
        " ".join(message.title.split()), body, sender, [message.address], headers=headers
    )


def _by_code(code: int) -> Failure:
    return Failure.BUSY if code in TEMPORARY else Failure.REFUSED


def _said(code: int, words: Any) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return f"{code} {text}"
