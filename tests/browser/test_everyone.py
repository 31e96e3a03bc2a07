"""Every role's pages at the size of a phone and of a desk: nothing overflows, axe is content."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Invite

ROLES = (
    "group_teacher",
    "school_reporter",
    "health_officer",
    "head",
    "county_officer",
    "city_officer",
    "province_officer",
    "inspector",
    "cdc_liaison",
    "unit_admin",
    "auditor",
)
MOST_PAGES = 12


def _serious(visitor: Invite, role: str, phone: bool) -> list[str]:
    here = visitor(role, phone=phone)
    found: list[str] = []
    links = here.page.eval_on_selector_all(
        ".fx-top a[href^='/'], main a[href^='/']", "all => all.map(one => one.getAttribute('href'))"
    )
    paths = [here.page.url.removeprefix(here.house.url), *dict.fromkeys(links)]
    for path in paths[:MOST_PAGES]:
        page = here.go(path)
        answer = Axe().run(page)
        found += [
            f"{path}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}"
            for one in answer.response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 1:
            found.append(f"{path}: {wide} px wider than the screen")
    return found


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("role", ROLES)
def test_pages_hold(visitor: Invite, role: str, phone: bool) -> None:
    assert _serious(visitor, role, phone) == []
