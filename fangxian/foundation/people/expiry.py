"""What expires of people: first what hangs on them, then who left. Who has a duty open stays."""

from fangxian.kernel.privacy import Expiry, expire
from fangxian.kernel.privacy.expiry import Unit

#: in a group still, or to come to another school: nothing of the person is touched
NO_OPEN_DUTY = """
NOT EXISTS (SELECT FROM people_transfer t WHERE t.person_id = people_person.id
            AND t.done_at IS NULL AND t.state IN ('asked', 'accepted'))
AND NOT EXISTS (SELECT FROM people_membership m WHERE m.person_id = people_person.id
                AND m.valid_to > %(today)s)
"""
WHO_LEFT = f"left_on <= %(before)s AND {NO_OPEN_DUTY}"

expire(
    Expiry(
        code="guardian",
        table="people_guardian",
        where=f"person_id IN (SELECT id FROM people_person WHERE {WHO_LEFT})",  # noqa: S608
        order=10,
    )
)
expire(
    Expiry(
        code="transfer",
        table="people_transfer",
        where=(
            "(done_at < %(before)s OR (state IN ('refused', 'withdrawn') "
            "AND answered_at < %(before)s))"
        ),
        unit=Unit.MOMENT,
        order=20,
    )
)
expire(
    Expiry(
        code="cohort_ended",
        table="people_cohortmembership",
        where="valid_to <= %(before)s",
        order=20,
    )
)
expire(
    Expiry(
        code="person",
        table="people_person",
        where=WHO_LEFT,
        also=(
            "DELETE FROM rights_correction WHERE person_id = ANY(%(keys)s)",
            "DELETE FROM people_guardian WHERE person_id = ANY(%(keys)s)",
            "DELETE FROM people_cohortmembership WHERE person_id = ANY(%(keys)s)",
            "DELETE FROM people_transfer WHERE person_id = ANY(%(keys)s)",
            "DELETE FROM people_membership WHERE person_id = ANY(%(keys)s)",
        ),
        order=30,
    )
)
expire(
    Expiry(
        code="unmasking",
        table="people_unmasking",
        where="at < %(before)s",
        unit=Unit.MOMENT,
        order=20,
    )
)
