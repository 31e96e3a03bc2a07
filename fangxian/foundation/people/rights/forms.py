"""Who asks, why, and for what."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.forms import PersonForm
from fangxian.foundation.people.rights.rules import LONGEST_REASON, AskedBy
from fangxian.kernel.shell.forms import ActionForm

FORMS = [("page", _("A page to print")), ("xlsx", _("A spreadsheet")), ("json", _("JSON"))]


class AskedForm(ActionForm):
    """Who asks and why; it goes into the audit trail."""

    asked_by = forms.ChoiceField(label=_("Who asks"), choices=AskedBy.choices)
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        help_text=_("Also how you made sure who it is. It goes into the audit trail."),
    )


class HandOutForm(AskedForm):
    """The same, and in which form."""

    form = forms.ChoiceField(label=_("As"), choices=FORMS)


class CorrectForm(AskedForm, PersonForm):
    """What is said of a person, as it should be."""
