"""The other school hears of a transfer: that it is asked, and what came of it. No name is told."""

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.queries import holders
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.notices import actions as notices
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import Category
from fangxian.foundation.people.models import Transfer, TransferSide
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor

#: who sees to a school's roster
SEE_TO_IT: Final = (Role.SCHOOL_REPORTER, Role.HEAD)


def _template(code: str, label: "Promise", title: "Promise", body: "Promise") -> Template:
    return Template(code, label, title, body, Category.DUTIES)


TEMPLATES: Final = {
    PeopleEvent.TRANSFER_ASKED: _template(
        "people.transfer_asked",
        _("A school asks for a transfer"),
        _("%(school)s asks for a transfer"),
        _("It shall take effect on %(day)s. Nothing changes before you have answered."),
    ),
    PeopleEvent.TRANSFER_ACCEPTED: _template(
        "people.transfer_accepted",
        _("A transfer was accepted"),
        _("%(school)s accepts the transfer"),
        _("It takes effect on %(day)s. Until then either school may drop it."),
    ),
    PeopleEvent.TRANSFER_REFUSED: _template(
        "people.transfer_refused",
        _("A transfer was refused"),
        _("%(school)s refuses the transfer"),
        _("The reason stands on the page of the transfer. Nothing has changed."),
    ),
    PeopleEvent.TRANSFER_WITHDRAWN: _template(
        "people.transfer_withdrawn",
        _("A transfer was dropped"),
        _("%(school)s dropped the transfer"),
        _("Nothing has changed, and nothing is left to do."),
    ),
}


def tell_the_other_school(
    event: PeopleEvent, transfer: Transfer, *, by: Actor, at: datetime
) -> int:
    """A notice to whoever sees to the roster of the school that did not do it; how many people."""
    ends = {transfer.from_school_id: transfer.from_path, transfer.to_school_id: transfer.to_path}
    this = _side_of(by, event, transfer)
    (other,) = ends.keys() - {this}
    people = {one.pk for role in SEE_TO_IT for one in holders(role, unit_id=other, today=at.date())}
    if not people:
        return 0
    names = UnitVersion.objects.as_of(at.date()).filter(unit_id=this)
    zh, en = names.values_list("name_zh", "name_en").get()
    return notices.send(
        to=sorted(people),
        template=TEMPLATES[event].code,
        context={"school": {"zh": zh, "en": en or None}, "day": f"{transfer.effective_on}"},
        path=ends[other],
        link=reverse("people:transfer", args=[transfer.pk]),
        dedupe=f"transfer:{transfer.pk}:{event}",
        at=at,
    ).notices


def _side_of(by: Actor, event: PeopleEvent, transfer: Transfer) -> int:
    """The school for which somebody acts; who may for both speaks for the one whose turn it is."""
    giving = by.may(PeoplePermission.MANAGE, transfer.from_path)
    if giving and by.may(PeoplePermission.MANAGE, transfer.to_path):
        asks = event in (PeopleEvent.TRANSFER_ASKED, PeopleEvent.TRANSFER_WITHDRAWN)
        giving = (transfer.asked_by_side == TransferSide.GIVING) == asks
    return transfer.from_school_id if giving else transfer.to_school_id
