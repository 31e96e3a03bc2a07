"""The kind of sheet that says whom to call: the person in charge, the leading group, outside."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.actions.versions import lock_tree, split
from fangxian.foundation.units.intake.kind import words_of
from fangxian.foundation.units.intake.places import by_id, place_for
from fangxian.foundation.units.models import (
    OPEN_END,
    LeadingGroupMember,
    TieContact,
    TieKind,
    UnitVersion,
)
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.kernel.errors import Conflict
from fangxian.kernel.intake import tables
from fangxian.kernel.intake.kinds import Field, Form, IntakeKind, Job, Shown
from fangxian.kernel.intake.reasons import join, reason
from fangxian.kernel.intake.rules import Outcome

IN_CHARGE: Final = "in_charge"
LEADER: Final = "leader"
_ALSO: Final = {
    "负责人": IN_CHARGE, "联系人": IN_CHARGE, "personincharge": IN_CHARGE, IN_CHARGE: IN_CHARGE,
    "领导小组": LEADER, "领导小组成员": LEADER, "leadinggroup": LEADER, LEADER: LEADER,
    "街道": "street", "乡镇": "street", "卫生院": "clinic", "诊所": "clinic", "医院": "clinic",
    "疾控": "cdc", "疾控中心": "cdc", "派出所": "police", "公安": "police",
}  # fmt: skip
FIELDS = (
    Field("unit", _("Unit code"), ("单位代码", "代码", "学校代码"), Form.CODE, 24, required=True,
          examples=("5101049001", "5101049001")),
    Field("what", _("Whom to call"), ("类别", "联系类别", "类型"), Form.CHOICE, required=True,
          choices=lambda: _words(), examples=("负责人", "疾控")),
    Field("post", _("Post"), ("职务",), examples=("校长", "")),
    Field("name", _("Name"), ("姓名", "单位名称", "名称"), longest=60, required=True,
          examples=("示例校长", "示例区疾控中心")),
    Field("phone", _("Telephone"), ("电话", "联系电话", "手机"), Form.PHONE, 30, required=True,
          examples=("00000000001", "00000000003")),
)  # fmt: skip
REASONS = {
    "unit_unknown": _("No unit within your scope has the code %(it)s."),
    "changes_planned": _("Another change of this unit is already entered: make this one on its "
                         "page."),
    "said_twice": _("Row %(it)s says the same, or says otherwise of the same."),
}  # fmt: skip


def _words() -> dict[str, str]:
    return words_of(TieKind) | _ALSO


@dataclass
class Contact:
    """One row: of which unit, who, and what it would do."""

    line: int
    said: Mapping[str, Any]
    unit: UnitVersion | None = None
    kept: LeadingGroupMember | TieContact | None = None
    before: str = ""
    outcome: Outcome = Outcome.NEW
    reasons: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one of."""
        said = self.said
        if said["what"] == IN_CHARGE:
            return (said["unit"], IN_CHARGE)
        return (said["unit"], said["what"], said["name"], said["post"] or "")

    def refuse(self, why: str) -> None:
        self.reasons.append(why)
        self.outcome = Outcome.WRONG


def _contacts(job: Job, only: Sequence[int] | None = None) -> list[Contact]:
    rows = []
    for line, said, wrong in tables.all_said(job.intake.pk, only):
        row = Contact(line, said)
        if wrong:
            row.refuse(wrong)
        rows.append(row)
    _find_units(rows, job)
    _refuse_repeated(rows)
    _compare(rows, job)
    return rows


def _find_units(rows: Iterable[Contact], job: Job) -> None:
    codes = {row.said["unit"] for row in rows}
    versions = UnitVersion.objects.as_of(job.today).below(job.place.path).filter(code__in=codes)
    found = {version.code: version for version in versions}
    for row in rows:
        row.unit = found.get(row.said["unit"])
        if row.said["unit"] and (
            row.unit is None or not job.by.may(UnitPermission.CONTACTS, row.unit.path)
        ):
            row.refuse(reason("unit_unknown", "", row.said["unit"]))
        elif row.unit and row.said["what"] == IN_CHARGE and row.unit.valid_to != OPEN_END:
            row.refuse(reason("changes_planned"))


def _refuse_repeated(rows: Iterable[Contact]) -> None:
    first: dict[tuple[str, ...], Contact] = {}
    for row in rows:
        if row.outcome is not Outcome.WRONG and row.key in first:
            row.refuse(reason("said_twice", "", first[row.key].line))
        first.setdefault(row.key, row)


def _compare(rows: Sequence[Contact], job: Job) -> None:
    kept = _kept([row.unit.unit_id for row in rows if row.unit], job)
    for row in rows:
        if row.outcome is Outcome.WRONG or row.unit is None:
            continue
        said = row.said
        if said["what"] == IN_CHARGE:
            row.before = f"{row.unit.contact_name} {row.unit.contact_phone}".strip()
            same = row.before == f"{said['name']} {said['phone']}"
        else:
            row.kept = kept.get((row.unit.unit_id, *row.key[1:]))
            row.before = row.kept.phone if row.kept else ""
            same = row.before == said["phone"]
        changed = Outcome.CHANGED if row.before else Outcome.NEW
        row.outcome = Outcome.SAME if same else changed


