"""The texts of the phone page: the two sides, Python and TypeScript, name the same keys."""

import re
from pathlib import Path

from fangxian.watch.checks.texts import TEXTS

SCRIPT = Path(__file__).parents[2] / "frontend" / "src" / "check" / "texts.ts"


def test_both_sides_name_the_same_texts() -> None:
    keys = re.findall(r'^  "(\w+)",', SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(TEXTS) == sorted(keys)
