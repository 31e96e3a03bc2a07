"""Making notices and planning how they go out."""

import pytest

from fangxian.foundation.notices import actions
from fangxian.foundation.notices.models import Delivery, Notice
from tests.cast import AT, Cast

pytestmark = pytest.mark.django_db


def ask(cast: Cast, *names: str, dedupe: str = "x") -> actions.Sent:
    return actions.send(
        to=[cast.users[name].pk for name in names],
        template="tests.asked",
        context={"unit": {"zh": "示例", "en": "Sample"}, "due": "09:30"},
        path=cast.school.path,
        link="/checks/",
        dedupe=dedupe,
        at=AT,
    )


def test_a_notice_is_made_once(cast: Cast) -> None:
    assert ask(cast, "teacher", "reporter").notices == 2
    assert ask(cast, "teacher", "head").notices == 1
    assert Notice.objects.count() == 3
    assert Delivery.objects.count() == 0
