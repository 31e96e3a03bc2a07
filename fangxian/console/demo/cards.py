"""The account cards: for the sign-in page, and as JSON with tokens for programs."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from fangxian.console.demo import cast
from fangxian.console.demo.scenarios import Refused
from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.cards import DemoCard
from fangxian.foundation.accounts.models import ROLE_LABELS
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access
from fangxian.kernel.models import Installation

TOKEN_DAYS: Final = 30
CAN: Final = {
    "group_teacher": _("Take the roll of one class: a question, three taps. It waits for you."),
    "school_reporter": _("See today's figures of a school, ask the silent classes, sign."),
    "health_officer": _("See who is ill in the school, correct checks, answer for a class."),
    "head": _("See the school's day and its report."),
    "county_officer": _("See who has not answered, ring them, accept or return reports."),
    "city_officer": _("See the city's counties, ask the silent again."),
    "province_officer": _("See the province: x of y, the map, what changed since yesterday."),
    "inspector": _("Read the boards of a city."),
    "cdc_liaison": _("Read the county's figures for disease control."),
    "unit_admin": _("Invite people, give and end roles, import units."),
    "auditor": _("Read the audit trail: who did what, when."),
    cast.OUTSIDER: _("A county officer of the next county: sees nothing of this one."),
}


def on_sign_in_page() -> list[DemoCard]:
    """The cards in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    found = list(cast.engaged())
    names = _names({held.unit_id for _p, _u, held in found}, chinese)
    return [
        DemoCard(
            role=gettext("Outsider") if part.card == cast.OUTSIDER else str(ROLE_LABELS[part.role]),
            username=user.username,
            password=cast.PASSWORD,
            unit=names.get(held.unit_id, ""),
            can=str(CAN[part.card]),
        )
        for part, user, held in found
    ]


def _names(units: set[int], chinese: bool) -> dict[int, str]:
    """Names of units; a group's with its school's before it."""
    rows = list(UnitVersion.objects.filter(unit_id__in=units).order_by("valid_from"))
    names = {row.unit_id: row.name_zh if chinese else row.name_en or row.name_zh for row in rows}
    within = " " if chinese else ", "
    return names | {
        row.unit_id: f"{names[row.school_id]}{within}{names[row.unit_id]}"
        for row in rows
        if row.school_id in names and row.school_id != row.unit_id
    }


def accounts_of_demo(*, at: datetime) -> list[dict[str, str]]:
    """Every card with its password and a new token, each call anew; demonstrations only."""
    if not Installation.objects.filter(is_demo=True).exists():
        raise Refused("This database holds no demonstration: there are no accounts to show.")
    by = access.system("demo", [AccountPermission.MANAGE])
    found = []
    for part, user, held in cast.engaged():
        unit = UnitVersion.objects.as_of(at.date()).get(unit_id=held.unit_id)
        token = accounts.mint_token(
            user=user,
            unit=held.unit,
            name="fangxian demo",
            permissions=access.granted(part.role),
            expires_at=at + timedelta(days=TOKEN_DAYS),
            by=by,
            at=at,
        )
        found.append(
            {
                "role": part.card,
                "username": user.username,
                "password": cast.PASSWORD,
                "unit": unit.code,
                "token": token,
            }
        )
    return found
