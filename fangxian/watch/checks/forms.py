"""The check as a form, for a phone without scripts: counts, no names."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.obligations.models import Channel
from fangxian.watch.checks.rules import Content, Line, Places, Reason, Session


def count(label: "str | Any") -> forms.IntegerField:
    """A number of people."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": "0"})
    return forms.IntegerField(
        label=label, min_value=0, max_value=100_000, required=False, widget=widget
    )


class Told(forms.Form):
    """On whose behalf and how it was told, where one answers for somebody else."""

    on_behalf_of = forms.CharField(label=_("On behalf of"), max_length=60, required=False)
    channel = forms.ChoiceField(
        label=_("How were you told?"),
        choices=[("", "—"), *(pair for pair in Channel.choices if pair[0] not in {"web", "api"})],
        required=False,
    )
    told_at = forms.TimeField(
        label=_("Told at"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    enrolled = forms.IntegerField(label=_("On the roll"), min_value=0, max_value=100_000)
    revises = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SchoolForm(Told):
    """At school: the question must be answered; nobody is well by default."""

    everyone = forms.ChoiceField(
        label=_("Is everyone here and well?"),
        choices=[("yes", _("Yes, all here and well")), ("no", _("No, someone is not"))],
        widget=forms.RadioSelect,
    )
    ill = count(_("Absent, ill"))
    leave = count(_("Absent, on leave"))
    unknown_cause = count(_("Absent, cause unknown"))
    other = count(_("Absent for another reason"))
    not_known = count(_("Nobody knows whether they are here"))
    symptomatic = count(_("Here, with symptoms"))

    def content(self, session: Session) -> Content:
        """What the form says; lines are nameless."""
        data = self.cleaned_data
        all_well = data["everyone"] == "yes"
        counts = {reason: 0 if all_well else data[reason] or 0 for reason in Reason}
        absences = tuple(Line(reason) for reason in Reason for _n in range(counts[reason]))
        not_known = 0 if all_well else data["not_known"] or 0
        with_symptoms = 0 if all_well else data["symptomatic"] or 0
        return Content(
            session=session,
            enrolled=data["enrolled"],
            present=data["enrolled"] - len(absences) - not_known,
            not_known=not_known,
            absences=absences,
            symptomatic_present=(Line(),) * with_symptoms,
            on_behalf_of=data["on_behalf_of"].strip() or None,
        )


class HomeForm(Told):
    """At home: whom one has reached, and where they are."""

    reached_well = count(_("Reached, well"))
    reached_ill = count(_("Reached, ill"))
    not_reached = count(_("Not reached"))
    campus = count(_("On campus"))
    city = count(_("In the city"))
    province = count(_("In the province"))
    elsewhere = count(_("Elsewhere in the country"))
    abroad = count(_("Abroad"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("reached_well", "reached_ill", "not_reached"):
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("This is needed; enter 0 only if it is truly zero."))
        return data

    def content(self, session: Session) -> Content:
        """What the form says."""
        data = self.cleaned_data
        names = ("campus", "city", "province", "elsewhere", "abroad")
        return Content(
            session=session,
            enrolled=data["enrolled"],
            reached_well=data["reached_well"],
            reached_ill=data["reached_ill"],
            not_reached=data["not_reached"],
            places=Places(**{name: data[name] or 0 for name in names}),
            on_behalf_of=data["on_behalf_of"].strip() or None,
        )
