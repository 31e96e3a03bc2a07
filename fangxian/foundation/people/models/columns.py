"""The columns that every table of this room has."""

from __future__ import annotations

from typing import Any

from django.db import models

from fangxian.foundation.units.models import Unit


def unit_key(**more: Any) -> models.ForeignKey[Any, Any]:
    """A unit, without a constraint or an index of its own."""
    return models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False, **more
    )


def path_column() -> models.CharField[str, str]:
    """A place in the tree, compared byte by byte."""
    return models.CharField(max_length=200, db_collation="C")
