"""Bringing sheets of people, as the stories of the roster do."""

import io
from collections.abc import Mapping, Sequence

from fangxian.foundation.people.identity import check_digit
from fangxian.kernel.access import Actor
from fangxian.kernel.intake import actions, tables
from fangxian.kernel.intake.kinds import kind_by_code
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.reasons import tell
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.work import run
from tests.cast import AT, Cast
from tests.intake.files import as_csv

HEADING = ["班级", "人员类别", "姓名", "性别", "学号", "身份证号", "出生日期", "宿舍", "床位",
           "家长姓名", "关系", "家长电话"]  # fmt: skip


def card(number: int, born: str = "20160305") -> str:
    """An invented identity number that is right in itself."""
    first = f"990001{born}{number:03}"
    return first + check_digit(first)


def row(name: str, group: str = "三年级1班", **said: str) -> list[str]:
    """A row of a sheet, by the words of its columns."""
    said = {"班级": group, "姓名": name, **said}
    assert not set(said) - set(HEADING)
    return [said.get(head, "") for head in HEADING]


def bring(
    content: bytes, by: Actor, place_id: int, name: str = "名单.csv", **options: bool
) -> Intake:
    """Upload a file and let the worker take it as far as it goes."""
    made = actions.upload(kind="roster", unit_id=place_id, file_name=name,
                          file=io.BytesIO(content), options=options, by=by, at=AT)  # fmt: skip
    run(made.pk, at=AT)
    made.refresh_from_db()
    return made


def staged(cast: Cast, *rows: Sequence[str], who: str = "reporter", **options: bool) -> Intake:
    """A sheet of the first school, as far as the review."""
    made = bring(as_csv([HEADING, *rows]), cast.actor(who), cast.school.id, "名单.csv", **options)
    assert made.state == State.REVIEW, made.message
    return made


def write(made: Intake, by: Actor, *, only_right: bool = False, **options: bool) -> Intake:
    """Have it written."""
    actions.commit(intake_id=made.pk, only_right=only_right, options=options, by=by, at=AT)
    run(made.pk, at=AT)
    made.refresh_from_db()
    return made


def written(cast: Cast, *rows: Sequence[str], who: str = "reporter") -> Intake:
    """A sheet of the first school, brought and written."""
    made = write(staged(cast, *rows, who=who), cast.actor(who))
    assert made.state == State.DONE, made.message
    return made


def outcomes(made: Intake) -> dict[int, str]:
    """What every line would do."""
    return {line: outcome for line, outcome, _t, _r in
            tables.page(made.pk, "", first=0, most=1000)}  # fmt: skip


def reasons(made: Intake) -> Mapping[int, str]:
    """Why lines are wrong, in words."""
    kind = kind_by_code(made.kind)
    return {line: " ".join(tell(kind, kept)) for line, kept in tables.wrong_lines(made.pk).items()}
