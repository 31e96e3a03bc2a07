"""What this room holds about a person, for who asks to see all of it."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.models import Person
from fangxian.foundation.people.queries import record_of
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel.access import Actor
from fangxian.kernel.privacy import Held, holds


def _until(day: date) -> str:
    return "" if day == OPEN_END else str(day)


def _held(person_id: int, by: Actor, today: date) -> list[Held]:
    person = Person.objects.get(pk=person_id)
    record = record_of(person, by=by, day=today)
    facts = [
        person.get_kind_display(), person.name, person.number, person.get_id_kind_display(),
        person.id_number, person.get_sex_display(), str(person.born or ""), person.phone,
        str(person.left_on or ""),
    ]  # fmt: skip
    return [
        Held(
            "person", _("The person"),
            [_("Who they are"), _("Name of the person"), _("Number"), _("Identity document"),
             _("Number of the document"), _("Sex"), _("Birth date"), _("Own telephone"),
             _("Left on")],
            [[str(one) for one in facts]],
            ["kind", "name", "number", "id_kind", "id_number", "sex", "born", "phone", "left_on"],
        ),
        Held(
            "guardians", _("Whom to call"),
            [_("Relation"), _("Name of the person"), _("Telephone")],
            [[str(one.get_relation_display()), one.name, one.phone] for one in record.guardians],
            ["relation", "name", "phone"],
        ),
        Held(
            "groups", _("Groups over time"), [_("Group"), _("From"), _("Until before")],
            [[version.name_zh if version else "", str(row.valid_from), _until(row.valid_to)]
             for row, version in record.memberships],
            ["group", "from", "to"],
        ),
        Held(
            "cohorts", _("Dormitory, bus, canteen"),
            [_("Kind"), _("Name"), _("Place"), _("From"), _("Until before")],
            [[str(row.cohort.get_kind_display()), row.cohort.name, row.place,
              str(row.valid_from), _until(row.valid_to)] for row in record.cohorts],
            ["kind", "name", "place", "from", "to"],
        ),
        Held(
            "transfers", _("Transfers"), [_("From this day"), _("State"), _("Reason")],
            [[str(row.effective_on), str(row.get_state_display()), row.reason]
             for row in record.transfers],
            ["effective_on", "state", "reason"],
        ),
    ]  # fmt: skip


holds("10 people", _held)
