"""The forms of this room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.rules import Listed, read_list
from fangxian.kernel.shell.forms import ActionForm


class ListForm(ActionForm):
    """A pasted list of people."""

    people = forms.CharField(
        label=_("Names, one a line"),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=_("Number, name, telephone; the name is enough. You can paste from a sheet."),
    )

    def clean_people(self) -> list[Listed]:
        try:
            return read_list(self.cleaned_data["people"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class HeadcountForm(ActionForm):
    """How many are on the roll of a group without names."""

    headcount = forms.IntegerField(label=_("How many are on the roll"), min_value=0, max_value=9999)


class GroupFilter(forms.Form):
    """Which groups one looks for."""

    q = forms.CharField(label=_("Name or code of the group or school"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs["type"] = "search"
