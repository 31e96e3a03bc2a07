"""`python -m tools.check_size`: no module over 400 lines, no function over 50."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("fangxian", "tests", "bench", "tools")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def main() -> int:
    """Print what is too long; 1 if anything is."""
    found = [line for folder in WATCHED for line in too_long(ROOT / folder)]
    print("\n".join(found) or "sizes: fine")
    return 1 if found else 0


def too_long(folder: Path) -> Iterator[str]:
    """A line for each module and function over its limit; migrations are what they are."""
    for path in sorted(folder.glob("**/*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        lines, name = text.count("\n"), path.relative_to(ROOT)
        if lines > LONGEST_MODULE:
            yield f"{name}: {lines} lines, at most {LONGEST_MODULE}: split it by noun"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{name}:{node.lineno}: {node.name} has {length} lines, at most 50"


if __name__ == "__main__":
    sys.exit(main())
