"""A small real tree: the divisions, a county's invented schools, and who may change it."""

from datetime import date, datetime
from typing import Any

import pytest

from fangxian.foundation.units import actions
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel.access import Actor, Holding, system
from fangxian.kernel.clock import SHANGHAI

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
KNOWN = date(2019, 10, 31)
EVERYWHERE = system("tests", list(UnitPermission))


def admin_of(version: UnitVersion, *permissions: UnitPermission) -> Actor:
    """A person who holds permissions at one unit and below."""
    held = frozenset(p.value for p in permissions or tuple(UnitPermission))
    return Actor(7, "管理员", (Holding("unit_admin", version.unit_id, version.path, held),))


def unit(code: str, day: date = TODAY) -> UnitVersion:
    """The unit that bears a code."""
    return UnitVersion.objects.as_of(day).select_related("unit").get(code=code)


def open_at(parent: UnitVersion, kind: str, code: str, name: str, **more: Any) -> UnitVersion:
    """Open a unit on the first day that the tree knows."""
    return actions.open_unit(
        parent_id=parent.unit_id, kind=kind, code=code, name_zh=name, opened_on=KNOWN,
        by=EVERYWHERE, at=AT, **more,
    )  # fmt: skip


def open_school(county: UnitVersion) -> UnitVersion:
    """A school of two classes, with a teaching point that has a class of its own."""
    made = open_at(county, "centre_school", "5101320001", "示例中心小学", stage="primary")
    for code, name, heads in (("0301", "三年级1班", 40), ("0302", "三年级2班", 38)):
        open_at(made, "group", f"5101320001-{code}", name, population="students", headcount=heads)
    point = open_at(made, "teaching_point", "5101320001-P1", "示例第1教学点")
    open_at(point, "group", "5101320001-P101", "一二年级复式班", population="students", headcount=9)
    return unit("5101320001")


@pytest.fixture
def divisions(db: None) -> None:
    """The real divisions."""
    actions.load_divisions(by=EVERYWHERE, at=AT)


@pytest.fixture
def school(divisions: None) -> UnitVersion:
    """The school in Xinjin, among the real divisions."""
    return open_school(unit("510118"))


@pytest.fixture
def small_tree(db: None) -> None:
    """A province of two cities and three counties, with one school and one university."""
    root = Unit.objects.create(kind="province", opened_on=KNOWN)
    province = UnitVersion.objects.create(
        unit=root, kind="province", valid_from=KNOWN, code="510000", name_zh="四川省",
        path=f"{root.pk}/",
    )  # fmt: skip
    chengdu = open_at(province, "city", "510100", "成都市")
    meishan = open_at(province, "city", "511400", "眉山市")
    xinjin = open_at(chengdu, "county", "510118", "新津区")
    open_at(chengdu, "county", "510129", "大邑县")
    open_at(meishan, "county", "511402", "东坡区")
    open_school(xinjin)
    open_at(province, "college", "5100000001", "示例大学", stage="university",
            territorial_id=xinjin.unit_id)  # fmt: skip
