"""What deploy/ offers names settings that there are, and files and commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from fangxian.config.environment import Environment, variable

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def ids(path: Path) -> str:
    return str(path.relative_to(DEPLOY))


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_setting_it_names_is_one(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r"\bFANGXIAN_[A-Z_]+\b", text)) - {"FANGXIAN_VERSION"}
    known = {variable(field) for field in Environment.model_fields}
    assert named <= known


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_command_and_file_it_names_is_there(path: Path) -> None:
    text = path.read_text()
    for command in re.findall(r"/bin/fangxian ([a-z]+)", text):
        assert command in get_commands()
    for named in re.findall(r"\b(?:deploy|docs)/[\w/.-]*\w", text):
        assert (ROOT / named).exists(), named
