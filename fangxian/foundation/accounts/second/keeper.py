"""How allauth keeps what belongs to a second factor: sealed, and under our names."""

from base64 import urlsafe_b64encode
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

PURPOSE = "fangxian.second"


class Keeper(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals with a key that follows from the installation's: a copied table opens nothing."""

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return _("Fangxian")

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)


def _sealer() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    return urlsafe_b64encode(salted_hmac(PURPOSE, "", secret=key, algorithm="sha256").digest())
