"""The settings of single sign-on: what cannot be used is said before anything starts."""

from pathlib import Path

import pytest

from fangxian.config import environment


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"ISSUER": "sso.example.cn"}, "OIDC_ISSUER is 'sso.example.cn', .*: write the provider's"),
        ({"ISSUER": "http://sso.example.cn", "CLIENT_ID": "a"}, "OIDC_ISSUER would be believed"),
        ({"ISSUER": "https://sso.example.cn"}, "OIDC_CLIENT_ID is missing"),
        (
            {
                "ISSUER": "https://sso.example.cn",
                "CLIENT_ID": "a",
                "CLIENT_SECRET_FILE": "/nowhere/secret",
            },
            "OIDC_CLIENT_SECRET_FILE cannot be used",
        ),
    ],
)
def test_settings_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], line: str
) -> None:
    for name, value in said.items():
        monkeypatch.setenv(f"FANGXIAN_OIDC_{name}", value)
    with pytest.raises(environment.BadSetting, match=line):
        environment.load()


def test_the_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret\n")
    monkeypatch.setenv("FANGXIAN_OIDC_ISSUER", "https://sso.example.cn/")
    monkeypatch.setenv("FANGXIAN_OIDC_CLIENT_ID", "fangxian")
    monkeypatch.setenv("FANGXIAN_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("FANGXIAN_OIDC_SECOND", "mfa otp")
    found = environment.load()
    assert (found.oidc_issuer, found.oidc_secret) == ("https://sso.example.cn", "a secret")
    assert found.oidc_second == ["mfa", "otp"]
