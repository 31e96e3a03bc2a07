"""The teacher's pages in both languages: names and lists as each of them writes them."""

from datetime import timedelta

import pytest
from django.test import Client

from fangxian.foundation.units.models import UnitVersion
from tests.cast import AT, DAY, Cast
from tests.reporting.stories import ill, morning

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]


@pytest.mark.parametrize(
    ("language", "name", "symptoms"),
    [("en", "Grade 3 Class 1", "Cough, Fever"), ("zh-hans", "三年级1班", "咳嗽、发热")],
)
def test_group_and_symptoms_in_the_readers_language(
    client: Client, cast: Cast, language: str, name: str, symptoms: str
) -> None:
    group = cast.named_group
    UnitVersion.objects.filter(unit_id=group.id).update(name_en="Grade 3 Class 1")
    line = ill(cast.persons[0], "", "cough", "fever")
    morning(group, 5, line, by=cast.actor("teacher"), when=AT - timedelta(minutes=5))
    client.force_login(cast.users["teacher"])
    asks = {"accept-language": language}
    sheet = client.get(f"/checks/{group.code}/{DAY}/morning/", headers=asks).content.decode()
    assert f" · {name}" in sheet[sheet.index("<title>") : sheet.index("</title>")]
    history = client.get(f"/checks/{group.code}/{DAY}/morning/history/", headers=asks)
    assert name in history.content.decode()
    assert symptoms in history.content.decode()
