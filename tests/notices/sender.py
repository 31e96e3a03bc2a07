"""A sender in a process of its own, as the worker: `python -m tests.notices.sender DATABASE AT`.

DATABASE is JSON with the name, host and port of the test's database.
"""

import json
import sys
from datetime import datetime

import django
from django.db import connection


def main() -> None:
    """Send until nothing is due."""
    django.setup()
    from fangxian.foundation.notices import kinds, sending
    from tests.notices.conftest import ASKED

    kinds.register(ASKED)
    connection.settings_dict.update(json.loads(sys.argv[1]))
    at = datetime.fromisoformat(sys.argv[2])
    print("ready", flush=True)
    while sending.run(at=at, real=at):
        pass


if __name__ == "__main__":
    main()
