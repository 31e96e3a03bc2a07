"""The entry point of the web server: static files first, everything else to Django."""

from __future__ import annotations

import os
import re

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangxian.config.settings")

# Vite names what it builds after its content, so those files may be kept for ever.
HASHED = re.compile(r"^.+/assets/[^/]+-[\w-]{8}\.[\w.]+$")


def _is_hashed(path: str, url: str) -> bool:
    return HASHED.match(url) is not None


application = WhiteNoise(
    get_wsgi_application(),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    max_age=60,
    immutable_file_test=_is_hashed,
)
