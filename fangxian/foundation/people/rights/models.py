"""What was corrected on request: the values before and after are sealed."""

from typing import ClassVar

from django.db import models

from fangxian.foundation.people.models import Person
from fangxian.foundation.people.models.columns import path_column, unit_key
from fangxian.foundation.people.rights.rules import LONGEST_REASON, AskedBy
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.kernel.access.rows import by_path
from fangxian.kernel.secrets.fields import SealedField, SealedModel


class Correction(SealedModel):
    """One field of a person's record that was wrong: what it was, what it became, who asked."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="corrections", db_constraint=False
    )
    school = unit_key()
    path = path_column()
    name = models.CharField(max_length=20, db_collation="C")
    before = SealedField()
    after = SealedField()
    asked_by = models.CharField(max_length=10, choices=AskedBy.choices)
    reason = models.CharField(max_length=LONGEST_REASON)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id school path name asked_by at",
        personal="person before after reason by_id",
        purpose="rights",
        kept="person",
        seen_by="group",
    )
    rows: ClassVar = by_path()

    def __str__(self) -> str:
        return f"{self.person_id} {self.name}"
