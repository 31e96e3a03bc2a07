"""What may be done with obligations, and how their standing follows from times."""

from dataclasses import dataclass

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event


class ObligationPermission(Permission):
    VIEW = "obligations.view"
    CHASE = "obligations.chase"
    EXCUSE = "obligations.excuse"


_BUREAU = [
    ObligationPermission.VIEW,
    ObligationPermission.CHASE,
    ObligationPermission.EXCUSE,
]
GRANTS: dict[str, list[Permission]] = {
    Role.GROUP_TEACHER: [ObligationPermission.VIEW],
    Role.SCHOOL_REPORTER: [ObligationPermission.VIEW, ObligationPermission.CHASE],
    Role.HEALTH_OFFICER: [ObligationPermission.VIEW, ObligationPermission.CHASE],
    Role.HEAD: [ObligationPermission.VIEW, ObligationPermission.CHASE],
    Role.COUNTY_OFFICER: [*_BUREAU],
    Role.CITY_OFFICER: [*_BUREAU],
    Role.PROVINCE_OFFICER: [*_BUREAU],
    Role.INSPECTOR: [ObligationPermission.VIEW],
    Role.CDC_LIAISON: [ObligationPermission.VIEW],
}


class ObligationEvent(Event):
    MADE = "obligations.made"
    EXCUSED = "obligations.excused"
    CANCELLED = "obligations.cancelled"
    CHASED = "obligations.chased"
    FOLLOWED = "obligations.followed"


@dataclass(frozen=True)
class Counts:
    """Where a set of expected units stands. None is unknown: no list was made for that day.

    `people_accounted` of `people_total` are accounted for; the total covers the units whose
    roll is known, `rolls_unknown` says how many are not.
    """

    expected: int | None = None
    answered: int | None = None
    on_time: int | None = None
    late: int | None = None
    overdue: int | None = None
    excused: int | None = None
    people_accounted: int | None = None
    people_total: int | None = None
    rolls_unknown: int | None = None

    @property
    def silent(self) -> int | None:
        """Neither answered nor excused."""
        if self.expected is None or self.answered is None or self.excused is None:
            return None
        return self.expected - self.answered - self.excused

    def __add__(self, other: "Counts") -> "Counts":
        """The standing of both sets together; an unknown side adds nothing but stays unknown
        when both are."""
        return Counts(*(_plus(a, b) for a, b in zip(self.values(), other.values(), strict=True)))

    def values(self) -> tuple[int | None, ...]:
        """The counts in the order of their fields."""
        return (
            self.expected,
            self.answered,
            self.on_time,
            self.late,
            self.overdue,
            self.excused,
            self.people_accounted,
            self.people_total,
            self.rolls_unknown,
        )


NOTHING_DUE = Counts(0, 0, 0, 0, 0, 0, None, None, 0)


def _plus(a: int | None, b: int | None) -> int | None:
    if a is None:
        return b
    return a if b is None else a + b
