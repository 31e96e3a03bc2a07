"""`python -m tools.advisories`: does an advisory name what is locked here? Needs the network.

One question to OSV (https://osv.dev), which gathers the advisories of PyPI and npm, holds names and
versions of both locks and nothing else. A machine that cannot reach it is told so loudly and
fails nothing: what was not asked is not clean, and not broken either.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from tools.check_dependencies import NPM_LOCK, PINNED, locked

SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE_SECONDS = 20
#: advisories that were read and do not concern us, each with why
ACCEPTED: dict[str, str] = {}
Query = dict[str, Any]


def main() -> int:
    """1 where an advisory names something; 0 where none does, or nobody could be asked."""
    asked = [*python(), *npm()]
    try:
        answers = ask(asked, os.environ.get("OSV_URL", SERVICE))
    except (OSError, ValueError, KeyError) as error:
        print(f"ADVISORIES NOT ASKED: {error}", file=sys.stderr)
        print(f"{len(asked)} dependencies were NOT compared with known faults.", file=sys.stderr)
        return 0
    found = list(told(asked, answers))
    print("\n".join(found) or f"advisories: none names any of {len(asked)} dependencies")
    return 1 if found else 0


def python() -> Iterator[Query]:
    """What the locks of Python hold, each once."""
    pinned = {(m["name"], m["version"]) for _path, line in locked() if (m := PINNED.match(line))}
    for name, version in sorted(pinned):
        yield {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}


def npm() -> Iterator[Query]:
    """What the lock of npm holds, each once."""
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    held = {(place.rpartition("node_modules/")[2], one.get("version"))
            for place, one in packages.items() if place}  # fmt: skip
    for name, version in sorted(held):
        yield {"package": {"name": name, "ecosystem": "npm"}, "version": version}


def ask(asked: Sequence[Query], service: str) -> list[dict[str, Any]]:
    """The answers, one to each question in its order."""
    request = urllib.request.Request(  # noqa: S310 (an address of ours)
        service, json.dumps({"queries": list(asked)}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        answers: list[dict[str, Any]] = json.load(answer)["results"]
    if len(answers) != len(asked):
        raise ValueError(f"{len(answers)} answers to {len(asked)} questions")
    return answers


def told(asked: Sequence[Query], answers: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each advisory that was not read and accepted."""
    for query, answer in zip(asked, answers, strict=True):
        package = query["package"]
        for one in answer.get("vulns", []):
            if one["id"] not in ACCEPTED:
                where = f"https://osv.dev/vulnerability/{one['id']}"
                yield f"{package['ecosystem']} {package['name']} {query['version']}: {where}"


if __name__ == "__main__":
    sys.exit(main())
