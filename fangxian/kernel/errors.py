"""The family of errors that a person may meet, each with a message in their language.

Raised by rules, queries and actions; one middleware turns them into a page or, for
programs, into `application/problem+json` (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """Something the person can understand and act on; `message` says what to do."""

    status = 400

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class Unauthenticated(DomainError):
    """No sign-in, or one that has ended."""

    status = 401


class Forbidden(DomainError):
    """In scope, without the permission."""

    status = 403


class NotFound(DomainError):
    """Not there, or outside one's scope: the two are told apart for nobody."""

    status = 404


class Conflict(DomainError):
    """Somebody else was first, or the state does not allow the move."""

    status = 409


class TooLarge(DomainError):
    """More than one call may carry."""

    status = 413


class TooMany(DomainError):
    """Tried too often; `retry_after` is how many seconds to wait."""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


class Invalid(DomainError):
    """What was entered does not hold together; `fields` names each field and why."""

    status = 422

    def __init__(self, message: str, fields: Mapping[str, Sequence[str]], **extra: Any) -> None:
        super().__init__(message, **extra)
        self.fields = {name: [str(text) for text in texts] for name, texts in fields.items()}
