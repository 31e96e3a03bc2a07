"""Single sign-on as pure values: what an ID token must say, and what is believed of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import jwt

from fangxian.kernel.audit import Event

#: signatures by a key that the provider alone has; never "none", never a secret shared with us
ALGORITHMS = frozenset(
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
)
LEEWAY = timedelta(minutes=1)
LONGEST = 255


class SingleEvent(Event):
    LINKED = "single.linked"
    UNLINKED = "single.unlinked"
    USED = "single.used"
    REFUSED = "single.refused"


class Distrusted(Exception):
    """What came back from the provider is not believed; the text says why, for the log."""


@dataclass(frozen=True)
class Said:
    """Who the provider says this is: `subject` is its own name for them, which never changes.

    `name` is what the configured claim says, "" without it. `methods` is how they signed in there.
    """

    subject: str
    name: str
    methods: frozenset[str]

    def proves_two(self, trusted: Collection[str]) -> bool:
        """Whether the provider asked for two factors, in one of the words that we trust."""
        return not self.methods.isdisjoint(trusted)


def read(
    token: str,
    *,
    keys: Collection[Mapping[str, Any]],
    issuer: str,
    client: str,
    nonce: str,
    claim: str = "",
) -> Said:
    """What an ID token says, once all is checked that OpenID Connect Core 3.1.3.7 asks for.

    `keys` are the provider's JWKs. Raises Distrusted: wrong signature, algorithm, issuer,
    audience or nonce, or out of date by the true time.
    """
    try:
        key = _key_for(jwt.get_unverified_header(token), keys)
        told = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=client,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise Distrusted(f"{type(error).__name__}: {error}") from error
    return _said(told, client=client, nonce=nonce, claim=claim)


def _key_for(header: Mapping[str, Any], keys: Collection[Mapping[str, Any]]) -> jwt.PyJWK:
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise Distrusted(f"algorithm {algorithm!r}")
    fitting = [
        key
        for key in keys
        if key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and key.get("kty") in ("RSA", "EC", "OKP")
        and header.get("kid") in (None, key.get("kid"))
    ]
    if len(fitting) != 1:
        raise Distrusted(f"{len(fitting)} keys fit {header.get('kid')!r}")
    return jwt.PyJWK.from_dict(dict(fitting[0]), str(algorithm))


def _said(told: Mapping[str, Any], *, client: str, nonce: str, claim: str) -> Said:
    if not compare_digest(str(told.get("nonce", "")).encode(), nonce.encode()):
        raise Distrusted("nonce")
    several = isinstance(told["aud"], list) and len(told["aud"]) > 1
    if told.get("azp", None if several else client) != client:
        raise Distrusted("azp")
    subject = told["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
        raise Distrusted("sub")
    name = told.get(claim, "") if claim else ""
    methods = told.get("amr", [])
    words = [*(methods if isinstance(methods, list) else []), told.get("acr")]
    return Said(
        subject,
        name.strip() if isinstance(name, str) else "",
        frozenset(word for word in words if isinstance(word, str)),
    )


@dataclass(frozen=True)
class Asked:
    """What we sent somebody to the provider with, until they come back."""

    state: str
    nonce: str
    verifier: str
    to: str
    links: int | None
    since: float

    def is_open(self, now: datetime) -> bool:
        """Whether they may still come back: within ten minutes."""
        return 0 <= now.timestamp() - self.since <= 600
