"""Making the file of an export, here or in the worker; made twice it is the same file once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from fangxian.exchange.exports import files, labels
from fangxian.exchange.exports.content.reading import content_of
from fangxian.exchange.exports.content.tables import Asked, Cell, Content, moment
from fangxian.exchange.exports.models import Export
from fangxian.exchange.exports.rules import GOOD_FOR, ExportEvent, Form, Kind, State
from fangxian.exchange.exports.writing import Mark, write_pdf, write_xlsx
from fangxian.foundation.accounts.queries import actor_by_id
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.access.rowscope import rows_of, scope_of
from fangxian.kernel.errors import DomainError

TOLD_EACH = 500
WRITERS = {Form.XLSX: write_xlsx, Form.PDF: write_pdf}


def make(export_id: int, *, at: datetime) -> Export:
    """Write the file as its asker may see things now; what is refused then ends as failed."""
    export = Export.objects.get(pk=export_id)
    if export.state != State.WAITING:
        return export
    by = actor_by_id(export.by_id, at.date())
    with override(export.language):
        try:
            with rows_of(scope_of(by)):
                content, rows = _write(export, by, at)
            return _finish(export, content, rows, by=by, at=at)
        except DomainError as error:
            files.remove(export)
            export.state, export.message = State.FAILED, error.message[:200]
            export.save(update_fields=["state", "message"])
            return export


def _write(export: Export, by: Actor, at: datetime) -> tuple[Content, int]:
    unit = UnitVersion.objects.as_of(export.last).get(unit_id=export.unit_id)
    asked = Asked(Kind(export.kind), unit, export.first, export.last, export.what, export.names,
                  by, at)  # fmt: skip
    content = content_of(asked)
    told = _Told(export)
    tables = [replace(table, rows=told.through(table.rows)) for table in content.tables]
    part = files.part_of(export)
    WRITERS[Form(export.form)](part, replace(content, tables=tables), mark_of(export, at))
    part.rename(files.file_of(export))
    return content, told.rows


class _Told:
    """Counts the rows as they are written, and lets the page know from time to time."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self.rows = 0

    def through(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for row in rows:
            yield row
            self.rows += 1
            if self.rows % TOLD_EACH == 0:
                Export.objects.filter(pk=self._export.pk).update(written=self.rows)


def mark_of(export: Export, at: datetime) -> Mark:
    """What stands on every page: who took it out, when, and the mark of just this export."""
    words = {"name": export.by_name, "at": moment(at, "%Y-%m-%d %H:%M"), "mark": export.mark}
    return Mark(
        code=export.mark,
        who=export.by_name,
        text=_("Taken out by %(name)s at %(at)s · %(mark)s") % words,
        note=_("For official use only. Do not pass on.") if export.names else "",
        title=str(labels.KINDS[Kind(export.kind)]),
    )


@transaction.atomic
def _finish(export: Export, content: Content, rows: int, *, by: Actor, at: datetime) -> Export:
    export.state, export.written = State.READY, rows
    export.ready_at, export.expires_at = at, at + GOOD_FOR
    export.save(update_fields=["state", "written", "ready_at", "expires_at"])
    audit.record(
        ExportEvent.MADE, by=by, at=at, unit_id=export.unit_id, path=export.path,
        subject=export.mark, purpose=export.reason, persons=content.persons,
        detail={"export": export.kind, "form": export.form, "rows": rows, "names": export.names},
    )  # fmt: skip
    return export
