"""The forms of this room."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.models import ROLE_CHOICES, ROLE_LABELS, User
from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.shell.forms import ActionForm, day_input


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SignInForm(ActionForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(label=_("Password"), widget=_secret("current-password"))


class NewPasswordForm(ActionForm):
    """A new password, twice."""

    password = forms.CharField(
        label=_("Password"),
        widget=_secret("new-password"),
        help_text=_("At least 10 characters, not a common word and not your name."),
    )
    again = forms.CharField(label=_("Password, once more"), widget=_secret("new-password"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("again") and found.get("password") != found["again"]:
            self.add_error("again", _("The two passwords differ."))
        return found


class JoinForm(NewPasswordForm):
    """A new account."""

    display_name = forms.CharField(label=_("Your name"), max_length=60)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("You sign in with it: 3 to 60 letters, digits or the signs . @ + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    field_order = ("display_name", "phone", "username", "password", "again")


class ChangePasswordForm(NewPasswordForm):
    """One's own password."""

    old = forms.CharField(label=_("Present password"), widget=_secret("current-password"))
    field_order = ("old", "password", "again")


class InviteForm(ActionForm):
    """Whom to invite to which role."""

    name = forms.CharField(label=_("Name of the person"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("If you enter it, the link is sent there.")
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _choices(roles)  # type: ignore[attr-defined]


class GiveRoleForm(ActionForm):
    """A role for who has an account already."""

    username = forms.CharField(label=_("User name of the person"), max_length=60)
    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(label=_("Last day"), required=False, widget=day_input())

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _choices(roles)  # type: ignore[attr-defined]


class CoverForm(ActionForm):
    """Who stands in, until when."""

    colleague = forms.TypedChoiceField(label=_("Colleague"), coerce=int)
    until = forms.DateField(label=_("Last day"), widget=day_input())

    def __init__(self, *args: Any, colleagues: Iterable[User], today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"until": today + timedelta(days=1)})
        super().__init__(*args, **kwargs)
        self.fields["colleague"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a colleague")),
            *((one.pk, str(one)) for one in colleagues),
        ]


class TokenForm(ActionForm):
    """What a program may do, and until when."""

    name = forms.CharField(
        label=_("Program"), max_length=80, help_text=_("For example: attendance system.")
    )
    permissions = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateField(label=_("Last day"), widget=day_input())

    def __init__(
        self, *args: Any, permissions: Iterable[tuple[str, object]], today: date, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"expires_at": today + timedelta(days=30)})
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = list(permissions)  # type: ignore[attr-defined]


#: what PostgreSQL's bigint holds
LARGEST_ID = 2**63 - 1


class PeopleFilter(forms.Form):
    """Which people an administrator looks for."""

    q = forms.CharField(label=_("Name, telephone or unit"), required=False)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All roles")), *ROLE_CHOICES]
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("In force")), ("ended", _("Ended or closed"))],
    )


class AuditFilter(forms.Form):
    """Which events an auditor looks for."""

    day = forms.DateField(label=_("Day"), required=False, widget=day_input())
    event = forms.ChoiceField(label=_("Event"), required=False)
    person = forms.CharField(label=_("Person"), required=False)
    unit = forms.CharField(label=_("Code of the unit"), required=False)
    about = forms.IntegerField(
        label=_("About person no."), required=False, min_value=1, max_value=LARGEST_ID
    )

    def __init__(self, *args: Any, events: Iterable[tuple[str, object]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [  # type: ignore[attr-defined]
            ("", _("All events")),
            *events,
        ]


def _choices(roles: Iterable[Role]) -> list[tuple[str, object]]:
    return [("", _("Choose a role")), *((role.value, ROLE_LABELS[role]) for role in roles)]
