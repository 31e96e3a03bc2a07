"""Signing, returning and filtering as forms."""

from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.models import Population
from fangxian.kernel.shell.forms import day_input
from fangxian.watch.reporting.actions import LONGEST_COMMENT
from fangxian.watch.reporting.indicators import indicators
from fangxian.watch.reporting.queries import Page
from fangxian.watch.reporting.rules import MOST, Entered

SPARE_ROWS = 1


class EnteredForm(forms.Form):
    """One figure entered by hand, with the reason."""

    cell = forms.ChoiceField(label=_("Figure"), required=False)
    value = forms.IntegerField(
        label=_("How many"),
        min_value=0,
        max_value=MOST,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, choices: "list[tuple[str, object]]", **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["cell"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("cell"):
            if data.get("reason") or data.get("value") is not None:
                self.add_error("cell", _g("Choose the figure."))
            return data
        if data.get("value") is None and "value" not in self.errors:
            self.add_error("value", _g("Enter a number from 0 on."))
        if not (data.get("reason") or "").strip():
            self.add_error(
                "reason", _g("Say why the figure is entered by hand; the county sees the reason.")
            )
        return data

    def entered(self) -> Entered | None:
        """What the row says; None for an empty one."""
        data = self.cleaned_data
        if not data.get("cell"):
            return None
        code, population = data["cell"].split(".")
        return Entered(code, population, data["value"], data["reason"].strip())


class EnteredRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The figures entered by hand, with room for more."""

    def entered(self) -> list[Entered]:
        """Every row that says something."""
        return [row for form in self.forms if (row := form.entered())]


def entered_rows(page: Page, posted: Any = None) -> EnteredRows:
    """The rows of a report's page, beginning with what was entered in the last revision."""
    made = forms.formset_factory(
        EnteredForm, formset=EnteredRows, extra=SPARE_ROWS, max_num=200, absolute_max=200
    )
    before = page.signed.entered if page.signed else []
    initial = [
        {"cell": f"{e['code']}.{e['population']}", "value": e["value"], "reason": e["reason"]}
        for e in before
    ]
    rows = made(posted, initial=initial, prefix="entered", form_kwargs={"choices": _choices(page)})
    return cast(EnteredRows, rows)


def _choices(page: Page) -> "list[tuple[str, object]]":
    found: list[tuple[str, object]] = [("", "—")]
    known = indicators()
    for population in page.populations:
        group: list[tuple[str, str | Promise]] = [
            (f"{code}.{population.value}", known[code].name)
            for code in page.draft.dictionary.codes
            if code in known
        ]
        found.append((str(Population(population).label), group))
    return found


class SignForm(forms.Form):
    """The revision that was looked at, with the signature."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why a report goes back."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("What should the school look at?"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QueueForm(forms.Form):
    """Which schools the queue shows."""

    q = forms.CharField(label=_("School"), max_length=60, required=False)
    day = forms.DateField(label=_("Day"), required=False, widget=day_input())
