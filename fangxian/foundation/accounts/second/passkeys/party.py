"""For which site passkeys are bound: a browser uses each on that site alone."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from fangxian.kernel.access.requests import Request

HERE = "localhost"
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Party:
    """The site's name, which passkeys are bound to, and the one origin they are used at."""

    id: str
    origin: str


def party() -> Party | None:
    """The site as its settings name it; None where no browser would bind a passkey to it.

    Browsers ask for a name, not an address in numbers, and for HTTPS, but for `localhost`.
    """
    said = settings.FANGXIAN
    if said.public_url:
        return _party_at(urlsplit(said.public_url))
    return None if said.https else _party_at(urlsplit(f"http://{HERE}:{said.port}"))


def _party_at(site: SplitResult) -> Party | None:
    name = site.hostname or ""
    if (site.scheme != "https" and name != HERE) or _is_number(name):
        return None
    port = "" if site.port in (None, USUAL_PORTS[site.scheme]) else f":{site.port}"
    return Party(name, f"{site.scheme}://{name}{port}")


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def origin_of(request: Request) -> str:
    """Where this very page is open, as a browser writes it."""
    return f"{request.scheme}://{request.get_host()}"


def party_here(request: Request) -> Party | None:
    """The site, if this page is open at the one origin at which its passkeys work."""
    found = party()
    return found if found is not None and found.origin == origin_of(request) else None
