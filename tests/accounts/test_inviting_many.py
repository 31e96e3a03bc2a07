"""Many people are invited by one sheet; their links are had once."""

import io
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from fangxian.foundation.accounts.models import Invitation
from fangxian.kernel.intake import actions, sources
from fangxian.kernel.intake.kinds import kind_by_code
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.reasons import tell
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.tables import wrong_lines
from fangxian.kernel.intake.work import run
from tests.cast import AT, Cast
from tests.intake.files import as_csv

HEADING = ["单位代码", "角色", "姓名", "电话"]
ROWS = [
    ["5101040001", "school_reporter", "新填报员", "00000000011"],
    ["5101040001-0302", "group_teacher", "=新班主任", "00000000012"],
]


def stage(cast: Cast, *rows: list[str], who: str = "unit_admin") -> Intake:
    made = actions.upload(
        kind="accounts", unit_id=cast.county.id, file_name="邀请.csv", options={},
        file=io.BytesIO(as_csv([HEADING, *rows])), by=cast.actor(who), at=AT,
    )  # fmt: skip
    run(made.pk, at=AT)
    made.refresh_from_db()
    assert made.state == State.REVIEW, made.message
    return made


def write(cast: Cast, made: Intake) -> Intake:
    by = cast.actor("unit_admin")
    actions.commit(intake_id=made.pk, only_right=True, options={}, by=by, at=AT)
    run(made.pk, at=AT)
    made.refresh_from_db()
    return made


@pytest.mark.usefixtures("at_eight")
def test_links_are_made_and_downloaded_once(client: Client, cast: Cast, tmp_path: Path) -> None:
    made = write(cast, stage(cast, *ROWS))
    assert made.state == State.DONE and Invitation.objects.count() == 2
    client.force_login(cast.users["unit_admin"])
    assert "invitations.xlsx" in client.get(f"/imports/{made.pk}/").content.decode()
    taken = client.post(f"/imports/{made.pk}/result/")
    sheet = tmp_path / "links.xlsx"
    sheet.write_bytes(taken.content)
    rows = CalamineWorkbook.from_path(str(sheet)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[1:]] == ["新填报员", "=新班主任"]
    link = str(rows[1][4])
    assert "/invitation/" in link
    client.logout()
    assert client.get("/invitation/" + link.rstrip("/").rsplit("/", 1)[1] + "/").status_code == 200
    client.force_login(cast.users["unit_admin"])
    assert client.post(f"/imports/{made.pk}/result/").status_code == 409
    assert not list(sources.folder().glob(f"{made.pk}.result"))


def test_the_same_sheet_invites_nobody_twice(cast: Cast) -> None:
    write(cast, stage(cast, *ROWS))
    assert stage(cast, *ROWS).counts["same"] == 2


def test_wrong_rows_say_why(cast: Cast) -> None:
    made = stage(
        cast,
        ["5101050001", "head", "外区", ""],
        ["5101040001", "county_officer", "不合适", ""],
        ["5101040001", "城主", "不认识", ""],
        *[ROWS[0]] * 2,
    )
    kind = kind_by_code("accounts")
    told = {line: " ".join(tell(kind, kept)) for line, kept in wrong_lines(made.pk).items()}
    assert set(told) == {2, 3, 4, 6}
    assert "5101050001" in told[2] and "城主" in told[4] and made.counts["new"] == 1
