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

#: who is asked: the teacher of a group, or of the whole of a small school; a school's reporter;
#: where nobody holds the role, whoever holds the next one
ANSWERS = {
    OwedBy.GROUP: (Role.GROUP_TEACHER, Role.SCHOOL_REPORTER, Role.HEAD),
    OwedBy.SCHOOL: (Role.SCHOOL_REPORTER, Role.HEAD),
}

# Whoever hears of groups that have no teacher is told once, of the school: not of each of them.
ASKED = """
WITH holder AS (
    SELECT c.unit_id, c.path, c.from_name_zh, c.from_name_en, a.user_id,
           array_position(%(roles)s::text[], a.role::text) AS place,
           min(array_position(%(roles)s::text[], a.role::text)) OVER (PARTITION BY c.unit_id)
           AS first
    FROM obligation_chase c
    CROSS JOIN unnest(string_to_array(rtrim(c.path, '/'), '/')::bigint[]) AS here (unit_id)
    JOIN accounts_roleassignment a
      ON a.unit_id = here.unit_id AND a.role = ANY(%(roles)s)
     AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
    WHERE c.day = %(day)s AND c.kind = %(kind)s AND c.path >= %(low)s AND c.path < %(high)s
      AND c.chased_at = %(at)s
), asked AS (
    SELECT h.user_id, h.from_name_zh, h.from_name_en,
           CASE WHEN h.place = 1 THEN g.unit_id ELSE coalesce(g.school_id, g.unit_id) END AS unit_id
    FROM holder h JOIN units_unitversion g
      ON g.unit_id = h.unit_id AND g.valid_from <= %(day)s AND g.valid_to > %(day)s
    WHERE h.place = h.first
)
SELECT DISTINCT a.user_id, v.path,
       jsonb_build_object(
           'unit', jsonb_build_object('zh', v.name_zh, 'en', nullif(v.name_en, '')),
           'who', jsonb_build_object('zh', a.from_name_zh, 'en', nullif(a.from_name_en, '')),
           'kind', %(kind)s::text, 'due', %(due)s::text) AS context,
       'chase:' || %(kind)s || ':' || v.unit_id || ':' || %(moment)s AS dedupe, '/' AS link
FROM asked a
JOIN units_unitversion v
  ON v.unit_id = a.unit_id AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
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
        "roles": [role.value for role in ANSWERS[kind.owed_by]],
        "low": low,
        "high": high,
        "at": at,
    }
    return notices.send_selected(
        template=CHASED.code, select_sql=ASKED, params=asked, at=at
    ).notices
