"""The forms of an import: the file, which column is what, and what to write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.kernel.intake.heads import Heads
from fangxian.kernel.intake.kinds import IntakeKind, Option, Place
from fangxian.kernel.shell.forms import ActionForm


def _ticked(option: Option) -> forms.BooleanField:
    return forms.BooleanField(label=str(option.label), help_text=str(option.help), required=False)


class UploadForm(ActionForm):
    """The file and what to know of it before it is read."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, XLS, ODS or CSV, as it is: the columns are found by their headings."),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, kind: IntakeKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in kind.before_reading:
            self.fields[option.code] = _ticked(option)


class ColumnsForm(ActionForm):
    """Which column of the file is what; each column once."""

    def __init__(
        self, kind: IntakeKind, place: Place, heads: Heads, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(number), shown(name, number)) for number, name in enumerate(heads.names)]
        needed = {field.code for field in kind.needed(place)}
        for field in kind.fields:
            self.fields[field.code] = forms.ChoiceField(
                label=str(field.label),
                choices=[("", _("not in the file")), *columns],
                required=field.code in needed,
            )

    def mapping(self) -> dict[str, int]:
        """The columns that were chosen."""
        return {code: int(column) for code, column in self.cleaned_data.items() if column != ""}


class CommitForm(forms.Form):
    """What to write besides the right rows."""

    def __init__(self, kind: IntakeKind, counts: dict[str, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in kind.before_writing:
            if not option.outcome or counts.get(option.outcome):
                self.fields[option.code] = _ticked(option)


def shown(name: str, number: int) -> str:
    """A column as a spreadsheet letters it, with its heading."""
    return f"{letters(number)} · {name}" if name else letters(number)


def letters(number: int) -> str:
    """0 is A, 26 is AA."""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
