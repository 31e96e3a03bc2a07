"""Where the files of exports lie while they are ready: nobody but the program reads them there."""

from pathlib import Path
from stat import S_IMODE

from django.conf import settings

from fangxian.exchange.exports.models import Export


def folder() -> Path:
    """The folder of finished files, and of those being written."""
    home: Path = settings.FANGXIAN.home / "exports"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if S_IMODE(home.stat().st_mode) != 0o700:  # made for us with the other folders
        home.chmod(0o700)
    return home


def file_of(export: Export) -> Path:
    """The finished file of an export."""
    return folder() / f"{export.pk}.{export.form}"


def part_of(export: Export) -> Path:
    """The file while it is written: only the program may read it from its first byte on."""
    path = folder() / f"{export.pk}.part"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return path


def remove(export: Export) -> None:
    """Take the files of an export away."""
    for path in folder().glob(f"{export.pk}.*"):
        path.unlink(missing_ok=True)
