"""The database backend: no statement reaches a table without the scope of who asks.

The scope (`kernel.access.rowscope`) holds for one transaction, never for a session: a pool hands
one session to many. A statement outside a transaction carries it in front, in the same message,
which PostgreSQL runs as one transaction; inside one, the first statement carries it for the
rest. So it costs no round trip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base
from psycopg import Cursor, ServerCursor, sql

from fangxian.kernel.access import rowscope
from fangxian.kernel.access.rowscope import NOBODY, RowScope

#: equal to no scope that anybody works in
UNKNOWN = RowScope(low="?", high="?")
Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows which scope holds in its transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: what the running transaction was told; a new one knows nothing
        self._in_force = NOBODY
        self.execute_wrappers.append(self._in_scope)

    def tell_scope(self) -> None:
        """Tell the running transaction its scope, for a statement that goes past Django's cursor.

        Only inside a transaction: outside there is nothing that it would hold for.
        """
        scope = rowscope.current()
        if scope != self._in_force:
            with self.wrap_database_errors, Cursor(self.connection) as cursor:
                cursor.execute(scope.statement)
            self._in_force = scope

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """A transaction that knows its scope, for what goes past Django's cursor."""
        if self.in_atomic_block:
            self.tell_scope()
            yield
            return
        with transaction.atomic(using=self.alias):
            self.ensure_connection()
            self.tell_scope()
            yield

    def _in_scope(
        self, execute: Execute, query: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        scope = rowscope.current()
        within = self.in_atomic_block or not self.get_autocommit()
        if scope == (self._in_force if within else NOBODY):
            return execute(query, params, many, context)
        cursor = context["cursor"].cursor
        if many or isinstance(cursor, ServerCursor) or query is None:
            if within:
                self.tell_scope()
                return execute(query, params, many, context)
            with self.scoped():
                return execute(query, params, many, context)
        result = execute(_with(scope, query), params, many, context)
        cursor.nextset()
        if within:
            self._in_force = scope
        return result

    def scope_is_unknown(self) -> None:
        """Whoever told a transaction a scope past this class says so: it is told again."""
        self._in_force = UNKNOWN if self.in_atomic_block else NOBODY

    def _forget(self) -> None:
        self._in_force = NOBODY

    def _commit(self) -> Any:
        self._forget()
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self._forget()
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        # What was told after the savepoint is forgotten with it.
        self._in_force = UNKNOWN

    def close(self) -> None:
        self._forget()
        super().close()

    def connect(self) -> None:
        self._forget()
        super().connect()


def _with(scope: RowScope, query: Any) -> Any:
    if isinstance(query, str):
        return f"{scope.statement}; {query}"
    return sql.SQL("{}; {}").format(sql.SQL(scope.statement), query)
