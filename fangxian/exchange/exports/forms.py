"""The form of this room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.exchange.exports.labels import FORMS
from fangxian.exchange.exports.rules import Form, Kind
from fangxian.kernel.shell.forms import ActionForm, day_input


class ExportForm(ActionForm):
    """As what, of which days, and whether with names."""

    first = forms.DateField(label=_("First day"), widget=day_input())
    last = forms.DateField(label=_("Day"), widget=day_input())
    form = forms.ChoiceField(
        label=_("As"),
        choices=[(form.value, label) for form, label in FORMS.items()],
        initial=Form.XLSX.value,
    )
    names = forms.BooleanField(label=_("With names and telephones"), required=False)
    reason = forms.CharField(
        label=_("What the names are needed for"),
        max_length=200,
        required=False,
        help_text=_("It stays in the audit trail, together with everybody who is named."),
    )

    def __init__(self, *args: Any, kind: Kind, may_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is Kind.CHECKS:
            self.fields["last"].label = _("Last day")
        else:
            del self.fields["first"]
        if not may_name:
            del self.fields["names"]
            del self.fields["reason"]
