"""What a board's forms take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.kernel.shell.forms import ActionForm, day_input


class DayForm(forms.Form):
    """Which day the board shows."""

    day = forms.DateField(label=_("Day"), widget=day_input())


class ExcuseForm(ActionForm):
    """Excuse one unit, with the reason."""

    unit = forms.CharField(max_length=24, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)
