"""The operations of the API as its own description tells them, with values to call them by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from fangxian.config.api import api
from tests.cast import DAY

#: what a property of a body, a query or an address is, by its name: an identifier of an estate …
IDENTIFIERS = {"unit": "group_code", "code": "code", "person": "person", "search": "code"}
#: … where the address says otherwise …
IN_REPORTS = {"unit": "code"}
#: … or a plain value
VALUES: dict[str, Any] = {
    "day": DAY.isoformat(),
    "from": DAY.isoformat(),
    "days": 7,
    "kind": "check.morning",
    "session": "morning",
    "after": 0,
    "limit": 10,
    "page": 1,
    "size": 10,
    "left": False,
    "overdue": False,
    "population": "students",
    "enrolled": 2,
    "present": 1,
    "not_known": 0,
    "reason": "ill",
    "revision": 1,
    "comment": "请核对",
    "number": "1",
    "name": "改名",
}
#: in a body these are something else
IN_BODY = VALUES | {"kind": "student"}
#: path, query and body
Call = tuple[str, dict[str, Any], Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path of the description."""

    method: str
    path: str
    name: str
    told: Any
    schemas: Any

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name: in the path or in the query."""
        return {one["name"]: one["in"] for one in self.told.get("parameters", [])}

    @property
    def body(self) -> Any:
        """The schema of what is sent, or None."""
        content = self.told.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    @property
    def pointing(self) -> bool:
        """Whether anything in it is an identifier."""
        return any(self._identifier(name) for name in self.parameters) or self.body is not None

    def _identifier(self, name: str) -> str | None:
        if "daily-reports" in self.path and name in IN_REPORTS:
            return IN_REPORTS[name]
        if name == "code" and self.parameters.get(name) == "query":
            return None
        return IDENTIFIERS.get(name)

    def calls(self, own: dict[str, str], foreign: dict[str, str]) -> Iterator[Call]:
        """Path, query and body with at least one identifier that is foreign."""
        places = [name for name in self.parameters if self._identifier(name)]
        inside = sorted(self._inside(self.body)) if self.body else []
        for chosen in product((own, foreign), repeat=len(places) + len(inside)):
            if all(one is own for one in chosen) or not chosen:
                continue
            whose = dict(zip([*places, *inside], chosen, strict=True))
            values = {name: self._value(name, whose.get(name, own)) for name in self.parameters}
            path = self.path
            for name, where in self.parameters.items():
                if where == "path":
                    path = path.replace("{" + name + "}", str(values[name]))
            query = {n: values[n] for n, where in self.parameters.items() if where == "query"}
            body = self._filled(self.body, "", whose, own) if self.body else None
            yield path, {n: v for n, v in query.items() if v is not None}, body

    def _value(self, name: str, ids: dict[str, str]) -> Any:
        key = self._identifier(name)
        return ids[key] if key else VALUES.get(name)

    def _resolved(self, schema: Any) -> Any:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].split("/")[-1]]
        if "anyOf" in schema:
            real = [one for one in schema["anyOf"] if one.get("type") != "null"]
            return self._resolved(real[0])
        return schema

    def _inside(self, schema: Any) -> set[str]:
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            return self._inside(schema["items"])
        found = set()
        for name, below in schema.get("properties", {}).items():
            if name in IDENTIFIERS and name != "code":
                found.add(f".{name}")
            found |= self._inside(below)
        return found

    def _filled(self, schema: Any, name: str, whose: Any, own: dict[str, str]) -> Any:
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            return [self._filled(schema["items"], name, whose, own)]
        if "properties" in schema:
            wanted = {
                key: below
                for key, below in schema["properties"].items()
                if key in IN_BODY or f".{key}" in whose or key == "items" or self._inside(below)
            }
            filled = {k: self._filled(v, k, whose, own) for k, v in wanted.items()}
            return {key: value for key, value in filled.items() if value not in (None, [None])}
        if f".{name}" in whose:
            value = whose[f".{name}"][IDENTIFIERS[name]]
            return int(value) if schema.get("type") == "integer" else value
        return IN_BODY.get(name)


def operations() -> list[Operation]:
    """All of them, by the names of their functions."""
    told = api.get_openapi_schema()
    return [
        Operation(method.upper(), path, one["operationId"].rpartition("_api_")[2], one,
                  told["components"]["schemas"])
        for path, methods in told["paths"].items()
        for method, one in methods.items()
    ]  # fmt: skip
