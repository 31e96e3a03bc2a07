"""The names of this room's things, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.exchange.exports.rules import ExportEvent, ExportPermission, Form, Kind, State

KINDS = {
    Kind.BOARD: _("Table of a board"),
    Kind.SILENT: _("List of the silent"),
    Kind.REPORT: _("Signed daily report"),
    Kind.ROSTER: _("Roster of a school"),
    Kind.CHECKS: _("Checks of a school, as counts"),
}
FORMS = {Form.XLSX: _("Spreadsheet (XLSX)"), Form.PDF: _("Document to print (PDF)")}
STATES = {
    State.WAITING: _("being made"),
    State.READY: _("ready"),
    State.FAILED: _("failed"),
    State.EXPIRED: _("expired"),
}
TONES = {
    State.WAITING: "waiting",
    State.READY: "ok",
    State.FAILED: "overdue",
    State.EXPIRED: "unknown",
}
EVENTS = {
    ExportEvent.MADE: _("Took a table out"),
    ExportEvent.DOWNLOADED: _("Downloaded an export"),
    ExportEvent.EXPIRED: _("File of an export removed"),
}
FACTS = {"export": _("export"), "form": _("as"), "names": _("with names"), "rows": _("rows")}
PERMISSIONS = {
    ExportPermission.MAKE: _("Take tables out"),
    ExportPermission.NAMES: _("Take lists with names out"),
}
