"""What a new day brings: transfers whose day has come, rolls that people left, schools that moved.

Everything here may run again on the same day, or days late, with the same result.
"""

import logging
from datetime import date, datetime
from typing import Final

from django.db import DatabaseError, connection, transaction

from fangxian.foundation.people.actions.groups import recount
from fangxian.foundation.people.actions.transfers import hand_over
from fangxian.foundation.people.models import Membership, Transfer, TransferState
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor

logger = logging.getLogger(__name__)

# Schools that have another place since a day, or were merged into another one.
_SCHOOLS: Final = """
CREATE TEMPORARY TABLE people_schools ON COMMIT DROP AS
SELECT v.unit_id AS old_id, v.unit_id AS new_id, old.path AS old_path, v.path AS new_path
FROM units_unitversion v JOIN units_unitversion old
  ON old.unit_id = v.unit_id AND old.valid_to = v.valid_from AND old.path <> v.path
WHERE v.valid_from > %(since)s AND v.valid_from <= %(day)s AND v.school_id = v.unit_id
UNION
SELECT u.id, s.unit_id, old.path, s.path
FROM units_unit u JOIN units_unitversion old ON old.unit_id = u.id AND old.valid_to = u.closed_on
JOIN units_unitversion s ON s.unit_id = u.merged_into_id AND s.valid_from <= %(day)s
 AND s.valid_to > %(day)s
WHERE u.closed_on > %(since)s AND u.closed_on <= %(day)s AND old.school_id = old.unit_id
"""
_GROUPS: Final = """
CREATE TEMPORARY TABLE people_groups ON COMMIT DROP AS
SELECT v.unit_id, v.path, v.school_id, s.path AS school_path
FROM units_unitversion v
JOIN units_unitversion old ON old.unit_id = v.unit_id AND old.valid_to = v.valid_from
JOIN units_unitversion s ON s.unit_id = v.school_id AND s.valid_from <= %(day)s
 AND s.valid_to > %(day)s
WHERE v.valid_from > %(since)s AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
  AND v.kind = 'group' AND old.path <> v.path
"""
_PERSONS: Final = """
UPDATE people_person p SET path = s.path, school_id = s.id,
       number = CASE WHEN p.number <> '' AND p.school_id <> s.id AND EXISTS (
           SELECT FROM people_person t WHERE t.number = p.number AND t.path = s.path
             AND t.kind = p.kind AND t.left_on IS NULL)
           THEN left(p.number || '-' || p.id, 30) ELSE p.number END
FROM ({whose}) s
WHERE p.id = s.person_id AND (p.path <> s.path OR p.school_id <> s.id)
"""
_OF_SCHOOLS: Final = """
SELECT t.id AS person_id, x.new_id AS id, x.new_path AS path
FROM people_schools x JOIN people_person t ON t.path = x.old_path AND t.school_id = x.old_id
"""
_OF_GROUPS: Final = """
SELECT m.person_id, g.school_id AS id, g.school_path AS path
FROM people_groups g JOIN people_membership m ON m.group_id = g.unit_id AND m.valid_to > %(day)s
"""
_MEMBERSHIPS: Final = """
UPDATE people_membership m SET path = g.path, school_id = g.school_id
FROM people_groups g WHERE m.group_id = g.unit_id AND m.valid_to > %(day)s AND m.path <> g.path
"""
_WITH_THEM: Final = """
UPDATE {table} x SET path = p.path, school_id = p.school_id FROM people_person p
WHERE x.person_id = p.id AND x.path <> p.path {dated}
  AND p.path IN (SELECT new_path FROM people_schools UNION SELECT school_path FROM people_groups)
"""
_COHORTS: Final = """
UPDATE people_cohort c SET path = s.new_path, school_id = s.new_id,
       name = CASE WHEN s.old_id <> s.new_id AND EXISTS (
           SELECT FROM people_cohort t WHERE t.path = s.new_path AND t.kind = c.kind
             AND t.name = c.name AND t.valid_to = '9999-12-31')
           THEN left(c.name, 40) || ' ' || c.id ELSE c.name END
FROM people_schools s WHERE c.path = s.old_path AND c.school_id = s.old_id
"""
_TRANSFERS: Final = """
UPDATE people_transfer t SET {end}_path = s.new_path, {end}_school_id = s.new_id
FROM people_schools s WHERE t.{end}_school_id = s.old_id AND t.{end}_path = s.old_path
  AND t.{other}_school_id <> s.new_id
"""
FOLLOWING: Final = (
    _PERSONS.format(whose=_OF_SCHOOLS),
    _MEMBERSHIPS,
    _PERSONS.format(whose=_OF_GROUPS),
    _WITH_THEM.format(table="people_guardian", dated=""),
    _COHORTS,
    _WITH_THEM.format(table="people_cohortmembership", dated="AND x.valid_to > %(day)s"),
    _TRANSFERS.format(end="from", other="to"),
    _TRANSFERS.format(end="to", other="from"),
)


def turn_the_day(*, since: date, by: Actor, at: datetime) -> int:
    """Carry out what has become due after `since` up to today; how many transfers were."""
    day = at.date()
    follow_the_tree(since=since, day=day)
    handed = carry_out_transfers(by=by, at=at)
    ended = Membership.objects.filter(valid_to__gt=since, valid_to__lte=day)
    recount(ended.values_list("group_id", flat=True).distinct(), day)
    return handed


def carry_out_transfers(*, by: Actor, at: datetime) -> int:
    """Hand over everybody whose day has come. One that fails does not keep the others waiting."""
    due = Transfer.objects.under_way().filter(
        state=TransferState.ACCEPTED, effective_on__lte=at.date()
    )
    handed = 0
    for transfer_id in due.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                transfer = due.select_for_update(skip_locked=True).filter(pk=transfer_id).first()
                if transfer is not None:
                    hand_over(transfer, by=by, at=at)
                    handed += 1
        except (DatabaseError, UnitVersion.DoesNotExist):
            logger.exception("a transfer could not be carried out", extra={"id": transfer_id})
    return handed


@transaction.atomic
def follow_the_tree(*, since: date, day: date) -> int:
    """Let people's places follow units that moved or merged after `since`; how many did.

    A number that is borne at the school merged into gets an ending, so that none is lost.
    """
    values = {"since": since, "day": day}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.people_schools, pg_temp.people_groups")
        cursor.execute(_SCHOOLS, values)
        cursor.execute(_GROUPS, values)
        cursor.execute(
            "SELECT (SELECT count(*) FROM people_schools) + (SELECT count(*) FROM people_groups)"
        )
        moved = int(cursor.fetchone()[0])
        for statement in FOLLOWING if moved else ():
            cursor.execute(statement, values)
    return moved
