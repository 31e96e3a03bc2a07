"""Whether one's account is linked to the provider."""

from fangxian.foundation.accounts.single.models import Link
from fangxian.foundation.accounts.single.provider import Provider


def link_of(user_id: int, provider: Provider) -> Link | None:
    """One's own link; None without one."""
    return Link.objects.filter(user_id=user_id, issuer=provider.issuer).first()
