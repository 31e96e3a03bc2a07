"""A file that arrives: from somebody signed in, one, up to its limit; its name decides nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from fangxian.config import uploads
from fangxian.kernel.intake import sources
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.work import run
from tests.cast import AT
from tests.proof.ground import Ground

NEW = "/imports/new/roster/"
NAMES = (
    "../../../etc/cron.d/x.csv",
    "..\\..\\windows\\x.csv",
    "/etc/passwd",
    'x"; filename="y.exe',
    "a\r\nSet-Cookie: stolen=1.csv",
    "名单\u202ecsv.exe",
    "x" * 500 + ".csv",
    "<img src=x onerror=1>.csv",
    "CON.csv",
)


def send(client: Client, code: str, name: str, content: bytes) -> Any:
    file = io.BytesIO(content)
    file.name = name
    return client.post(f"{NEW}?unit={code}", {"file": file})


def test_a_name_leads_nowhere_and_writes_no_header(ground: Ground) -> None:
    client, code = ground.ours.client(), ground.ours.ids["code"]
    before = {path.name for path in sources.folder().iterdir()}
    for name in NAMES:
        answer = send(client, code, name, "姓名\n某某\n".encode())
        assert answer.status_code == 302, name
        assert "stolen" not in str(answer.headers) and "Set-Cookie: stolen" not in str(answer)
        made = Intake.objects.latest("pk")
        assert "/" not in made.file_name and "\n" not in made.file_name, made.file_name
        page = client.get(f"/imports/{made.pk}/").content.decode()
        assert "<img src=x" not in page
    new = {path.name for path in sources.folder().iterdir()} - before
    assert len(new) == len(NAMES)
    assert all(name.split(".")[0].isdecimal() for name in new), new


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes reached the disk."""
    sizes: list[int] = []
    real = TemporaryFileUploadHandler.receive_data_chunk

    def counted(self: Any, raw_data: bytes, start: int) -> None:
        sizes.append(len(raw_data))
        real(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", counted)
    return sizes


def test_a_strangers_file_is_not_kept(ground: Ground, received: list[int]) -> None:
    for path in (NEW, "/sign-in/", "/language/", "/no-such-page/"):
        client = Client(enforce_csrf_checks=True)
        client.get("/sign-in/")
        token = client.cookies["csrftoken"].value
        file = io.BytesIO(b"x" * 100_000)
        client.post(path, {"csrfmiddlewaretoken": token, "file": file})
    assert received == []
    assert send(ground.ours.client(), ground.ours.ids["code"], "x.csv", b"x").status_code == 302
    assert sum(received) == 1


def test_a_file_over_the_limit_is_broken_off(
    ground: Ground, received: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 200_000)
    before = Intake.objects.count()
    answer = send(ground.ours.client(), ground.ours.ids["code"], "x.csv", b"x" * 5_000_000)
    assert answer.status_code == 422
    assert sum(received) <= 200_000
    assert Intake.objects.count() == before


def test_one_file_at_a_time(ground: Ground, received: list[int]) -> None:
    files = {"file": io.BytesIO(b"a,b\n"), "more": io.BytesIO(b"x" * 100_000)}
    ground.ours.client().post(f"{NEW}?unit={ground.ours.ids['code']}", files)
    assert sum(received) <= 4


WRONG = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" * 50,
    "a program": b"MZ\x90\x00\x03" + bytes(200),
    "a packed program": b"PK\x03\x04" + b"\x14\x00" * 400,
}


def test_what_it_is_decides_and_not_what_it_is_called(ground: Ground) -> None:
    for what, content in WRONG.items():
        send(ground.ours.client(), ground.ours.ids["code"], "名单.xlsx", content)
        made = Intake.objects.latest("pk")
        run(made.pk, at=AT)
        made.refresh_from_db()
        assert (made.state, made.counts) == ("failed", {}), what
        assert made.message, what
