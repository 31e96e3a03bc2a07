"""Whom to call, from a sheet: the person in charge, the leading group, contacts outside."""

from datetime import timedelta

import pytest

from fangxian.foundation.units.models import LeadingGroupMember, TieContact, UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.intake.rules import State
from tests.intake.files import as_csv
from tests.units.conftest import TODAY, admin_of, unit
from tests.units.test_import import apply, stage, told

HEADING = ["单位代码", "类别", "职务", "姓名", "电话"]
ROWS = [
    ["5101320001", "负责人", "校长", "王校长", "00000000001"],
    ["5101320001", "领导小组", "组长", "李组长", "00000000002"],
    ["5101320001", "疾控", "", "示例疾控中心", "00000000003"],
]


@pytest.fixture
def admin(school: UnitVersion) -> Actor:
    return admin_of(unit("510118"))


def test_contacts_are_written_from_today_on_and_once(admin: Actor) -> None:
    content = as_csv([HEADING, *ROWS])
    made = stage(content, admin, kind="contacts")
    assert made.counts["new"] == 3, (made.message, told(made))
    assert apply(made, admin).state == State.DONE
    now = unit("5101320001")
    assert (now.contact_name, now.contact_phone) == ("王校长", "00000000001")
    assert unit("5101320001", TODAY - timedelta(days=1)).contact_name == ""
    assert LeadingGroupMember.objects.get().post == "组长"
    assert TieContact.objects.get().kind == "cdc"
    assert stage(content, admin, kind="contacts").counts["same"] == 3


def test_another_telephone_is_a_change(admin: Actor) -> None:
    apply(stage(as_csv([HEADING, *ROWS]), admin, kind="contacts"), admin)
    changed = [[*row[:4], row[4][:-1] + "9"] for row in ROWS]
    made = stage(as_csv([HEADING, *changed]), admin, kind="contacts")
    assert made.counts["changed"] == 3
    apply(made, admin)
    assert unit("5101320001").contact_phone == "00000000009"
    assert [one.phone for one in LeadingGroupMember.objects.all()] == ["00000000009"]


def test_wrong_rows_say_why(admin: Actor) -> None:
    rows = [ROWS[0], ROWS[0], ["999", *ROWS[1][1:]], [*ROWS[2][:1], "邻居", *ROWS[2][2:]],
            [*ROWS[2][:4], "没有"]]  # fmt: skip
    made = stage(as_csv([HEADING, *rows]), admin, kind="contacts")
    assert set(told(made)) == {3, 4, 5, 6} and made.counts["new"] == 1
    assert "999" in told(made)[4] and "邻居" in told(made)[5]
