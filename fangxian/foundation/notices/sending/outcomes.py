"""What came of handing a message over."""

from dataclasses import dataclass

from fangxian.foundation.notices.rules import Failure

LONGEST = 200


@dataclass(frozen=True)
class Outcome:
    """Sent, where `failure` is None; else why not, with what the receiver said."""

    failure: Failure | None = None
    detail: str = ""

    @property
    def noted(self) -> str:
        """As kept in the log: the reason's code, then the receiver's words."""
        if self.failure is None:
            return ""
        words = " ".join(self.detail.replace("\x00", "").split())
        return f"{self.failure}:{words}"[:LONGEST] if words else self.failure.value


SENT = Outcome()


class NotSent(Exception):
    """A message could not be handed over."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure.value)
        self.outcome = Outcome(failure, detail)
