"""The forms of the second factor."""

from typing import Any

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


class RecoveryForm(CodeForm):
    """The same, for who has passkeys and no phone."""

    code = _code(_("One of your recovery codes."))


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


class ProofForm(ActionForm):
    """What the page's script got from a passkey."""

    credential = forms.JSONField(
        widget=forms.HiddenInput, error_messages={"required": _("This needs a page with scripts.")}
    )

    def clean_credential(self) -> dict[str, Any]:
        """Of its shape no more is known here than that it is an object."""
        told = self.cleaned_data["credential"]
        if not isinstance(told, dict):
            raise forms.ValidationError(_("The browser could not do it. Try again."))
        return told


class NameForm(ActionForm):
    """What a passkey is called."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=40,
        help_text=_("How you will recognise it, such as “my phone” or “key in the drawer”."),
    )


class PasskeyForm(NameForm, ProofForm):
    """A passkey that is being bound."""

    field_order = ("name", "credential")
