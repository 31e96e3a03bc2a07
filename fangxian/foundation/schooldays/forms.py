"""The form by which a day is declared."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.kernel.shell.forms import ActionForm


class DayForm(ActionForm):
    state = forms.ChoiceField(
        label=_("This day is"),
        choices=[("open", _("a school day")), ("closed", _("not a school day"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=120,
        help_text=_("For example: make-up day for the holiday; examination; heavy snow."),
    )
