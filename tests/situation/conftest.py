from collections.abc import Iterator

import pytest

from fangxian.kernel import shared


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    shared.forget_all()
    yield
    shared.forget_all()
