"""The form by which a response level is set."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.situations.rules import LEVELS
from fangxian.kernel.shell.forms import ActionForm, day_input


class LevelForm(ActionForm):
    level = forms.TypedChoiceField(
        label=_("Level"),
        coerce=int,
        choices=[("", _("Choose a level")), *LEVELS.items()],
        help_text=_("I is the gravest."),
    )
    valid_from = forms.DateField(label=_("First day"), widget=day_input())
    home_checks = forms.BooleanField(
        label=_("Home checks, and a report of every school on every day"), required=False
    )
    noon_checks = forms.BooleanField(
        label=_("A second check at noon on school days"), required=False
    )
    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Issuer, title and number of the order.")
    )


class EndForm(ActionForm):
    valid_from = forms.DateField(label=_("From this day on"), widget=day_input())
