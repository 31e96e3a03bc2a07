"""The two exchanges with a passkey: binding a new one, and proving that one has it.

Each begins with options for the browser and a challenge, kept in the session until it is
answered, once. Messages are of WebAuthn's JSON form; what is checked of them is fido2's.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fangxian.foundation.accounts.second.passkeys.party import Party

Options = dict[str, Any]
#: what fido2 raises on messages that are no messages
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    AssertionError,
    struct.error,
)


class Refused(Exception):
    """What the browser sent does not answer what was asked."""


@dataclass(frozen=True)
class Key:
    """A passkey as it is stored. `times` is its own count of uses, 0 where it keeps none."""

    id: str
    public: str
    times: int


@dataclass(frozen=True)
class Proof:
    """Which passkey answered, which challenge, and its count of uses."""

    id: str
    challenge: str
    times: int


def _server(party: Party) -> Fido2Server:
    site = PublicKeyCredentialRpEntity(id=party.id, name=_("Fangxian"))
    return Fido2Server(site, verify_origin=lambda origin: origin == party.origin)


def _credentials(keys: Sequence[Key]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(websafe_decode(key.public)) for key in keys]


def ask_to_bind(
    party: Party, *, user_id: int, username: str, keys: Sequence[Key]
) -> tuple[Options, str]:
    """What the browser is told so that it makes a passkey, and the challenge to keep.

    A passkey may lie in its maker's cloud: it is told the user name and no other name.
    """
    options, state = _server(party).register_begin(
        PublicKeyCredentialUserEntity(id=handle(user_id), name=username, display_name=username),
        credentials=_credentials(keys),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options.public_key), state["challenge"]


def bound(party: Party, *, challenge: str, answer: Mapping[str, Any]) -> Key:
    """The new passkey, or Refused."""
    state = {"challenge": challenge, "user_verification": UserVerificationRequirement.PREFERRED}
    try:
        made = _server(party).register_complete(state, RegistrationResponse.from_dict(answer))
        found = made.credential_data
        if found is None:
            raise Refused
        _credentials([key := Key(_text(found.credential_id), _text(bytes(found)), made.counter)])
    except _BROKEN as error:
        raise Refused from error
    return key


def _text(raw: bytes) -> str:
    return websafe_encode(raw)


def ask_to_prove(party: Party, *, keys: Sequence[Key], alone: bool) -> tuple[Options, str]:
    """What the browser is told so that a passkey signs, and the challenge to keep.

    `alone`: there was no password before it, so the passkey must make sure whose hand it is in
    (fingerprint, face or PIN), and says itself whose it is.
    """
    options, state = _server(party).authenticate_begin(
        None if alone else _credentials(keys), user_verification=_verification(alone)
    )
    return dict(options.public_key), state["challenge"]


def _verification(alone: bool) -> UserVerificationRequirement:
    need = UserVerificationRequirement
    return need.REQUIRED if alone else need.PREFERRED


def proven(
    party: Party, *, challenge: str, answer: Mapping[str, Any], keys: Sequence[Key], alone: bool
) -> Proof:
    """Which of these passkeys signed the challenge; Refused where none did, or a copy of one."""
    state = {"challenge": challenge, "user_verification": _verification(alone)}
    try:
        said = AuthenticationResponse.from_dict(answer)
        found = _server(party).authenticate_complete(state, _credentials(keys), said)
        times = said.response.authenticator_data.counter
    except _BROKEN as error:
        raise Refused from error
    key = next(key for key in keys if key.id == _text(found.credential_id))
    if (times or key.times) and times <= key.times:
        raise Refused  # a passkey that counts has counted this before: there are two of it
    return Proof(key.id, challenge, times)


def handle(user_id: int) -> bytes:
    """What a passkey keeps of whose it is."""
    return str(user_id).encode()


def whose(answer: Mapping[str, Any]) -> int | None:
    """Whose a passkey says it is; nothing is proven by that."""
    try:
        said = websafe_decode(answer["response"]["userHandle"]).decode("ascii")
        return int(said) if said.isdigit() and len(said) < 19 else None
    except _BROKEN:
        return None
