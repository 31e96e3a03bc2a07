"""The forms of this room; each stands before one action."""

from datetime import date
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.models import Population, Stage, TieKind, UnitKind, UnitVersion
from fangxian.foundation.units.rules import GRADE_LABELS, GRADES, PARENTS, grade_label
from fangxian.kernel.shell.forms import ActionForm, day_input

lazy_grade = lazy(grade_label, str)


class FromDay(ActionForm):
    """A change that holds from a day on."""

    day = forms.DateField(label=_("From"), widget=day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today
        self.fields["day"].widget.attrs["min"] = today.isoformat()
        self.order_fields([name for name in self.fields if name != "day"] + ["day"])


def grade_field() -> forms.TypedChoiceField:
    """The year of a group, to choose; empty where it has none."""
    known = [(str(grade), label) for grade, label in GRADE_LABELS.items()]
    later = [(str(grade), lazy_grade(grade)) for grade in GRADES if grade not in GRADE_LABELS]
    return forms.TypedChoiceField(
        label=_("Grade"), required=False, coerce=int, empty_value=None,
        choices=[("", "—"), *known, *later],
    )  # fmt: skip


class ChangeForm(FromDay):
    """Another name or code."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    short_zh = forms.CharField(label=_("Short name"), max_length=40, required=False)
    code = forms.CharField(
        label=_("Code"),
        max_length=24,
        help_text=_("The earlier code stays right for the days on which it was borne."),
    )

    grade = grade_field()

    def __init__(self, *args: Any, of_group: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not of_group:
            del self.fields["grade"]

    @classmethod
    def about(cls, unit: UnitVersion) -> dict[str, Any]:
        """What holds now."""
        said = ("name_zh", "name_en", "short_zh", "code", "grade")
        return {name: getattr(unit, name) for name in said}


class OpenForm(ActionForm):
    """A new unit below another."""

    kind = forms.ChoiceField(label=_("Kind"))
    code = forms.CharField(label=_("Code"), max_length=24)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, required=False)
    population = forms.ChoiceField(
        label=_("Population"), choices=Population.choices, required=False
    )
    grade = grade_field()
    headcount = forms.IntegerField(
        label=_("Headcount"),
        min_value=0,
        required=False,
        help_text=_("For a group. Leave it empty while nobody knows: empty is not zero."),
    )
    boarding = forms.BooleanField(label=_("Boarding"), required=False)
    contact_name = forms.CharField(label=_("Person in charge"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    opened_on = forms.DateField(label=_("Opened on"), widget=day_input())

    def __init__(self, *args: Any, parent_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [kind for kind in UnitKind if parent_kind in PARENTS[kind]]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in fitting]  # type: ignore[attr-defined]


class CloseForm(FromDay):
    """The end of a unit."""

    sure = forms.BooleanField(label=_("Close it with everything below it"))


class OtherUnitForm(FromDay):
    """A move or a merger: names another unit by its code."""

    code = forms.CharField(
        label=_("Code of the other unit"),
        max_length=24,
        help_text=_("Type a part of its name to look for it."),
        widget=forms.TextInput(attrs={"list": "unit-options", "autocomplete": "off"}),
    )


class ContactForm(FromDay):
    """The person in charge."""

    name = forms.CharField(label=_("Person in charge"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30)


class LeaderForm(FromDay):
    """A member of the leading group."""

    post = forms.CharField(label=_("Post"), max_length=60)
    name = forms.CharField(label=_("Name of the person"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30)


class TieForm(FromDay):
    """A contact outside the school system."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TieKind.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Telephone"), max_length=30)