def _kept(ids: Iterable[int], job: Job) -> dict[tuple[Any, ...], LeadingGroupMember | TieContact]:
    held = {"unit_id__in": set(ids), "valid_from__lte": job.today, "valid_to__gt": job.today}
    found: dict[tuple[Any, ...], LeadingGroupMember | TieContact] = {}
    for one in LeadingGroupMember.objects.filter(**held):
        found[(one.unit_id, LEADER, one.name, one.post)] = one
    for tie in TieContact.objects.filter(**held):
        found[(tie.unit_id, tie.kind, tie.name, "")] = tie
    return found


def judge(job: Job) -> None:
    """Fill the import's rows with what each would do."""
    tables.judged(
        job.intake.pk,
        ((row.line, row.outcome.value, row.unit.unit_id if row.unit else None, join(row.reasons))
         for row in _contacts(job)),
    )  # fmt: skip


def commit(job: Job) -> dict[str, int]:
    """Write the right rows, from today on."""
    lock_tree()
    rows = _contacts(job)
    counts = Counter(row.outcome.value for row in rows)
    if any(counts[outcome] != job.intake.counts.get(outcome, 0) for outcome in Outcome):
        raise Conflict(_now("The tree has changed meanwhile: please check the sheet again."))
    writing = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
    _write_in_charge([row for row in writing if row.said["what"] == IN_CHARGE], job)
    others = [row for row in writing if row.said["what"] != IN_CHARGE]
    _end_kept([row.kept for row in others if row.kept], job)
    LeadingGroupMember.objects.bulk_create(
        LeadingGroupMember(unit_id=row.unit.unit_id, post=row.said["post"] or "",
                           name=row.said["name"], phone=row.said["phone"], valid_from=job.today)
        for row in others if row.unit and row.said["what"] == LEADER
    )  # fmt: skip
    TieContact.objects.bulk_create(
        TieContact(unit_id=row.unit.unit_id, kind=row.said["what"], name=row.said["name"],
                   phone=row.said["phone"], valid_from=job.today)
        for row in others if row.unit and row.said["what"] != LEADER
    )  # fmt: skip
    return {outcome: counts[outcome] for outcome in ("new", "changed", "same")}


def _write_in_charge(rows: Sequence[Contact], job: Job) -> None:
    said = {row.unit.unit_id: row.said for row in rows if row.unit}
    later = split(UnitVersion.objects.filter(unit_id__in=said), job.today)
    versions = list(later.filter(unit_id__in=said))
    for version in versions:
        version.contact_name = said[version.unit_id]["name"]
        version.contact_phone = said[version.unit_id]["phone"]
    UnitVersion.objects.bulk_update(versions, ["contact_name", "contact_phone"], batch_size=2_000)


def _end_kept(kept: Iterable[LeadingGroupMember | TieContact], job: Job) -> None:
    """What began today is taken back, what held before ends today."""
    for one in kept:
        if one.valid_from >= job.today:
            one.delete()
        else:
            one.valid_to = job.today
            one.save(update_fields=["valid_to"])


def _shown(job: Job, lines: Sequence[int]) -> Mapping[int, Shown]:
    """Unit, what and who; and the telephone before and after."""
    labels: dict[str, object] = {str(kind): kind.label for kind in TieKind}
    labels |= {IN_CHARGE: _("Person in charge"), LEADER: _("Leading group")}
    found = {}
    for row in _contacts(job, lines):
        cells = [row.said["unit"], labels.get(row.said["what"] or "", ""), row.said["name"]]
        changes = []
        if row.outcome is Outcome.CHANGED:
            now = row.said["phone"]
            if row.said["what"] == IN_CHARGE:
                now = f"{row.said['name']} {now}"
            changes.append((job.kind.field("phone").label, row.before, now))
        found[row.line] = Shown(cells, changes)
    return found


def contacts() -> IntakeKind:
    """The kind, for the registry."""
    return IntakeKind(
        code="contacts",
        label=_("Import contacts"),
        about=_("Whom to call at each unit: the person in charge, members of the leading group, "
                "and outside the street office, clinic, CDC and police. They hold from today on."),
        permission=UnitPermission.CONTACTS,
        event=UnitEvent.CONTACTS_IMPORTED,
        fields=FIELDS,
        heads=(_("Unit code"), _("Whom to call"), _("Name")),
        place=place_for(UnitPermission.CONTACTS),
        place_by_id=by_id,
        judge=judge,
        commit=commit,
        shown=_shown,
        reasons=REASONS,
    )  # fmt: skip
