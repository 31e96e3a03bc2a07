"""`fangxian prepare`: what has to be brought up to date before anything is served."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

# Megabytes of django-ninja's that no page of ours asks for.
UNSERVED = ["*.map", "redoc.standalone.js"]


class Command(BaseCommand):
    """Migrate, grant, collect static files; each only where something changed."""

    help = "Bring tables, rights and static files up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        manifest = settings.FRONTEND_BUILT / "manifest.json"
        if not manifest.exists():
            raise CommandError(f"The pages' scripts are not built ({manifest}): run make setup.")
        call_command("migrate", interactive=False, verbosity=0)
        self._collect()

    def _collect(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        found = _fingerprint()
        if stamp.exists() and stamp.read_text() == found:
            return
        call_command(
            "collectstatic",
            interactive=False,
            clear=True,
            verbosity=0,
            ignore_patterns=UNSERVED,
        )
        stamp.write_text(found)


def _fingerprint() -> str:
    """Changes whenever a static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
