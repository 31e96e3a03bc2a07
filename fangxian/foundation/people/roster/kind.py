"""The kind of sheet that holds people: its columns in the words of schools."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Choices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from fangxian.foundation.people.models import IdKind, PersonKind, Relation, Sex
from fangxian.foundation.people.roster.rules import RosterEvent
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.intake.places import by_id, place_for
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.kernel.intake.kinds import Field, Form, IntakeKind, Job, Option, Place, Shown

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 2_000_000
_ALSO: dict[str, dict[str, str]] = {
    "kind": {"学生": "student", "幼儿": "student", "教师": "staff", "老师": "staff",
             "教职工": "staff", "教工": "staff", "员工": "staff", "职工": "staff",
             "外包": "contractor", "外包人员": "contractor", "临聘": "contractor"},
    "sex": {"男": "male", "女": "female", "m": "male", "f": "female", "男性": "male",
            "女性": "female"},
    "id_kind": {"身份证": "id_card", "居民身份证": "id_card", "护照": "passport",
                "港澳台居民居住证": "permit", "港澳居民来往内地通行证": "permit",
                "台湾居民来往大陆通行证": "permit", "其他": "other"},
    "relation": {"母亲": "mother", "母": "mother", "妈妈": "mother", "父亲": "father",
                 "父": "father", "爸爸": "father", "爷爷": "grandparent", "奶奶": "grandparent",
                 "祖父": "grandparent", "祖母": "grandparent", "外公": "grandparent",
                 "外婆": "grandparent", "外祖父": "grandparent", "外祖母": "grandparent",
                 "其他": "other", "监护人": "other"},
}  # fmt: skip


def _words(choices: type[Choices], name: str) -> Mapping[str, str]:
    found = {str(value).lower(): str(value) for value in choices.values if value}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(one.label).lower(): str(one.value)
                      for one in choices if one.value}  # fmt: skip
    plain = {word.replace(" ", ""): value for word, value in found.items()}
    return plain | _ALSO[name]


FIELDS = (
    Field("school", _("School code"), ("学校代码", "学校标识码", "学校编码", "机构代码"), Form.CODE,
          24, examples=("", "")),
    Field("grade", _("Grade"), ("年级",), examples=("三年级", "")),
    Field("group", _("Class or group"),
          ("班级", "班", "班组", "行政班", "所在班级", "班级名称", "部门", "组别", "班级代码",
           "class"),
          longest=120, required=True, examples=("1班", "教职工组")),
    Field("kind", _("Student, staff or contractor"), ("人员类别", "类别", "身份", "人员类型"),
          Form.CHOICE, choices=lambda: _words(PersonKind, "kind"),
          examples=(PersonKind.STUDENT.label, PersonKind.STAFF.label)),
    Field("name", _("Name of the person"), ("姓名", "学生姓名", "名字", "教师姓名"), required=True,
          examples=("示例一", "示例二")),
    Field("sex", _("Sex"), ("性别",), Form.CHOICE, choices=lambda: _words(Sex, "sex"),
          examples=(Sex.FEMALE.label, Sex.MALE.label)),
    Field("number", _("Student or staff number"),
          ("学号", "工号", "编号", "学籍号", "学籍辅号", "教工号", "序号"), Form.CODE, 30,
          examples=("S0001", "T0001")),
    Field("id_kind", _("Kind of identity document"), ("证件类型", "身份证件类型", "证件种类"),
          Form.CHOICE, choices=lambda: _words(IdKind, "id_kind"),
          examples=(IdKind.ID_CARD.label, "")),
    Field("id_number", _("ID number"),
          ("身份证号", "身份证号码", "身份证", "证件号码", "身份证件号", "证件号", "公民身份号码"),
          Form.CODE, 30, examples=("", "")),
    Field("born", _("Date of birth"), ("出生日期", "出生年月日", "生日"), Form.DATE,
          examples=("2018-03-05", "")),
    Field("phone", _("Own telephone"), ("本人电话", "本人联系电话", "手机", "手机号", "手机号码"),
          Form.PHONE, examples=("", "00000000001")),
    Field("dormitory", _("Dormitory room"), ("宿舍", "寝室", "宿舍号", "寝室号"),
          examples=("1号楼203", "")),
    Field("bed", _("Bed"), ("床位", "床号", "床位号"), longest=20, examples=("3", "")),
    Field("bus", _("School bus"), ("校车", "校车线路", "乘车线路"), examples=("", "")),
    Field("bus_seat", _("Seat on the bus"), ("校车座位", "座位"), longest=20, examples=("", "")),
    Field("canteen", _("Canteen table"), ("食堂", "就餐点", "餐桌", "就餐地点"),
          examples=("一食堂12桌", "")),
    Field("canteen_seat", _("Seat in the canteen"), ("餐位", "餐桌座位"), longest=20,
          examples=("", "")),
    Field("guardian1", _("Guardian"),
          ("监护人", "家长姓名", "监护人姓名", "家长", "监护人1", "监护人1姓名", "家长1", "联系人"),
          examples=("示例家长", "")),
    Field("relation1", _("Relation of the guardian"),
          ("关系", "与学生关系", "监护人关系", "监护人1关系", "家长关系"), Form.CHOICE,
          choices=lambda: _words(Relation, "relation"), examples=(Relation.MOTHER.label, "")),
    Field("phone1", _("Telephone of the guardian"),
          ("家长电话", "监护人电话", "联系电话", "家长联系电话", "监护人联系电话", "监护人1电话",
           "家长手机", "家长手机号", "电话"), Form.PHONE, examples=("00000000002", "")),
    Field("guardian2", _("Second guardian"),
          ("监护人2", "监护人2姓名", "家长2", "第二监护人"), examples=("", "")),
    Field("relation2", _("Relation of the second guardian"), ("监护人2关系", "关系2"), Form.CHOICE,
          choices=lambda: _words(Relation, "relation"), examples=("", "")),
    Field("phone2", _("Telephone of the second guardian"),
          ("监护人2电话", "家长2电话", "电话2", "联系电话2", "备用电话"), Form.PHONE,
          examples=("", "")),
)  # fmt: skip

REASONS = {
    "school_unknown": _("No school here has the code %(it)s."),
    "group_unknown": _("The school has no class or group called %(it)s."),
    "group_twice": _("The school has two groups called %(it)s: write the code of the group."),
    "kind_not_of_group": _("The group %(it)s is for others: students, staff and contractors are "
                           "in groups of their own."),
    "name_is_number": _("The name is a number: %(it)s. Are the columns right?"),
    "id_form": _("The ID number has not 18 characters: %(it)s."),
    "id_checksum": _("The ID number has a wrong digit: its last character does not fit %(it)s."),
    "id_day": _("The ID number holds no day of birth: %(it)s."),
    "born_differs": _("The date of birth differs from the ID number: %(it)s."),
    "sex_differs": _("The sex differs from the ID number."),
    "id_twice": _("The same ID number stands in row %(it)s too."),
    "number_twice": _("The same student or staff number stands in row %(it)s too."),
    "name_twice": _("Two of this name are in the group: write a number or an ID number for each "
                    "(row %(it)s)."),
    "elsewhere": _("This person is at another school: ask for a transfer."),
    "leaving": _("This person is on the list until they leave on %(it)s: change that on their page "
                 "first."),
    "number_taken": _("The number %(it)s is another person's here, who has another ID number."),
    "kind_differs": _("Here this person is no student but staff, or the other way round: take "
                      "them off the list first."),
    "person_twice": _("Row %(it)s is the same person."),
    "namesake": _("Several people in the group bear this name: write a number or an ID number."),
}  # fmt: skip


def _page(unit: UnitVersion) -> str:
    return reverse("people:groups")


def _required(at: Place) -> frozenset[str]:
    """A file for more than one school says in each row which one."""
    kinds = UnitVersion.objects.filter(unit_id=at.unit_id).values_list("kind", flat=True)
    return frozenset() if set(kinds) & SCHOOL_KINDS else frozenset({"school"})


def _examine(frame: "pl.DataFrame", job: Job) -> "pl.DataFrame":
    from fangxian.foundation.people.roster.examine import examine

    return examine(frame, job)


def _judge(job: Job) -> None:
    from fangxian.foundation.people.roster.judge import judge

    judge(job)


def _commit(job: Job) -> Mapping[str, int]:
    from fangxian.foundation.people.roster.commit import commit

    return commit(job)


def _shown(job: Job, lines: Sequence[int]) -> Mapping[int, Shown]:
    from fangxian.foundation.people.roster.shown import shown

    return shown(job, lines)


def roster() -> IntakeKind:
    """The kind, for the registry."""
    return IntakeKind(
        code="roster",
        label=_("Import people"),
        about=_("Students, staff and contractors with their classes, dormitories, buses, tables "
                "and guardians. What a row leaves empty stays as it is. Who is not in the file is "
                "listed and stays, unless you say otherwise."),
        permission=PeoplePermission.MANAGE,
        event=RosterEvent.IMPORTED,
        fields=FIELDS,
        heads=(_("Name of the person"), _("Number"), _("Group")),
        place=place_for(PeoplePermission.MANAGE, _page),
        place_by_id=partial(by_id, page=_page),
        examine=_examine,
        judge=_judge,
        commit=_commit,
        shown=_shown,
        table="roster_row",
        reasons=REASONS,
        before_reading=(
            Option("complete", _("The file holds everyone of its schools"),
                   _("Then all who are not in it are listed as missing; else only those of the "
                     "groups that stand in it.")),
        ),
        before_writing=(
            Option("leave", _("Take the missing off the roster from today on"),
                   _("Do this when they have left the school. What was recorded of them stays."),
                   "missing"),
        ),
        required=_required,
        most_rows=MOST_ROWS,
    )  # fmt: skip
