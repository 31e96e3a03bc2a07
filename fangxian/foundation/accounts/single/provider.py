"""Talking with the provider: what it publishes of itself, and a code exchanged for a token."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from fangxian.foundation.accounts.single.rules import Asked, Distrusted, Said, read

WAIT_SECONDS = 10
KEPT_SECONDS = 600
#: how soon keys are fetched anew for a key that is not known yet
ANEW_SECONDS = 30
MOST_BYTES = 1_000_000
HERE = {"localhost", "127.0.0.1", "::1"}


class Unreachable(Exception):
    """The provider does not answer, or not as a provider does; the text says how, for the log."""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


_opener = build_opener(_Stay)
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


@dataclass(frozen=True)
class Provider:
    """The provider that this installation's settings name."""

    issuer: str
    client: str
    secret: str

    def way_there(self, asked: Asked, *, back: str) -> str:
        """The address at which somebody signs in at the provider. Raises Unreachable."""
        challenge = base64.urlsafe_b64encode(sha256(asked.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self.client,
            "redirect_uri": back,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        address = self._place("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def redeem(self, code: str, asked: Asked, *, back: str, claim: str) -> Said:
        """Who came back with this code. Raises Unreachable or Distrusted."""
        told = _json(self._redemption(code, asked, back))
        token = told.get("id_token")
        if not isinstance(token, str):
            raise Distrusted("no ID token")
        wanted = {
            "issuer": str(self._published()["issuer"]),  # with the last stroke or without
            "client": self.client,
            "nonce": asked.nonce,
            "claim": claim,
        }
        try:
            return read(token, keys=self._keys(KEPT_SECONDS), **wanted)
        except Distrusted:  # the provider may have a new key
            return read(token, keys=self._keys(ANEW_SECONDS), **wanted)

    def _redemption(self, code: str, asked: Asked, back: str) -> Request:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": asked.verifier,
        }
        headers = {"Accept": "application/json"}
        ways = self._published().get("token_endpoint_auth_methods_supported", [])
        if not self.secret:
            fields |= {"client_id": self.client}
        elif "client_secret_basic" in ways or "client_secret_post" not in ways:
            pair = f"{quote(self.client, safe='')}:{quote(self.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields |= {"client_id": self.client, "client_secret": self.secret}
        return Request(  # noqa: S310 (_place allows no scheme but http and https)
            self._place("token_endpoint"), urlencode(fields).encode(), headers
        )

    def _published(self) -> dict[str, Any]:
        told = _fetched(f"{self.issuer}/.well-known/openid-configuration", KEPT_SECONDS)
        if str(told.get("issuer", "")).rstrip("/") != self.issuer:
            raise Unreachable(f"{self.issuer} says that it is {told.get('issuer')!r}")
        return told

    def _keys(self, kept_seconds: float) -> list[Mapping[str, Any]]:
        keys = _fetched(self._place("jwks_uri"), kept_seconds).get("keys")
        return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []

    def _place(self, name: str) -> str:
        return _safe(str(self._published().get(name, "")))


def configured() -> Provider | None:
    """The provider that the settings name; None where there is none."""
    said = settings.FANGXIAN
    if not said.oidc_issuer:
        return None
    return Provider(said.oidc_issuer, said.oidc_client_id, said.oidc_secret)


def _safe(address: str) -> str:
    """An address to which secrets may go: HTTPS, or on this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE):
        return address
    raise Unreachable(f"{address!r} is no address of HTTPS")


def _fetched(address: str, kept_seconds: float) -> dict[str, Any]:
    now = time.monotonic()
    found = _kept.get(address)
    if found is None or now - found[0] > kept_seconds:
        found = now, _json(Request(_safe(address), headers={"Accept": "application/json"}))  # noqa: S310
        _kept[address] = found
    return found[1]


def forget() -> None:
    """Ask the provider anew for everything."""
    _kept.clear()


def _json(request: Request) -> dict[str, Any]:
    try:
        with _opener.open(request, timeout=WAIT_SECONDS) as answer:
            told = json.loads(answer.read(MOST_BYTES))
    except HTTPError as error:
        said = f"{request.full_url}: {error.code}"
        if request.data is not None and error.code < 500:
            raise Distrusted(said) from error  # it knows no such code, or not from us
        raise Unreachable(said) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise Unreachable(f"{request.full_url}: {type(error).__name__}: {error}") from error
    if not isinstance(told, dict):
        raise Unreachable(f"{request.full_url}: no object")
    return told
