"""The forms of this room."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.notices.labels import (
    CATEGORIES,
    CATEGORY_LABELS,
    CHANNEL_LABELS,
    STATE_LABELS,
    WANTED_LABELS,
)
from fangxian.foundation.notices.queries import Choice
from fangxian.foundation.notices.rules import (
    PERSONAL,
    ROBOTS,
    TOLD_TO_GROUPS,
    Category,
    Channel,
    Wanted,
)
from fangxian.kernel.shell.forms import ActionForm

ANY = ("", _("all"))


class InboxFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("Which"), required=False, choices=[ANY, ("unread", _("only unread"))]
    )
    category = forms.ChoiceField(label=_("About"), required=False, choices=[ANY, *CATEGORIES])


class LogFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ANY, *STATE_LABELS.items()]
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False)

    def __init__(self, *args: Any, channels: Iterable[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [ANY, *((one.value, CHANNEL_LABELS[one]) for one in channels)]
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"), required=False, choices=choices
        )


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ChoiceForm(ActionForm):
    """Addresses, quiet hours, and a field for each channel and category."""

    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    start = forms.TimeField(label=_("Quiet from"), widget=_time())
    end = forms.TimeField(label=_("Quiet until"), widget=_time())

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in PERSONAL:
            for category in Category:
                self.fields[f"{channel}_{category}"] = forms.TypedChoiceField(
                    label=f"{CHANNEL_LABELS[channel]}: {CATEGORY_LABELS[category]}",
                    choices=[(one.value, label) for one, label in WANTED_LABELS.items()],
                    coerce=int,
                    initial=choice.wanted[channel, category].value,
                    widget=forms.Select(attrs={"class": "form-select"}),
                )
        self.fields["start"].initial = choice.quiet.start
        self.fields["end"].initial = choice.quiet.end

    def wanted(self) -> dict[tuple[Channel, Category], Wanted]:
        """What was chosen; needs a valid form."""
        return {
            (channel, category): Wanted(self.cleaned_data[f"{channel}_{category}"])
            for channel in PERSONAL
            for category in Category
        }

    def rows(self, channels: Collection[Channel]) -> list[tuple[Any, list[Any]]]:
        """A line a category: its name, and the fields of these channels."""
        return [
            (label, [self[f"{channel}_{category}"] for channel in channels])
            for category, label in CATEGORY_LABELS.items()
        ]


class RobotForm(ActionForm):
    """A unit's robot. When one is changed, what opens the group is never shown again."""

    channel = forms.ChoiceField(
        label=_("Kind"), choices=[(one.value, CHANNEL_LABELS[one]) for one in ROBOTS]
    )
    name = forms.CharField(
        label=_("Name of the robot"),
        max_length=60,
        help_text=_("For example the name of the group."),
    )
    url = forms.CharField(
        label=_("Webhook address"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=_("Signing secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Where the robot asks for signed messages."),
    )
    categories = forms.MultipleChoiceField(
        label=_("What it tells"),
        choices=[(one.value, CATEGORY_LABELS[one]) for one in TOLD_TO_GROUPS],
        widget=forms.CheckboxSelectMultiple,
    )
    only_urgent = forms.BooleanField(label=_("Only what is urgent"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def keep(self, address: str) -> None:
        """For a robot there is: its kind stands, an empty address keeps what is there."""
        del self.fields["channel"]
        self.fields["url"].required = False
        self.fields["url"].help_text = _("Now: %(address)s. Leave empty to keep it.") % {
            "address": address
        }
        self.fields["secret"].help_text = _("Leave empty to keep it.")
