"""The forms of this room."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people.actions import Call
from fangxian.foundation.people.identity import plain_phone
from fangxian.foundation.people.models import (
    CohortKind,
    Guardian,
    IdKind,
    Person,
    PersonKind,
    Relation,
    Sex,
)
from fangxian.foundation.people.rules import Listed, read_list
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.shell.forms import ActionForm, day_input

CALLS = range(1, 4)
Choices = list[tuple[str, str]]


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


class SearchForm(forms.Form):
    """Whom one looks for, and where."""

    q = forms.CharField(
        label=_("Name, number or telephone"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    unit = forms.CharField(
        label=_("Within the unit with the code"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    left = forms.BooleanField(label=_("Also who has left"), required=False)

    def __init__(self, *args: Any, places: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not places:  # who works at one school has nothing to choose
            del self.fields["unit"]


class RosterFilter(forms.Form):
    """Which of a school's people are shown."""

    q = forms.CharField(label=_("Name or number"), required=False, max_length=60)
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("Who they are"), required=False)
    cohort = forms.TypedChoiceField(
        label=_("Dormitory, bus, canteen"), required=False, coerce=int, empty_value=None
    )
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, groups: Choices, cohorts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: Choices = [("", str(_("all")))]
        self.fields["q"].widget.attrs["type"] = "search"
        _choose(self, "group", every + groups)
        _choose(self, "kind", [*every, *((kind.value, str(kind.label)) for kind in PersonKind)])
        _choose(self, "cohort", every + cohorts)
        states = {"": _("at the school"), "without": _("in no group"), "left": _("has left")}
        _choose(self, "state", [(state, str(label)) for state, label in states.items()])


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def group_choices(groups: Sequence[UnitVersion]) -> Choices:
    """Groups to choose from, in the reader's language."""
    return [(str(group.unit_id), name_of(group)) for group in groups]


class PersonForm(ActionForm):
    """What is said of a person."""

    name = forms.CharField(label=_("Name of the person"), max_length=60)
    number = forms.CharField(
        label=_("Number"),
        max_length=30,
        required=False,
        help_text=_("The school's own: student or staff number."),
    )
    id_kind = forms.ChoiceField(
        label=_("Identity document"), choices=IdKind.choices, required=False
    )
    id_number = forms.CharField(label=_("Number of the document"), max_length=30, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    born = forms.DateField(label=_("Birth date"), required=False, widget=day_input())
    phone = forms.CharField(label=_("Own telephone"), max_length=30, required=False)

    @classmethod
    def about(cls, person: Person) -> dict[str, Any]:
        """What is kept now."""
        return {name: getattr(person, name) for name in cls.base_fields if hasattr(person, name)}


class NewPersonForm(PersonForm):
    """A person who is new at the school."""

    kind = forms.ChoiceField(label=_("Who they are"), choices=PersonKind.choices)
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "group", [("", str(_("none yet"))), *groups])
        self.order_fields(["kind", "name", "group", *PersonForm.base_fields])


class MoveForm(ActionForm):
    """Another group of the school."""

    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "group", [("", str(_("none"))), *groups])


class LeaveForm(ActionForm):
    """A person's end at the school."""

    day = forms.DateField(label=_("First day no longer at the school"), widget=day_input())


class CallsForm(ActionForm):
    """Up to three people to call, the first first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in CALLS:
            self.fields[f"phone{place}"] = forms.CharField(
                label=_("Telephone"), max_length=30, required=False,
                widget=forms.TextInput(attrs={"type": "tel"}),
            )  # fmt: skip
            self.fields[f"name{place}"] = forms.CharField(
                label=_("Name"), max_length=60, required=False
            )
            self.fields[f"relation{place}"] = forms.ChoiceField(
                label=_("Relation"), choices=Relation.choices, required=False
            )

    def clean(self) -> dict[str, Any]:
        """A line that says something needs a telephone that can be called."""
        said = super().clean() or {}
        for place in CALLS:
            phone = said.get(f"phone{place}", "")
            if (phone or said.get(f"name{place}")) and not plain_phone(phone):
                self.add_error(f"phone{place}", _("This is no telephone number."))
        return said

    @classmethod
    def about(cls, guardians: Sequence[Guardian]) -> dict[str, str]:
        """Whom to call now."""
        found: dict[str, str] = {}
        for place, one in zip(CALLS, guardians, strict=False):
            found |= {f"phone{place}": one.phone, f"name{place}": one.name,
                      f"relation{place}": one.relation}  # fmt: skip
        return found

    def rows(self) -> Iterator[tuple[int, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The fields of each."""
        for place in CALLS:
            yield place, self[f"phone{place}"], self[f"name{place}"], self[f"relation{place}"]

    def calls(self) -> list[Call]:
        """Those that are filled in, without gaps."""
        said = self.cleaned_data
        return [
            Call(said[f"phone{place}"], said[f"name{place}"], said[f"relation{place}"])
            for place in CALLS
            if said[f"phone{place}"] or said[f"name{place}"]
        ]


class CohortForm(ActionForm):
    """A new room, bus, table or club."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CohortKind.choices)
    name = forms.CharField(label=_("Its name"), max_length=60)


class JoinForm(ActionForm):
    """Who goes into a cohort."""

    people = forms.CharField(
        label=_("Numbers or names, one a line"),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=_("After a comma the bed or seat, such as: 030107, 3"),
    )

    def clean_people(self) -> list[tuple[str, str]]:
        lines = [line for line in self.cleaned_data["people"].splitlines() if line.strip()]
        split = (line.replace("，", ",").replace("\t", ",").partition(",") for line in lines)
        return [(who.strip(), place.strip()[:20]) for who, _mark, place in split]


class OfferForm(ActionForm):
    """A transfer to another school."""

    school = forms.CharField(
        label=_("Code or full name of the other school"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    effective_on = forms.DateField(label=_("First day there"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class RequestForm(ActionForm):
    """A transfer from another school."""

    id_number = forms.CharField(label=_("Number of the document"), max_length=30)
    name = forms.CharField(label=_("Name of the person"), max_length=60)
    effective_on = forms.DateField(label=_("First day here"), widget=day_input())
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    number = forms.CharField(label=_("Number here"), max_length=30, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "group", [("", str(_("none yet"))), *groups])


class AnswerForm(ActionForm):
    """The other school's answer to a transfer."""

    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    number = forms.CharField(label=_("Number here"), max_length=30, required=False)
    answer = forms.CharField(
        label=_("What you say to the other school"),
        max_length=200,
        required=False,
        help_text=_("Needed for a no."),
    )

    def __init__(self, *args: Any, groups: Choices, receiving: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "group", [("", str(_("none yet"))), *groups])
        if not receiving:
            del self.fields["group"], self.fields["number"]


class PromotionForm(ActionForm):
    """From when the groups are a year further, and how many first groups open."""

    effective_on = forms.DateField(label=_("From"), widget=day_input())
    count = forms.IntegerField(label=_("New first-year groups"), min_value=0, max_value=99)

    def __init__(self, *args: Any, tomorrow: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].widget.attrs["min"] = tomorrow.isoformat()
