"""Forms that an action stands behind."""

from typing import Any

from django import forms

from fangxian.kernel.errors import DomainError, Invalid


class ActionForm(forms.Form):
    """Shows an action's refusal where it belongs: beside the field, else above the form."""

    def refuse(self, error: DomainError) -> None:
        """Take over what the action said; needs a bound form."""
        self.is_valid()
        fields = error.fields if isinstance(error, Invalid) else {}
        placed = False
        for name, texts in fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
                placed = True
        if not placed:
            self.add_error(None, error.message)


def day_input(**attrs: Any) -> forms.DateInput:
    """A browser's own day picker."""
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")
