"""A text message through the gateway that the installation describes."""

from django.conf import settings

from fangxian.foundation.notices.rules import Failure
from fangxian.foundation.notices.sending import wire
from fangxian.foundation.notices.sending.messages import Message
from fangxian.foundation.notices.sending.outcomes import SENT, NotSent, Outcome

LONGEST = 200
NOT_LET_IN = {401, 403}
BUSY = 429
BROKEN = 500


def text(message: Message) -> Outcome:
    """Send one text message; the gateway stands where the installation says, inside or out."""
    gateway = settings.SMS_GATEWAY
    if gateway is None:
        return Outcome(Failure.SWITCHED_OFF)
    words = " ".join(part for part in (message.title, message.body) if part)[:LONGEST]
    try:
        answer = wire.call(
            gateway.method,
            gateway.address(message.address, words),
            content=gateway.content(message.address, words),
            headers={**gateway.headers, "Idempotency-Key": message.key},
            anywhere=True,
        )
    except NotSent as error:
        return error.outcome
    if gateway.success.holds(answer.status_code, answer.text):
        return SENT
    return Outcome(_failure(answer.status_code), f"{answer.status_code} {answer.text}")


def _failure(status: int) -> Failure:
    if status in NOT_LET_IN:
        return Failure.CREDENTIALS
    if status == BUSY:
        return Failure.BUSY
    return Failure.BROKEN if status >= BROKEN else Failure.REFUSED
