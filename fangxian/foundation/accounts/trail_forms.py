"""What is looked for in the trail."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.trail import MOST_DAYS
from fangxian.kernel.shell.forms import day_input

#: what PostgreSQL's bigint holds
LARGEST_ID = 2**63 - 1


class DaysFilter(forms.Form):
    """From which day to which; not more than a quarter at once."""

    first = forms.DateField(label=_("First day"), required=False, widget=day_input())
    last = forms.DateField(label=_("Last day"), required=False, widget=day_input())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day comes before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            text = _("At most %(most)s days at once.") % {"most": MOST_DAYS}
            self.add_error("first", text)
        return found


class AuditFilter(DaysFilter):
    """Which events an auditor looks for."""

    event = forms.ChoiceField(label=_("Event"), required=False)
    person = forms.CharField(label=_("Person"), required=False)
    unit = forms.CharField(label=_("Code of the unit"), required=False)
    about = forms.IntegerField(
        label=_("About person no."), required=False, min_value=1, max_value=LARGEST_ID
    )
    code = forms.CharField(label=_("Mark of an export"), required=False, max_length=200)

    def __init__(self, *args: Any, events: Iterable[tuple[str, object]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [  # type: ignore[attr-defined]
            ("", _("All events")),
            *events,
        ]


class LookersFilter(DaysFilter):
    """Whose records were looked at."""

    q = forms.CharField(label=_("Name or school number"), required=False, max_length=60)
    school = forms.ChoiceField(label=_("School"), required=False)
    everyday = forms.BooleanField(label=_("Teachers at their own groups, too"), required=False)

    def __init__(self, *args: Any, schools: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(schools)
        self.fields["school"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            del self.fields["school"]
