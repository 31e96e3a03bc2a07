"""What the pages of this room ask for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.models import User
from fangxian.kernel.shell.forms import ActionForm, day_input


class DayForm(forms.Form):
    """Which day is shown."""

    day = forms.DateField(label=_("Day"), widget=day_input())


class SubstituteForm(ActionForm):
    """Who hears of silence in whose place, and when."""

    role = forms.ChoiceField(label=_("In place of"))
    user = forms.TypedChoiceField(label=_("Colleague"), coerce=int)
    first_day = forms.DateField(label=_("First day"), widget=day_input())
    last_day = forms.DateField(label=_("Last day"), widget=day_input())

    def __init__(
        self,
        *args: Any,
        roles: Iterable[tuple[str, object]],
        people: Iterable[User],
        today: date,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"first_day": today, "last_day": today})
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["user"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a colleague")),
            *((one.pk, str(one)) for one in people),
        ]
