"""The forms by which the calendar is declared."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.schooldays.rules import SEASONS, TermKey, term_of
from fangxian.kernel.shell.forms import ActionForm, day_input

LINES = 4
OTHERS = "others"
YEAR = re.compile(r"20[0-9]{2}")


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


class SuspensionForm(ActionForm):
    first_day = forms.DateField(label=_("First day without lessons"), widget=day_input())
    last_day = forms.DateField(
        label=_("Last day without lessons"),
        widget=day_input(),
        required=False,
        help_text=_("Empty: until further notice."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=120,
        help_text=_("Those who are excused read this. Name no person."),
    )
    document = forms.CharField(label=_("Document"), max_length=200, required=False)


class ResumeForm(ActionForm):
    from_day = forms.DateField(label=_("Lessons begin again on"), widget=day_input())
    last_day = forms.DateField(
        label=_("Last day of lessons"),
        widget=day_input(),
        required=False,
        help_text=_("Only for a part: empty, it stays open; else it closes again after this day."),
    )
    reason = forms.CharField(label=_("Why"), max_length=120)


def term_choices(today: date) -> list[tuple[str, str]]:
    """The terms that can be declared now: those of this school year and the next."""
    year = term_of(today).school_year
    return [
        (name_key(key), title(key))
        for key in (TermKey(one, season) for one in (year, year + 1) for season in SEASONS)
    ]


def name_key(key: TermKey) -> str:
    """A term as it stands in an address."""
    return f"{key.school_year}-{key.season}"


def read_key(text: str | None) -> TermKey | None:
    """The term of an address; None where there is none such."""
    year, _dash, season = (text or "").partition("-")
    known = season in SEASONS and YEAR.fullmatch(year)
    return TermKey(int(year), season) if known else None


def title(key: TermKey) -> str:
    """A term's name: school year and season."""
    return _now("%(from)s–%(to)s, %(term)s") % {
        "from": key.school_year,
        "to": key.school_year + 1,
        "term": SEASONS[key.season],
    }


class _OfTerm(ActionForm):
    term = forms.ChoiceField(label=_("Term"))

    def __init__(self, *args: Any, terms: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["term"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = list(terms)

    def key(self) -> TermKey:
        """The term that was chosen."""
        return read_key(self.cleaned_data["term"]) or TermKey(0, "")


class TermForm(_OfTerm):
    first_day = forms.DateField(label=_("First day"), widget=day_input())
    last_day = forms.DateField(label=_("Last day"), widget=day_input())
    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Issuer, title and number of the order.")
    )


GRADE_CHOICES = [*((str(one), str(one)) for one in range(1, 13)), (OTHERS, _("all others"))]


class ReturnForm(_OfTerm):
    """Up to four lines, each with grades and their first day."""

    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Issuer, title and number of the order.")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in range(1, LINES + 1):
            self.fields[f"grades{number}"] = forms.MultipleChoiceField(
                label=_("Grades"),
                choices=GRADE_CHOICES,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
            self.fields[f"day{number}"] = forms.DateField(
                label=_("First day of these grades"), widget=day_input(), required=False
            )

    @property
    def lines(self) -> list[tuple[Any, Any]]:
        """The fields of each line."""
        return [(self[f"grades{n}"], self[f"day{n}"]) for n in range(1, LINES + 1)]

    def clean(self) -> dict[str, Any]:
        """A line has grades and a day, or neither; a grade stands in one line."""
        told = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for number in range(1, LINES + 1):
            grades, day = told.get(f"grades{number}") or [], told.get(f"day{number}")
            if bool(grades) != bool(day) and f"day{number}" not in self.errors:
                self.add_error(f"day{number}", _now("Give both: grades and their first day."))
            if seen & set(grades):
                self.add_error(f"grades{number}", _now("A grade stands in one line only."))
            seen |= set(grades)
        return told

    def starts(self) -> dict[int | None, date]:
        """Each grade's first day; None stands for all others."""
        told = self.cleaned_data
        return {
            None if grade == OTHERS else int(grade): told[f"day{number}"]
            for number in range(1, LINES + 1)
            for grade in told[f"grades{number}"]
        }
