"""Every role's pages at the size of a phone and of a desk: nothing overflows, axe is content.

Axe looks at each kind of page once for those who work in a school, in a county, and above.
"""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import DESK, PHONE, Invite, found_on, too_wide

ROLES = {
    "group_teacher": "school",
    "school_reporter": "school",
    "health_officer": "school",
    "head": "school",
    "county_officer": "county",
    "cdc_liaison": "county",
    "unit_admin": "county",
    "city_officer": "above",
    "province_officer": "above",
    "inspector": "above",
    "auditor": "above",
}
LINKS = (
    "all => all.map(one => one.getAttribute('href'))"
    ".filter(one => !/template|download|\\/api\\//.test(one))"
)
ONE_OF_A_KIND = re.compile(r"\d{4,}(-\w+)?|\d{4}-\d{2}-\d{2}|/\d+/|\?.*")
MOST_PAGES = 14
_looked_at: set[tuple[str, str]] = set()


@pytest.mark.parametrize("role", ROLES)
def test_pages_hold(visitor: Invite, role: str) -> None:
    here = visitor(role)
    page = here.page
    page.wait_for_load_state()
    seen: set[str] = set()
    found: list[str] = []
    waiting = [page.url.removeprefix(here.house.url)]
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        shape = ONE_OF_A_KIND.sub("*", path)
        if shape in seen:
            continue
        seen.add(shape)
        answer = page.goto(here.house.url + path)
        if answer is None or answer.status != 200:
            found.append(f"{path}: {answer and answer.status}")
            continue
        first = (ROLES[role], shape) not in _looked_at
        _looked_at.add((ROLES[role], shape))
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            found += found_on(page) if first else too_wide(page)
        waiting += page.eval_on_selector_all(".fx-top a[href^='/'], main a[href^='/']", LINKS)
    assert found == []
