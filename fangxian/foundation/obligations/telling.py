"""Whoever answers for a unit that is asked again gets a notice, beside the banner on the page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.notices import actions as notices
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import Category
from fangxian.foundation.obligations.kinds import Kind, OwedBy, kind_by_code
from fangxian.kernel.access import subtree
from fangxian.kernel.clock import SHANGHAI

#: who answers: the teacher of a group, or of the whole of a small school; a school's reporter
ANSWERS = {OwedBy.GROUP: Role.GROUP_TEACHER, OwedBy.SCHOOL: Role.SCHOOL_REPORTER}

ASKED = """
SELECT DISTINCT a.user_id, c.path,
       jsonb_build_object(
           'unit', jsonb_build_object('zh', v.name_zh, 'en', nullif(v.name_en, '')),
           'who', jsonb_build_object('zh', c.from_name_zh, 'en', nullif(c.from_name_en, '')),
           'kind', c.kind, 'due', %(due)s::text) AS context,
       'chase:' || c.kind || ':' || c.unit_id || ':' || %(moment)s AS dedupe, '/' AS link
FROM obligation_chase c
JOIN units_unitversion v
  ON v.unit_id = c.unit_id AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
CROSS JOIN unnest(string_to_array(rtrim(c.path, '/'), '/')::bigint[]) AS here (unit_id)
JOIN accounts_roleassignment a
  ON a.unit_id = here.unit_id AND a.role = %(role)s
 AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
WHERE c.day = %(day)s AND c.kind = %(kind)s AND c.path >= %(low)s AND c.path < %(high)s
  AND c.chased_at = %(at)s
"""


def facts(context: Mapping[str, Any]) -> dict[str, Any]:
    """The placeholders of a chase, with the kind's name as the reader reads it."""
    return {**context, "what": str(kind_by_code(str(context["kind"])).label)}


CHASED = Template(
    "obligations.chased",
    _("Asked again"),
    _("%(unit)s: %(what)s is still missing"),
    _("%(who)s asks for it. It is due at %(due)s."),
    Category.DUTIES,
    facts=facts,
)


def tell_the_chased(*, kind: Kind, path: str, day: date, at: datetime) -> int:
    """Send a notice to whoever answers for the units asked at this moment; how many people."""
    low, high = subtree(path)
    asked = {
        "due": f"{kind.due_at(day).astimezone(SHANGHAI):%H:%M}",
        "moment": f"{at.astimezone(SHANGHAI):%H%M%S}",
        "day": day,
        "today": at.astimezone(SHANGHAI).date(),
        "kind": kind.code,
        "role": ANSWERS[kind.owed_by].value,
        "low": low,
        "high": high,
        "at": at,
    }
    return notices.send_selected(
        template=CHASED.code, select_sql=ASKED, params=asked, at=at
    ).notices
