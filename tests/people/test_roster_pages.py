"""The pages of an import, as a school's reporter sees them."""

import io
import re
from typing import Any

import pytest
from django.test import Client

from fangxian.foundation.people.models import Person
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.work import run
from tests.cast import AT, Cast
from tests.intake.files import as_csv
from tests.people.rosters import HEADING, row

pytestmark = pytest.mark.usefixtures("at_eight")
NEW = "/imports/new/roster/"


def upload(client: Client, content: bytes, code: str = "5101040001", **more: str) -> Intake:
    file = io.BytesIO(content)
    file.name = "名单.csv"
    answer = client.post(f"{NEW}?unit={code}", {"file": file, **more})
    assert answer.status_code == 302, answer.content.decode()
    return Intake.objects.order_by("-pk")[0]


def work(made: Intake) -> Intake:
    run(made.pk, at=AT)
    made.refresh_from_db()
    return made


def text(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_the_file_to_the_roster(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    assert "导入人员名单" in text(client, NEW, unit="5101040001")
    made = upload(client, as_csv([HEADING, row("付付", 学号="S9"), row("哥哥", "九年级9班")]))
    page = f"/imports/{made.pk}/"
    assert "等待处理" in text(client, page)
    work(made)
    assert client.get(f"{page}progress/").headers["HX-Refresh"] == "true"
    review = text(client, page)
    assert "九年级9班" in review and "只导入" in review
    assert "1 行</span>" in review  # so many rows for this reason
    assert "付付" in text(client, page, show="new") and "哥哥" in text(client, page, show="all")
    assert "晨晨" in text(client, page, show="missing")
    assert client.get(f"{page}wrong/").content.startswith(b"PK")
    assert client.post(f"{page}write/").status_code == 302  # not without saying so
    assert Intake.objects.get(pk=made.pk).state == State.REVIEW
    client.post(f"{page}write/", {"only_right": "1"})
    work(made)
    assert "已写入" in text(client, page)
    assert Person.objects.filter(name="付付").exists()
    assert "名单.csv" in text(client, "/imports/")


def test_columns_are_asked_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    content = as_csv([["班", "名", "杂项"], ["三年级1班", "付付", "x"]])
    made = work(upload(client, content))
    assert made.state == State.MAPPING
    columns = f"/imports/{made.pk}/columns/"
    assert client.get(f"/imports/{made.pk}/").headers["Location"] == columns
    assert "杂项" in text(client, columns)
    assert client.post(columns, {"group": "0"}).status_code == 422
    assert client.post(columns, {"group": "0", "name": "0"}).status_code == 422
    assert client.post(columns, {"group": "0", "name": "1"}).status_code == 302
    assert work(made).counts["new"] == 1
    again = work(upload(client, content))
    assert again.state == State.REVIEW and again.mapping == {"group": 0, "name": 1}


def test_what_changes_is_shown_before_and_after(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    made = work(upload(client, as_csv([HEADING, row("安安", 学号="1", 家长电话="00000000777"),
                                       row("贝贝", "三年级2班", 学号="2")])))  # fmt: skip
    assert (made.counts["changed"], made.counts["moved"]) == (1, 1)
    review = text(client, f"/imports/{made.pk}/", show="all")
    assert "00000000001" in review and "00000000777" in review
    assert "三年级1班" in review and "三年级2班" in review


def test_headings_alone_hold_nothing_to_import(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    made = work(upload(client, as_csv([HEADING])))
    review = text(client, f"/imports/{made.pk}/")
    assert "这份文件里没有要导入的内容" in review
    assert "重新启动" not in review


def test_given_up(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    made = work(upload(client, as_csv([HEADING, row("付付")])))
    assert client.post(f"/imports/{made.pk}/cancel/").status_code == 302
    assert "已放弃" in text(client, f"/imports/{made.pk}/")
    assert client.post(f"/imports/{made.pk}/write/").status_code in (302, 409)
    assert not Person.objects.filter(name="付付").exists()


def test_nobody_else_sees_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    made = work(upload(client, as_csv([HEADING, row("付付")])))
    for who in ("head", "teacher", "unit_admin", "other_reporter", "county_officer"):
        client.force_login(cast.users[who])
        for part in ("", "progress/", "columns/", "wrong/"):
            assert client.get(f"/imports/{made.pk}/{part}").status_code == 404
        for part in ("write/", "cancel/", "result/"):
            assert client.post(f"/imports/{made.pk}/{part}").status_code == 404


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("teacher", "5101040001", 403), ("county_officer", "510104", 403),
     ("other_reporter", "5101040001", 404), ("unit_admin", "510104", 200),
     ("head", "5101040001", 200)],
)  # fmt: skip
def test_who_may_bring_a_roster(
    client: Client, cast: Cast, who: str, code: str, status: int
) -> None:
    client.force_login(cast.users[who])
    assert client.get(NEW, {"unit": code}).status_code == status


def test_the_sheet_to_fill_in_is_right(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    made = work(upload(client, client.get("/imports/sheet/roster/").content))
    assert made.state == State.REVIEW and len(made.mapping) == 23
