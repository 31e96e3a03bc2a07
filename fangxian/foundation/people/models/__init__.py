"""Who belongs to a school: pupils, staff and contractors, with whom to call and where they are.

These tables hold 17 million people and are filled by set-based statements, so their references
carry no constraint of the database (docs/adr/0012); every row carries its school and a path, so
that a scope is one comparison and needs no other table.
"""

from fangxian.foundation.people.models.cohorts import (
    Cohort,
    CohortKind,
    CohortMembership,
)
from fangxian.foundation.people.models.moves import (
    Promotion,
    Transfer,
    TransferSide,
    TransferState,
)
from fangxian.foundation.people.models.persons import (
    KIND_OF,
    Guardian,
    IdKind,
    Membership,
    Person,
    PersonKind,
    Relation,
    Sex,
)

__all__ = [
    "Cohort",
    "CohortKind",
    "CohortMembership",
    "Guardian",
    "IdKind",
    "KIND_OF",
    "Membership",
    "Person",
    "PersonKind",
    "Promotion",
    "Relation",
    "Sex",
    "Transfer",
    "TransferSide",
    "TransferState",
]
