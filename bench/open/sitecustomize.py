"""Fangxian without row-level security, for one measurement: what does it cost?

On the PYTHONPATH of the benchmark's own server only, whose tables are opened meanwhile: the
statements are sent as they would be if no scope had to be told with them.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any


def _hotpath(module: Any) -> None:
    lines = module.STATEMENT.splitlines()
    told = [line for line in lines if "set_config(" not in line]
    module.STATEMENT = (
        "\n".join(told)
        .replace("w.path,\n", "w.path\n")
        .replace("CASE WHEN who.high IS NOT NULL THEN $3::json END", "$3::json")
    )


def _database(module: Any) -> None:
    def as_it_is(self: Any, execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        return execute(query, params, many, context)

    module.DatabaseWrapper._in_scope = as_it_is
    module.DatabaseWrapper.tell_scope = lambda self: None


CHANGED = {"fangxian.watch.checks.hotpath": _hotpath, "fangxian.kernel.database.base": _database}


class Opened(MetaPathFinder):
    """Changes the modules when they are imported."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
        """The module's own, which is changed once it has run."""
        if name not in CHANGED:
            return None
        spec = PathFinder.find_spec(name, path)
        loader: Any = spec.loader if spec else None
        run = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            CHANGED[name](module)

        loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Opened())
