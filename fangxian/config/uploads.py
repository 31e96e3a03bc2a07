"""Files that arrive: from whom, how many and how large, before any of it is kept on the disk.

A form's token stands in its body, so Django reads a body before any view is asked. Without this
a stranger could fill the disk with what nobody will ever look at.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

#: a little more than an import takes, which says so in words; nginx breaks off at 320 MB
MOST_BYTES = 301 << 20


class SignedInUploads(TemporaryFileUploadHandler):
    """Keeps what somebody signed in sends, one file, up to its limit; breaks off all else."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins: a stranger's is not read, and neither is a second one."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated or getattr(self, "file", None) is not None:
            raise StopUpload(connection_reset=True)
        self.received = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """A piece of it: one byte over the limit is enough to break off."""
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        kept: bytes | None = super().receive_data_chunk(raw_data, start)
        return kept
