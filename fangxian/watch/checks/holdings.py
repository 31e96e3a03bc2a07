"""What roll calls hold about a person: the lines that name them, of current revisions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.privacy import Held, holds
from fangxian.watch.checks.labels import REASONS, SESSIONS, SYMPTOMS

LINES = """
SELECT l.day, l.session, l.unit_id, l.reason, l.symptoms, l.temperature
FROM check_line l
JOIN check_revision r ON r.day = l.day AND r.unit_id = l.unit_id AND r.session = l.session
    AND r.revision = l.revision AND r.school_id = l.school_id AND r.is_current
WHERE l.person_id = %s ORDER BY l.day DESC, l.session
"""


def _held(person_id: int, by: Actor, today: date) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(LINES, [person_id])
        rows = cursor.fetchall()
    versions = UnitVersion.objects.as_of(today).filter(unit_id__in={row[2] for row in rows})
    names = dict(versions.values_list("unit_id", "name_zh"))
    reasons, symptoms = _words(REASONS), _words(SYMPTOMS)
    told = [
        [str(day), str(_words(SESSIONS).get(session, session)), names.get(unit, ""),
         reasons.get(reason, reason), "、".join(symptoms.get(one, one) for one in ill),
         "" if degrees is None else str(degrees)]
        for day, session, unit, reason, ill, degrees in rows
    ]  # fmt: skip
    return [
        Held(
            "roll_calls", _("Roll calls that name the person"),
            [_("Day"), _("Roll call"), _("Group"), _("Reason"), _("Symptoms"), _("Temperature")],
            told, ["day", "session", "group", "reason", "symptoms", "temperature"],
        )
    ]  # fmt: skip


def _words(labels: Mapping[Any, Any]) -> dict[str, str]:
    return {str(code): str(label) for code, label in labels.items()}


holds("50 checks", _held)
