"""What looks after the repository finds what it looks for, and says when it could not look."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import advisories, check_dependencies, check_secrets

# In two parts, so that nothing here is found itself.
PLANTED = {
    "-----BEGIN RSA " + "PRIVATE KEY-----": "a private key",
    "AKI" + "A1234567890ABCDEF": "a key of a cloud",
    "ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789": "a token of a code host",
    "https://qyapi.example/cgi-bin/webhook/send?ke" + "y=0a1b2c3d-4e5f-6789-abcd-ef0123456789":
        "a key of a group robot",
    'SECRET_' + 'KEY = "q7Zt0wLb4KvN9sXh2Rd6JmF1"': "a secret",
    "postgresql://owner:tr0ub4" + "dor@db.example/x": "a password in an address",
    "4401061990030" + "71231": "somebody's identity number",
    "电话 1385172" + "6943": "somebody's telephone",
}  # fmt: skip


@pytest.mark.parametrize("line", PLANTED)
def test_what_may_not_stand_here_is_found_and_not_shown(tmp_path: Path, line: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(f"nothing\n{line}\n")
    assert list(check_secrets.in_file(file)) == [f"planted.py:2: looks like {PLANTED[line]}"]


@pytest.mark.parametrize(
    "line",
    [
        "postgresql://user:password@host:5432/name",
        'token = "correct horse battery staple"',
        'name = "password_validators_of_django"',
        "110105194912310021 11010519491231002X 510104199001011234",
        "13800000002 13812345678 000123456789012345",
    ],
)
def test_what_is_plainly_invented_is_left_alone(line: str) -> None:
    assert not list(check_secrets.in_line(line))


def test_an_entry_without_version_or_hash_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = "django==5.2.8 \\\n    --hash=sha256:" + "0" * 64
    (tmp_path / "run.txt").write_text(f"{pinned}\nninja==1.0\nflask>=2\n")
    monkeypatch.setattr(check_dependencies, "REQUIREMENTS", tmp_path)
    assert list(check_dependencies.unpinned()) == [
        "run.txt: ninja==1.0 has no hash",
        "run.txt: 'flask>=2' names no single version",
    ]


@contextmanager
def service(name: str) -> Iterator[str]:
    """Somebody who knows of a fault in one package."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found: list[dict[str, Any]] = [
                {"vulns": [{"id": "PYSEC-0"}]} if one["package"]["name"] == name else {}
                for one in json.loads(body)["queries"]
            ]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"results": found}).encode())

        def log_message(self, *words: object) -> None:
            """Quietly."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_advisory_that_names_what_is_locked_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with service("django") as address:
        monkeypatch.setenv("OSV_URL", address)
        assert advisories.main() == 1
    assert capsys.readouterr().out.startswith("PyPI django 5.2")
    with service("nothing-of-ours") as address:
        monkeypatch.setenv("OSV_URL", address)
        assert advisories.main() == 0
    assert capsys.readouterr().out.startswith("advisories: none names any of ")


def test_who_could_not_be_asked_is_said_loudly_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSV_URL", "http://127.0.0.1:9/")
    assert advisories.main() == 0
    told = capsys.readouterr().err
    assert "ADVISORIES NOT ASKED" in told and "were NOT compared" in told
