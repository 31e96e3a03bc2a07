"""The page on security names tests that there are, and the decisions they rest on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(\w+)`")
FEWEST = 30


def test_every_test_it_names_is_one() -> None:
    missing, known, file = [], 0, ""
    for line in PAGE.read_text().splitlines():
        for path, name in NAMED.findall(line):
            file = path or file
            known += 1
            tree = ast.parse((ROOT / file).read_text())
            functions = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
            if name not in functions:
                missing.append(f"{file}::{name}")
    assert not missing
    assert known >= FEWEST
