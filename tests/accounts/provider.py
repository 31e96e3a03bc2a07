"""An OpenID Connect provider that is really asked over HTTP and really signs; a story bends it."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT, SECRET = "fangxian", "a secret: of two words"
Claims = dict[str, Any]


def a_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Standin:
    """The provider: who is signed in there, and what it says otherwise than it should."""

    url: str = ""
    person: Claims = field(default_factory=lambda: {"sub": "person-7"})
    bend: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[[Claims], str] | None = None
    ways: tuple[str, ...] = ("client_secret_basic",)
    key: RSAPrivateKey = field(default_factory=a_key)
    kid: str = "one"
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def published(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": list(self.ways),
        }

    def keys(self) -> Claims:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Let the person in, and say where they go back to."""
        code = secrets.token_urlsafe(8)
        self.asked[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, told: dict[str, str], login: str) -> tuple[int, Claims]:
        """Give a token for a code, once, to who asked for it and to nobody else."""
        query = self.asked.pop(told.get("code", ""), None)
        digest = sha256(told.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = query is not None and (
            query["code_challenge_method"] == "S256"
            and query["code_challenge"] == proof
            and query["redirect_uri"] == told.get("redirect_uri")
        )
        if not right or query is None or not self._knows(told, login):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": self.url, "aud": CLIENT, "nonce": query["nonce"], **times, **self.person}
        return 200, {"token_type": "Bearer", "id_token": self._signed(self.bend(claims))}

    def _knows(self, told: dict[str, str], login: str) -> bool:
        if "client_secret_post" in self.ways:
            return (told.get("client_id"), told.get("client_secret")) == (CLIENT, SECRET)
        pair = base64.b64decode(login.removeprefix("Basic ")).decode()
        return pair == "fangxian:a%20secret%3A%20of%20two%20words"

    def _signed(self, claims: Claims) -> str:
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            standin.calls.append(parts.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", standin.authorize(_one_each(parts.query)))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif parts.path == "/keys":
                self._answer(200, standin.keys())
            else:
                self._answer(200, standin.published())

        def do_POST(self) -> None:
            standin.calls.append(self.path)
            length = int(self.headers["Content-Length"])
            told = _one_each(self.rfile.read(length).decode())
            self._answer(*standin.token(told, self.headers.get("Authorization", "")))

        def _answer(self, status: int, told: Claims) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler


def _one_each(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


@contextmanager
def serving() -> Iterator[Standin]:
    """A provider on a port of this machine."""
    standin = Standin()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(standin))
    standin.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
