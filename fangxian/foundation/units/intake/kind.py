"""The kind of sheet that holds schools and groups."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Choices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from fangxian.foundation.units.intake.lines import IMPORTABLE, changes, line_of
from fangxian.foundation.units.intake.places import by_id, place_for
from fangxian.foundation.units.intake.writing import commit, judge, known_to
from fangxian.foundation.units.models import Population, Stage, UnitKind
from fangxian.foundation.units.rules import GRADE_LABELS, GRADES, UnitEvent, UnitPermission
from fangxian.kernel.intake import tables
from fangxian.kernel.intake.kinds import Field, Form, IntakeKind, Job, Shown


def words_of(choices: type[Choices]) -> dict[str, str]:
    """What a person may write for each choice: its label in either language, or its value."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {_plain(one.label): str(one.value) for one in choices if one.value}
    return found | {str(value): str(value) for value in choices.values if value}


def _grades() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {_plain(label): str(grade) for grade, label in GRADE_LABELS.items()}
    return found | {str(grade): str(grade) for grade in GRADES}


def _plain(label: object) -> str:
    return str(label).lower().replace(" ", "")


DAY = date(2020, 9, 1).isoformat()
FIELDS = (
    Field("parent", _("Code of the unit above"), ("上级单位代码", "上级"), Form.CODE, 24,
          required=True, examples=("510104", "5101049001")),
    Field("code", _("Code"), ("单位代码", "学校代码"), Form.CODE, 24, required=True,
          examples=("5101049001", "5101049001-0101")),
    Field("kind", _("Kind"), ("类型", "单位类别"), Form.CHOICE, required=True,
          choices=lambda: words_of(UnitKind),
          examples=(UnitKind.SCHOOL.label, UnitKind.GROUP.label)),
    Field("stage", _("Stage"), ("办学类型",), Form.CHOICE, choices=lambda: words_of(Stage),
          examples=(Stage.PRIMARY.label, "")),
    Field("name_zh", _("Chinese name"), ("名称", "学校名称", "单位名称"), longest=120,
          required=True, examples=("示例第9001小学", "一年级1班")),
    Field("name_en", _("English name"), ("英文名",), longest=160,
          examples=("Sample Primary School No. 9001", "Grade 1 Class 1")),
    Field("population", _("Population"), ("人群类别",), Form.CHOICE,
          choices=lambda: words_of(Population), examples=("", Population.STUDENTS.label)),
    Field("grade", _("Grade"), ("年级",), Form.CHOICE, choices=_grades,
          examples=("", GRADE_LABELS[1])),
    Field("headcount", _("Headcount"), ("在册人数",), Form.NUMBER, examples=("", "45")),
    Field("boarding", _("Boarding"), ("是否寄宿",), Form.YES_NO, examples=("0", "0")),
    Field("contact_name", _("Person in charge"), ("联系人",), examples=("示例校长", "示例老师")),
    Field("contact_phone", _("Telephone"), ("联系电话",), Form.PHONE, 30,
          examples=("00000000001", "00000000002")),
    Field("opened_on", _("Opened on"), ("成立日期",), Form.DATE, examples=(DAY, DAY)),
)  # fmt: skip


def _shown(job: Job, lines: Sequence[int]) -> Mapping[int, Shown]:
    """Code, name and kind of rows, and what would change."""
    rows = [line_of(number, said, today=job.today)
            for number, said, _wrong in tables.all_said(job.intake.pk, lines)]  # fmt: skip
    known = known_to(rows, job.place.path, job.by, job.today)
    found = {}
    for row in rows:
        kind = UnitKind(row.kind).label if row.kind in IMPORTABLE else ""
        present = known.get(row.code)
        differing = changes(row, present) if present and present.within else {}
        told = [(job.kind.field(name).label, present.said[name] if present else "", value)
                for name, value in differing.items()]  # fmt: skip
        found[row.number] = Shown([row.code, row.said["name_zh"], kind], told)
    return found


def units() -> IntakeKind:
    """The kind, for the registry."""
    return IntakeKind(
        code="units",
        label=_("Import schools and groups"),
        about=_("A row opens a school or group, or changes the one with its code. What a row "
                "leaves empty stays as it is."),
        permission=UnitPermission.MANAGE,
        event=UnitEvent.IMPORTED,
        fields=FIELDS,
        heads=(_("Code"), _("Chinese name"), _("Kind")),
        place=place_for(UnitPermission.MANAGE),
        place_by_id=by_id,
        judge=judge,
        commit=commit,
        shown=_shown,
    )  # fmt: skip
