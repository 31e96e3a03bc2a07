"""Making notices and planning how they go out."""

from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices import actions, kinds
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.models import Delivery, Notice, Preference, QuietHours, Robot
from fangxian.foundation.notices.rules import Category, Wanted
from fangxian.kernel.clock import SHANGHAI
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


@pytest.mark.parametrize("wanted", Wanted)
@pytest.mark.parametrize("urgent", [False, True])
def test_what_goes_out_is_what_is_wanted(
    cast: Cast, settings: Settings, wanted: Wanted, urgent: bool
) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"smtp_host": "mail"})
    User.objects.update(email="someone@example.cn")
    Preference.objects.create(
        user=cast.users["head"], channel="email", category=Category.DUTIES, wanted=wanted
    )
    sent = actions.send(
        to=[cast.users["head"].pk],
        template="tests.asked",
        context={},
        path=cast.school.path,
        link="",
        dedupe="x",
        at=AT,
        urgent=urgent,
    )
    goes = wanted is Wanted.ALL or (wanted is Wanted.URGENT and urgent)
    assert sent == actions.Sent(1, int(goes))


def test_what_can_wait_waits_for_the_morning(cast: Cast, settings: Settings) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"smtp_host": "mail"})
    User.objects.update(email="someone@example.cn")
    QuietHours.objects.create(user=cast.users["head"], start=time(23), end=time(8))
    late = AT.replace(hour=23, minute=30)
    for template in ("tests.asked", "tests.case"):
        actions.send(
            to=[cast.users[name].pk for name in ("head", "reporter")],
            template=template,
            context={},
            path=cast.school.path,
            link="",
            dedupe=template,
            at=late,
        )
    morning = late.date() + timedelta(days=1)
    begin = {
        (one.user_id, one.urgent): one.not_before.astimezone(SHANGHAI)
        for one in Delivery.objects.all()
    }
    head, reporter = cast.users["head"].pk, cast.users["reporter"].pk
    assert begin == {
        (head, True): late,
        (reporter, True): late,
        (head, False): datetime.combine(morning, time(8), tzinfo=SHANGHAI),
        (reporter, False): datetime.combine(morning, time(6, 30), tzinfo=SHANGHAI),
    }


def test_a_link_stays_on_this_site(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.send(
            to=[cast.users["head"].pk],
            template="tests.asked",
            context={},
            path="",
            link="//evil.example.com/",
            dedupe="x",
            at=AT,
        )


def test_who_left_is_told_nothing(cast: Cast) -> None:
    User.objects.filter(username="head").update(is_active=False)
    assert ask(cast, "head", "reporter").notices == 1


def test_a_group_never_hears_of_one_persons_account(cast: Cast) -> None:
    Robot.objects.create(
        unit_id=cast.school.id,
        channel="webhook",
        name="x",
        url="https://example.com/x",
        categories=list(Category),
        lane="x",
        made_at=AT,
    )
    kinds.register(Template("tests.own", "x", "x", "", Category.ACCOUNT))

    def tell(template: str, path: str) -> int:
        return actions.send(
            to=[cast.users["head"].pk],
            template=template,
            context={},
            path=path,
            link="",
            dedupe=f"{template}{path}",
            at=AT,
        ).deliveries

    assert tell("tests.own", cast.school.path) == 0
    assert tell("tests.asked", cast.school.path) == 1
    assert tell("tests.asked", cast.named_group.path) == 1
    assert tell("tests.asked", cast.county.path) == 0, "what lies above is no business of theirs"
