"""Columns that hold sealed values, and the blind indexes beside them.

A `SealedField` reads and is set as a text; what is kept is bound to an attribute of its row that
never changes (by default the row's own id, which must then be known before it is saved: see
`reserved`). Rows are found by their `BlindField`, never by the sealed one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute

from fangxian.kernel.secrets.sealing import Unreadable, blind, readable, seal


class SealedAttribute(DeferredAttribute):
    """Opens when it is read; what was read and not set anew is kept as it was sealed."""

    field: SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        held = super().__get__(instance, cls)
        if not isinstance(held, bytes):
            return held or ""
        return readable(held, self.field.label, self.field.whose(instance))

    def __set__(self, instance: Any, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):  # type: ignore[type-arg]
    """A text that only this installation's keys open; null where there is none."""

    descriptor_class = SealedAttribute
    empty_strings_allowed = False

    def __init__(self, *args: Any, bound_to: str = "pk", **kwargs: Any) -> None:
        self.bound_to = bound_to
        kwargs |= {"null": True, "blank": True, "default": None}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for said in ("null", "blank", "default"):
            kwargs.pop(said, None)
        if self.bound_to != "pk":
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def label(self) -> str:
        """What a value is bound to beside its row: the table and the column."""
        return f"{self.model._meta.db_table}.{self.column}"

    def whose(self, instance: models.Model) -> object:
        """What a row's value is bound to."""
        return getattr(instance, self.bound_to)

    def from_db_value(self, value: Any, *_about: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def to_python(self, value: Any) -> Any:
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:  # noqa: FBT001
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, Unreadable):
            return held.sealed
        if isinstance(held, bytes) or not held:
            return held or None
        whose = self.whose(model_instance)
        if whose is None:
            raise RuntimeError(f"{self.label} is sealed for its row: reserve the id first")
        return seal(str(held), self.label, whose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if value is None or isinstance(value, (bytes, memoryview)):
            return value
        raise FieldError(f"{self.label} is sealed: save the row, or look for its blind index")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.label} is sealed: look for its blind index")


class BlindField(models.Field):  # type: ignore[type-arg]
    """What finds the rows of a sealed field by exactly its value; kept with it by itself.

    `normal` gives the form in which a value is looked up.
    """

    empty_strings_allowed = False

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs |= {"null": True, "blank": True, "default": None, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for said in ("null", "blank", "default", "editable"):
            kwargs.pop(said, None)
        return name, path, args, {**kwargs, "of": self.of}

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def label(self) -> str:
        """Whose values it finds: each field has a key of its own."""
        return f"{self.model._meta.db_table}.{self.of}"

    def from_db_value(self, value: Any, *_about: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:  # noqa: FBT001
        held = model_instance.__dict__.get(self.of)
        if isinstance(held, (bytes, Unreadable)):
            kept: bytes | None = getattr(model_instance, self.attname)
            return kept
        made = blind(str(held), self.label) if held else None
        setattr(model_instance, self.attname, made)
        return made


class SealedModel(models.Model):
    """A row with sealed fields: whoever saves one of them saves its blind index too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """As every row is saved."""
        if update_fields is not None:
            names = set(update_fields)
            blinds = (one for one in self._meta.local_fields if isinstance(one, BlindField))
            update_fields = names | {one.name for one in blinds if one.of in names}
        super().save(*args, update_fields=update_fields, **kwargs)


def reserved(table: str) -> int:
    """The next id of a table, taken before the row is made: its values are sealed for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        row: tuple[int] = cursor.fetchone()
    return row[0]
