"""The kind of sheet by which many people are invited at once: one-time links, downloaded once."""

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from fangxian.foundation.accounts.models import ROLE_LABELS, Invitation, RoleAssignment
from fangxian.foundation.accounts.rules import (
    INVITATION_VALID,
    AccountEvent,
    AccountPermission,
    Role,
    fingerprint,
    may_hold,
    new_secret,
)
from fangxian.foundation.units.intake.places import by_id, place_for
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.errors import Conflict
from fangxian.kernel.intake import sources, tables
from fangxian.kernel.intake.kinds import Field, Form, IntakeKind, Job, Shown
from fangxian.kernel.intake.reasons import join, plain, reason
from fangxian.kernel.intake.rules import Outcome

Person = tuple[int, str, str, str]  # unit, role, name, telephone
MOST_ROWS: Final = 20_000


def _roles() -> dict[str, str]:
    found = {role.value: role.value for role in Role}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(ROLE_LABELS[role]).lower().replace(" ", ""): role.value for role in Role}
    return found


FIELDS = (
    Field("unit", _("Unit code"), ("单位代码", "代码", "学校代码", "班组代码"), Form.CODE, 24,
          required=True, examples=("5101049001", "5101049001-0101")),
    Field("role", _("Role"), ("角色", "岗位"), Form.CHOICE, choices=_roles, required=True,
          examples=(ROLE_LABELS[Role.SCHOOL_REPORTER], ROLE_LABELS[Role.GROUP_TEACHER])),
    Field("name", _("Name of the person"), ("姓名",), required=True, examples=("示例一", "示例二")),
    Field("phone", _("Telephone"), ("电话", "手机", "手机号", "联系电话"), Form.PHONE, 30,
          examples=("00000000001", "00000000002")),
)  # fmt: skip
REASONS = {
    "unit_unknown": _("No unit within your scope has the code %(it)s."),
    "said_twice": _("Row %(it)s invites the same person to the same role."),
}


@dataclass
class Invited:
    """One row: who is to hold what where, and what comes of it."""

    line: int
    said: Mapping[str, Any]
    unit: UnitVersion | None = None
    outcome: Outcome = Outcome.NEW
    reasons: list[str] = field(default_factory=list)

    @property
    def person(self) -> Person:
        at = self.unit.unit_id if self.unit else 0
        return at, self.said["role"] or "", self.said["name"] or "", self.said["phone"] or ""

    def refuse(self, why: str) -> None:
        self.reasons.append(why)
        self.outcome = Outcome.WRONG


def _invited(job: Job, only: Sequence[int] | None = None) -> list[Invited]:
    rows = []
    for line, said, wrong in tables.all_said(job.intake.pk, only):
        row = Invited(line, said)
        if wrong:
            row.refuse(wrong)
        rows.append(row)
    _find_units(rows, job)
    known = _known([row.unit.unit_id for row in rows if row.unit], job)
    first: dict[Person, Invited] = {}
    for row in rows:
        if row.outcome is Outcome.WRONG:
            continue
        if row.person in first:
            row.refuse(reason("said_twice", "", first[row.person].line))
        elif row.person in known:
            row.outcome = Outcome.SAME
        first.setdefault(row.person, row)
    return rows


def _find_units(rows: Iterable[Invited], job: Job) -> None:
    codes = {row.said["unit"] for row in rows}
    versions = UnitVersion.objects.as_of(job.today).below(job.place.path).filter(code__in=codes)
    found = {version.code: version for version in versions}
    for row in rows:
        unit = found.get(row.said["unit"])
        if unit is None or not job.by.may(AccountPermission.MANAGE, unit.path):
            if row.said["unit"]:
                row.refuse(reason("unit_unknown", "", row.said["unit"]))
            continue
        row.unit = unit
        if row.said["role"]:
            decision = may_hold(Role(row.said["role"]), kind=unit.kind, held=())
            if not decision.allowed:
                row.refuse(plain(decision.reason))


