"""What must hold of people on every day, whatever was done."""

from collections import Counter
from datetime import date, timedelta

from fangxian.foundation.people.models import CohortMembership, Guardian, Membership, Person
from fangxian.foundation.units.models import Unit, UnitVersion


def days(today: date) -> list[date]:
    """Every day on which somebody's place changed, the day before each, and today."""
    found = {today}
    for first, last in Membership.objects.values_list("valid_from", "valid_to"):
        found |= {first, first - timedelta(1), last - timedelta(1)}
        if last.year < 9999:
            found.add(last)
    return sorted(found)


def check(today: date) -> None:
    """Nobody is in two places on a day; nobody is lost; the rolls say what the lists say."""
    for day in days(today):
        rows = list(Membership.objects.as_of(day))
        assert max(Counter(row.person_id for row in rows).values(), default=0) <= 1
        groups = {v.unit_id: v for v in UnitVersion.objects.as_of(day).groups()}
        for row in rows:
            if row.group_id in groups and day >= today:
                assert row.path == groups[row.group_id].path
                assert row.school_id == groups[row.group_id].school_id
    schools = {v.unit_id: v.path for v in UnitVersion.objects.as_of(today).schools()}
    for person in Person.objects.present(today):
        assert schools[person.school_id] == person.path, "a person whose school is not there"
        here = Membership.objects.as_of(today).filter(person=person).first()
        assert here is None or here.school_id == person.school_id
        followers = [*Guardian.objects.filter(person=person)]
        followers += CohortMembership.objects.as_of(today).filter(person=person)
        assert all(one.path == person.path for one in followers)
    for person in Person.objects.exclude(left_on=None):
        gone = Membership.objects.filter(person=person, valid_to__gt=person.left_on)
        assert not gone.exists(), "somebody who left is still in a group"
    check_rolls(today)


def check_rolls(today: date) -> None:
    """A group with a list of names counts what its list says."""
    counted = Counter(Membership.objects.as_of(today).values_list("group_id", flat=True))
    for unit in Unit.objects.filter(has_roster=True, closed_on=None):
        assert unit.headcount == counted[unit.pk], f"group {unit.pk}"
