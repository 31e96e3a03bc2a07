"""The forms of the second factor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.kernel.shell.forms import ActionForm


def _code(help_text: object) -> forms.CharField:
    return forms.CharField(
        label=_("Sign-in code"),
        max_length=20,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class CodeForm(ActionForm):
    """The code that follows the password."""

    code = _code(_("Six digits from the authenticator app on your phone, or a recovery code."))


class FirstCodeForm(ActionForm):
    """The first code of a phone that is being bound."""

    code = _code(_("The six digits that the app shows now."))


class PasswordForm(ActionForm):
    """One's password, once more."""

    password = forms.CharField(
        label=_("Present password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class BindForm(PasswordForm, FirstCodeForm):
    """Binding a phone of one's own accord."""

    field_order = ("code", "password")
