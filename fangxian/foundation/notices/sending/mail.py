"""E-mail by SMTP: many messages through one connection, each with a Message-ID of its own."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from fangxian.foundation.notices.rules import Failure
from fangxian.foundation.notices.sending.messages import Message
from fangxian.foundation.notices.sending.outcomes import SENT, Outcome

TIMEOUT_SECONDS = 10
#: where somebody waits for the answer on a page
TIMEOUT_AT_ONCE = 5
TEMPORARY = range(400, 500)
SIGN_IN_FIRST = (530, 534, 535, 538)


@dataclass(frozen=True)
class Letter:
    """What is put into the envelope; `key` becomes the Message-ID."""

    key: str
    address: str
    subject: str
    text: str
    urgent: bool = False


class Mail:
    """A connection to the mail server, opened with the first message."""

    def __init__(self, timeout: int = TIMEOUT_SECONDS) -> None:
        to = settings.FANGXIAN
        self._server = EmailBackend(
            host=to.smtp_host,
            port=to.smtp_port,
            username=to.smtp_user,
            password=to.smtp_password,
            use_tls=to.smtp_security == "starttls",
            use_ssl=to.smtp_security == "tls",
            timeout=timeout,
        )

    def __call__(self, message: Message) -> Outcome:
        """Hand one message over."""
        text = "\n\n".join(part for part in (message.body, message.link) if part)
        letter = Letter(
            message.key, message.address, message.title, text or message.title, message.urgent
        )
        return self.post(letter)

    def post(self, letter: Letter) -> Outcome:
        """Hand a letter over.

        What the server says about this letter or its receiver concerns nobody else; what it says
        about us, or before it has seen a letter, concerns all that would follow.
        """
        try:
            self._server.open()
            self._server.send_messages([_written(letter)])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Outcome(_about_letter(code), _said(code, words))
        except smtplib.SMTPDataError as error:
            failure = _about_letter(error.smtp_code)
            return self._lost(failure, _said(error.smtp_code, error.smtp_error))
        except smtplib.SMTPResponseException as error:
            failure = _about_us(error.smtp_code)
            return self._lost(failure, _said(error.smtp_code, error.smtp_error))
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


def is_set_up() -> bool:
    """Whether this installation has a mail server."""
    return bool(settings.FANGXIAN.smtp_host)


@contextmanager
def mail(timeout: int = TIMEOUT_SECONDS) -> Iterator[Mail]:
    """The mail server for a while."""
    server = Mail(timeout)
    try:
        yield server
    finally:
        server.close()


def _written(letter: Letter) -> EmailMessage:
    domain = urlsplit(settings.FANGXIAN.site).hostname or "localhost"
    headers = {
        "Message-ID": f"<{letter.key}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if letter.urgent:
        headers |= {"Importance": "high"}
    subject = " ".join(letter.subject.split())
    sender = settings.FANGXIAN.smtp_from
    return EmailMessage(subject, letter.text, sender, [letter.address], headers=headers)


def _about_letter(code: int) -> Failure:
    if code in SIGN_IN_FIRST:
        return Failure.CREDENTIALS
    return Failure.BUSY if code in TEMPORARY else Failure.REFUSED


def _about_us(code: int) -> Failure:
    return Failure.BROKEN if code in TEMPORARY else Failure.CREDENTIALS


def _said(code: int, words: Any) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return f"{code} {text}"
