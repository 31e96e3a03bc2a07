"""Where people work, nothing is served that others know, guess or read on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fangxian.config import environment
from fangxian.config.environment import BadSetting

ROOT = Path(__file__).resolve().parents[2]
SITE = {
    "FANGXIAN_HTTPS": "1",
    "FANGXIAN_ALLOWED_HOSTS": "fangxian.example.cn",
    "FANGXIAN_PUBLIC_URL": "https://fangxian.example.cn",
}
DRAWN = "Zt7qLw0Bv4Kx9Ns2Hd6Rf1Jm8Gc3Py5U"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"FANGXIAN_SECRET_KEY": "django-insecure-" + DRAWN}, "FANGXIAN_SECRET_KEY is one that"),
        ({"FANGXIAN_SECRET_KEY": "change-me-" + DRAWN}, "FANGXIAN_SECRET_KEY is one that others"),
        ({"FANGXIAN_SECRET_KEY": "ab" * 16}, "FANGXIAN_SECRET_KEY is one that others know or"),
        ({"FANGXIAN_ALLOWED_HOSTS": "*"}, r"FANGXIAN_ALLOWED_HOSTS holds '\*', which is not the"),
        ({"FANGXIAN_ALLOWED_HOSTS": "a.cn *"}, r"FANGXIAN_ALLOWED_HOSTS holds '\*', which"),
        ({"FANGXIAN_ALLOWED_HOSTS": "https://a.cn"}, "FANGXIAN_ALLOWED_HOSTS holds 'https://a"),
        ({"FANGXIAN_ALLOWED_HOSTS": "a.cn:443"}, "FANGXIAN_ALLOWED_HOSTS holds 'a.cn:443'"),
        ({"FANGXIAN_DEBUG": "1"}, "FANGXIAN_DEBUG shows the inside of the system"),
        ({"FANGXIAN_HTTPS": "0"}, "FANGXIAN_PUBLIC_URL begins with https, but sign-ins"),
        ({"FANGXIAN_PUBLIC_URL": "http://a.cn"}, "FANGXIAN_HTTPS=1 keeps sign-ins to https, but"),
        ({"FANGXIAN_HSTS_DAYS": "9999"}, "FANGXIAN_HSTS_DAYS is '9999', .*: write a whole number"),
    ],
)
def test_it_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], line: str
) -> None:
    for name, value in (SITE | settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=line) as caught:
        environment.load()
    assert "\n" not in str(caught.value)
    assert DRAWN not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        SITE,
        SITE | {"FANGXIAN_SECRET_KEY": DRAWN},
        SITE | {"FANGXIAN_ALLOWED_HOSTS": ".example.cn [2001:db8::1] 192.0.2.1"},
        {"FANGXIAN_DEBUG": "1"},
        {"FANGXIAN_DEBUG": "1", "FANGXIAN_ALLOWED_HOSTS": "localhost", "FANGXIAN_BIND": "::1"},
        {"FANGXIAN_DEMO": "county", "FANGXIAN_ALLOWED_HOSTS": "*"},
        {"FANGXIAN_PUBLIC_URL": "http://192.0.2.1:8000", "FANGXIAN_BIND": "192.0.2.1"},
    ],
)
def test_it_is_served(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    environment.load()


@pytest.mark.parametrize("bind", ["192.0.2.1", "::", "127.0.0.1.example.cn"])
def test_debug_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("FANGXIAN_DEBUG", "1")
    monkeypatch.setenv("FANGXIAN_BIND", bind)
    with pytest.raises(BadSetting, match="FANGXIAN_DEBUG shows the inside"):
        environment.load()


ASKED = """
import json
from django.conf import settings
from fangxian.kernel.shell.headers import HEADERS
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
         "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "DEBUG"]
print(json.dumps([{name: getattr(settings, name) for name in names},
                  HEADERS.get("Strict-Transport-Security")]))
"""


@pytest.mark.parametrize(
    ("settings", "secure", "hsts"),
    [
        ({}, False, None),
        (SITE, True, "max-age=31536000"),
        (SITE | {"FANGXIAN_HSTS_DAYS": "0"}, True, None),
        ({"FANGXIAN_DEMO": "county"}, False, None),
    ],
)
def test_cookies_are_for_https_where_there_is_https(
    settings: dict[str, str], secure: bool, hsts: str | None
) -> None:
    """Over plain http, as a demonstration is served, the same would lock everybody out."""
    told = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "fangxian.config.settings"},
    )  # fmt: skip
    found, said = json.loads(told.stdout)
    assert found == {
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-sessionid" if secure else "sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken" if secure else "csrftoken",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "DEBUG": False,
    }
    assert said == hsts
