"""What the fault stories do inside the installation, each in a process of its own.

python -m tests.faults.ground prepare N    days with lists, N groups with a token each, as JSON
python -m tests.faults.ground sweep DAY    tell everything that is due at that day's end
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

import django


def main(words: list[str]) -> None:
    """Do what the first word says."""
    django.setup(set_prefix=False)
    if words[0] == "prepare":
        print(json.dumps(prepare(int(words[1]))))
    else:
        sweep_all(date.fromisoformat(words[1]))


def prepare(count: int) -> dict[str, object]:
    """A county; today's list for the load, and two days on which nobody will answer."""
    from django.conf import settings
    from django.core.management import call_command

    from bench import accounts, province
    from fangxian.console.postgres import Server
    from fangxian.kernel import clock

    call_command("seed", scope="county", stderr=sys.stderr)
    at = clock.now()
    days = [at.date() + timedelta(days=step) for step in range(3)]
    for day in days:
        province.open_day(day, at, (province.MORNING, province.REPORT))
    with Server(settings.FANGXIAN.home).connect("fangxian") as connection:
        owing = province.silent(connection, days[0], province.MORNING)[:count]
        places = [one.unit_id for one in owing]
        holders = accounts.enrol(connection, "group_teacher", places, at)
    groups = [
        {"unit_id": one.unit_id, "code": one.code, "enrolled": one.roll or 40, "token": held.secret}
        for one, held in zip(owing, holders, strict=True)
    ]
    return {"days": [day.isoformat() for day in days], "groups": groups}


def sweep_all(day: date) -> None:
    """Every rung of a day, as if the worker had slept until its last hour."""
    from fangxian.foundation.escalation.sweep import sweep
    from fangxian.kernel import clock
    from fangxian.kernel.access import system

    at = clock.midnight(day) + timedelta(hours=21)
    print("sweeping", flush=True)
    sweep(at=at, by=system("escalation", []), days=[day])


if __name__ == "__main__":
    main(sys.argv[1:])
