"""A passkey's device in software: it makes keys and signs as an authenticator does."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class Device:
    """One device with one passkey; a story bends what it says to see that it is refused."""

    origin: str = "http://localhost:8000"
    site: str = "localhost"
    verifies: bool = True
    counts: bool = True
    times: int = 0
    key: EllipticCurvePrivateKey = field(default_factory=_key)
    id: bytes = field(default_factory=lambda: os.urandom(32))
    handle: str = ""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a page that asks for a passkey."""
        self.handle = options["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        made = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        said = self._said("webauthn.create", options["challenge"])
        kept = AttestationObject.create("none", self._data(FLAG.AT, bytes(made)), {})
        return self._answer({"clientDataJSON": _text(said), "attestationObject": _text(kept)})

    def use(self, options: dict[str, Any], **bent: Any) -> dict[str, Any]:
        """Answer a page that asks for a proof; `bent` says what is sent instead of the truth."""
        self.times += self.counts
        said = self._said(bent.get("type", "webauthn.get"), options["challenge"])
        data = self._data(FLAG(0), present=bent.get("present", True))
        key = bent.get("key", self.key)
        signature = key.sign(bytes(data) + said.hash, ECDSA(SHA256()))
        told = {
            "clientDataJSON": _text(said),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": bent.get("handle", self.handle),
        }
        return self._answer(told)

    def _said(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin)

    def _data(
        self, more: AuthenticatorData.FLAG, made: bytes = b"", *, present: bool = True
    ) -> AuthenticatorData:
        flags = more | (FLAG.UP if present else FLAG(0)) | (FLAG.UV if self.verifies else FLAG(0))
        site = hashlib.sha256(self.site.encode()).digest()
        data: AuthenticatorData = AuthenticatorData.create(site, flags, self.times, made)
        return data

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response,
                "clientExtensionResults": {}}  # fmt: skip


def _text(raw: bytes) -> str:
    return websafe_encode(bytes(raw))
