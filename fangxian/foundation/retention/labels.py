"""The names of the permission and the event, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.retention.rules import RetentionEvent, RetentionPermission

EVENTS = {RetentionEvent.RUN: _("Removed what had expired")}
PERMISSIONS = {RetentionPermission.VIEW: _("See what expired and was removed")}
