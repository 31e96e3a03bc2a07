"""Everything that is held about a person, and what was corrected."""

from datetime import date, datetime

from fangxian.foundation.people.models import Membership, Person, Transfer
from fangxian.foundation.people.rights.models import Correction
from fangxian.foundation.people.rights.rules import may_erase
from fangxian.kernel.access import Actor, Decision
from fangxian.kernel.privacy import Held, held_about


def everything(person: Person, *, by: Actor, today: date) -> list[Held]:
    """All that the rooms hold; the caller has asked whether it may be handed out."""
    return held_about(person.pk, by=by, today=today)


def corrections(person_id: int, *, by: Actor) -> list[Correction]:
    """What was corrected on request, the latest first."""
    return list(Correction.objects.visible_to(by).filter(person_id=person_id).order_by("-pk"))


def erasable(person: Person, *, today: date) -> Decision:
    """Whether the record may go now, and if not, why."""
    return may_erase(
        left_on=person.left_on,
        today=today,
        in_a_group=Membership.objects.filter(person=person, valid_to__gt=today).exists(),
        moving=Transfer.objects.under_way().filter(person=person).exists(),
    )


def as_json(person: Person, found: list[Held], *, at: datetime) -> dict[str, object]:
    """The same for programs: a list of objects for each table."""
    return {
        "person": person.pk,
        "made_at": at.isoformat(),
        "held": {
            held.code: [dict(zip(held.names, row, strict=True)) for row in held.rows]
            for held in found
        },
    }
