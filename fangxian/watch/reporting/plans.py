"""How PostgreSQL plans what the contributions ask, for a few schools and for many.

A few: planning over all partitions costs five times the work, so one plan a statement is kept
(the contributions prepare their statements). Many: nested loops are out of the question,
whatever the planner believes of tables that fill up while it has not looked; early in the
morning it may expect one row where there are 400,000.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

FEW = 50  # schools, of which one plan serves as well as another
KEPT = ("plan_cache_mode", "force_generic_plan")
HASHED = ("enable_nestloop", "off")


@contextmanager
def planned(schools: int) -> Iterator[None]:
    """Within, statements are planned for so many schools; in one transaction."""
    name, value = KEPT if schools <= FEW else HASHED
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = {value}")
        yield
        cursor.execute(f"SET LOCAL {name} TO DEFAULT")
