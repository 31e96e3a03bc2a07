"""A kind of notice for the stories here."""

from collections.abc import Iterator

import pytest

from fangxian.foundation.notices import kinds
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import Category

ASKED = Template(
    "tests.asked",
    "Asked",
    "%(unit)s has not answered",
    "Due %(due)s.",
    Category.DUTIES,
)
CASE = Template("tests.case", "Case", "A case at %(unit)s", "", Category.SIGNALS, urgent=True)


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    before = dict(kinds._templates)
    kinds.register(ASKED)
    kinds.register(CASE)
    yield
    kinds._templates.clear()
    kinds._templates.update(before)
