"""Passkeys (WebAuthn): keys in a phone, a computer or a security key, bound to one account."""
