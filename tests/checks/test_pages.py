"""The teacher's pages in both languages: names and lists as each of them writes them."""

from datetime import timedelta

import pytest
from django.test import Client

from fangxian.foundation.obligations.actions import chase
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


@pytest.mark.parametrize(("language", "who"), [("en", "510104"), ("zh-hans", "锦江区")])
def test_who_asks_again_is_named_in_the_readers_language(
    client: Client, cast: Cast, language: str, who: str
) -> None:
    by = cast.actor("county_officer")
    chase(kind="check.morning", unit=cast.county.version, day=DAY, by=by, at=AT)
    client.force_login(cast.users["teacher"])
    address = f"/checks/{cast.named_group.code}/{DAY}/morning/"
    sheet = client.get(address, headers={"accept-language": language}).content.decode()
    asked = sheet[sheet.index('id="check-asked"') :]
    assert who in asked[: asked.index("</div>")]


def test_a_form_of_an_earlier_sign_in_is_no_lack_of_a_role(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.users["teacher"])
    address = f"/checks/{cast.named_group.code}/{DAY}/morning/"
    refused = browser.post(address, {}, headers={"accept-language": "en"})
    assert refused.status_code == 403
    assert "Open this page anew" in refused.content.decode()
    assert "role" not in refused.content.decode().split("<main")[1].split("</main>")[0].replace(
        'role="', ""
    )