def _known(unit_ids: Iterable[int], job: Job) -> set[Person]:
    """Who holds a role already, or has a link that is still good."""
    ids = set(unit_ids)
    held = RoleAssignment.objects.in_force(job.today).filter(unit_id__in=ids)
    links = Invitation.objects.filter(unit_id__in=ids, used_at=None, expires_at__gt=job.at)
    return {
        *held.values_list("unit_id", "role", "user__display_name", "user__phone"),
        *links.values_list("unit_id", "role", "name", "phone"),
    }


def judge(job: Job) -> None:
    """Fill the import's rows with what each would do."""
    tables.judged(
        job.intake.pk,
        ((row.line, row.outcome.value, row.unit.unit_id if row.unit else None, join(row.reasons))
         for row in _invited(job)),
    )  # fmt: skip


def commit(job: Job) -> dict[str, int]:
    """Make an invitation for every right row; their links lie in a file that is had once."""
    rows = _invited(job)
    counts = Counter(row.outcome.value for row in rows)
    if any(counts[outcome] != job.intake.counts.get(outcome, 0) for outcome in Outcome):
        raise Conflict(_now("Roles have changed meanwhile: please look at the rows again."))
    made = [(row, new_secret()) for row in rows if row.outcome is Outcome.NEW]
    Invitation.objects.bulk_create(
        (
            Invitation(hash=fingerprint(secret), unit_id=row.person[0], role=row.person[1],
                       name=row.person[2][:60], phone=row.person[3][:30],
                       invited_by_id=job.by.user_id, created_at=job.at,
                       expires_at=job.at + INVITATION_VALID)
            for row, secret in made
        ),
        batch_size=2_000,
    )  # fmt: skip
    _keep_links(made, job)
    return {outcome: counts[outcome] for outcome in ("new", "same")}


def _keep_links(made: Sequence[tuple[Invited, str]], job: Job) -> None:
    import xlsxwriter  # type: ignore[import-untyped]  # only where links are made

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.set_column(0, 4, 24)
    heads = [*(str(one.label) for one in FIELDS), _now("Link, to be used once")]
    lines = [[row.said["unit"], ROLE_LABELS[Role(row.said["role"])], row.person[2], row.person[3],
              settings.FANGXIAN.site + reverse("accounts:invitation", args=[secret])]
             for row, secret in made]  # fmt: skip
    for number, cells in enumerate([heads, *lines]):
        for at, cell in enumerate(cells):
            sheet.write_string(number, at, str(cell))  # never a formula
    book.close()
    path = sources.folder() / f"{job.intake.pk}.result"
    path.write_bytes(b"")
    path.chmod(0o600)
    path.write_bytes(target.getvalue())
    job.intake.result = "invitations.xlsx"


def _page(unit: UnitVersion) -> str:
    return reverse("accounts:administration")


def _shown(job: Job, lines: Sequence[int]) -> Mapping[int, Shown]:
    labels = {role.value: ROLE_LABELS[role] for role in Role}
    return {
        row.line: Shown([row.person[2], labels.get(row.person[1], ""), row.said["unit"]])
        for row in _invited(job, lines)
    }


def accounts() -> IntakeKind:
    """The kind, for the registry."""
    return IntakeKind(
        code="accounts",
        label=_("Invite many people"),
        about=_("Each row invites a person to a role at a unit. When you have looked at the rows "
                "you get a sheet with a one-time link for each, to be downloaded once."),
        permission=AccountPermission.MANAGE,
        event=AccountEvent.INVITED_MANY,
        fields=FIELDS,
        heads=(_("Name of the person"), _("Role"), _("Unit code")),
        place=place_for(AccountPermission.MANAGE, _page),
        place_by_id=partial(by_id, page=_page),
        judge=judge,
        commit=commit,
        shown=_shown,
        reasons=REASONS,
        most_rows=MOST_ROWS,
    )  # fmt: skip
