"""Declaring in two steps: first what it would do, then, if that is wanted, doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fangxian.foundation.schooldays.preview import Preview, preview
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError
from fangxian.kernel.shell.forms import ActionForm

CONFIRMED = {"confirm", "clear"}


@dataclass(frozen=True)
class Wish:
    """A change of the calendar, the days it may reach, and what to say when it is done."""

    change: Callable[[], object]
    first: date
    last: date | None
    done: str
    needs_form: bool = True


def asked(
    request: Request, form: ActionForm, wish: Wish, unit: UnitVersion
) -> tuple[bool, Preview | None]:
    """Whether the wish was confirmed and done; else what it would do, if it may be done at all.

    A refusal is shown by the form.
    """
    if wish.needs_form and not form.is_valid():
        return False, None
    try:
        if CONFIRMED & request.POST.keys():
            wish.change()
            return True, None
        at = clock.now()
        look = preview(wish.change, path=unit.path, first=wish.first, last=wish.last, at=at)
    except DomainError as error:
        if error.status in (401, 403, 404):
            raise
        form.refuse(error)
        return False, None
    return False, look
