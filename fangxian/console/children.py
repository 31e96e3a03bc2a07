"""The programs of `fangxian up`: what each is started as, by whom, and with which secrets."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fangxian.config import keys
from fangxian.config.database import login, without_password
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console.privileges import SERVING_USER, Runner, runner_for
from fangxian.console.supervisor import Child

SETTINGS = {"DJANGO_SETTINGS_MODULE": "fangxian.config.settings"}
WEB = "web server"
# An import or export may take minutes: what is due every minute never waits behind one.
WORKERS = {
    "worker": ("default,notices", 4),
    "heavy worker": ("heavy", 1),
}
SIMULATION = "simulation"
# What web and worker may write to, below FANGXIAN_HOME; made for them, and theirs.
WRITTEN = ("files", "intake", "run/metrics")


def serving_runner(environment: Environment) -> Runner:
    """Who runs web and worker: ourselves, or as root a user who may do nothing else."""
    code = Path(__file__).resolve().parent
    return runner_for(environment.home, Path(sys.executable), code, user=SERVING_USER)


def hand_over(environment: Environment, runner: Runner) -> None:
    """Give web and worker what they write to and the keys they read; old figures go."""
    shutil.rmtree(environment.home / "run" / "metrics", ignore_errors=True)
    for name in WRITTEN:
        directory = environment.home / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(
                f"FANGXIAN_HOME: {directory} cannot be made ({error.strerror}): "
                "give the directory to the user who starts Fangxian"
            ) from None
        for path in (directory, *directory.rglob("*")):
            runner.own(path)
    keys.share(environment.home, runner.group)


def management(name: str, environment: Environment) -> Child:
    """A command that works as the owner of the database, to its end."""
    return Child(name, _management(name), _inherited(environment, DatabaseRole.OWNER))


def serving(
    environment: Environment,
    runner: Runner,
    listeners: Sequence[socket.socket],
    *,
    simulated: bool,
) -> Iterator[Child]:
    """Everything that runs as long as `up` does."""
    web = _serving_environment(environment, DatabaseRole.WEB)
    worker = _serving_environment(environment, DatabaseRole.WORKER)
    descriptors = tuple(listener.fileno() for listener in listeners)
    # Asked to end, the web server ends its own processes too; the others have none, and
    # without a database the worker would wait for one.
    yield Child(
        WEB,
        _web(environment, descriptors),
        web,
        at_our_death="TERM",
        runner=runner,
        descriptors=descriptors,
    )
    for name, (queues, concurrency) in WORKERS.items():
        words = _worker(environment, name, queues, concurrency)
        yield Child(name, words, worker, runner=runner)
    if simulated:
        yield Child(SIMULATION, _management("simulate"), worker, runner=runner)


def _inherited(environment: Environment, role: DatabaseRole) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRANIAN_")}
    ours = {"FANGXIAN_HOME": str(environment.home), "FANGXIAN_DB_ROLE": str(role)}
    return {**inherited, **SETTINGS, **ours}


def _serving_environment(environment: Environment, role: DatabaseRole) -> dict[str, str]:
    """No word of the owner's address: who serves people knows only their own password."""
    words = _inherited(environment, role)
    for name in ("FANGXIAN_DATABASE_URL", "FANGXIAN_DATABASE_DIRECT_URL"):
        if words.get(name):
            words[name] = without_password(words[name])
    words["FANGXIAN_DATABASE_PASSWORD"] = login(environment, role).password
    words["PROMETHEUS_MULTIPROC_DIR"] = str(environment.home / "run" / "metrics")
    # Else what it finds below root's own home may stop it: libpq's certificates, for one.
    words["HOME"] = str(environment.home)
    return words


def _management(*words: str) -> list[str]:
    return [sys.executable, "-m", "django", *words]


def _web(environment: Environment, descriptors: Sequence[int]) -> list[str]:
    numbers = (environment.web_threads, environment.grace_seconds, *descriptors)
    return [sys.executable, "-m", "fangxian.console.web", *map(str, numbers)]


def _worker(environment: Environment, name: str, queues: str, concurrency: int) -> list[str]:
    return _management(
        "procrastinate",
        "worker",
        f"--name={name}",
        f"--queues={queues}",
        f"--concurrency={concurrency}",
        f"--shutdown-graceful-timeout={environment.grace_seconds}",
        "--delete-jobs=successful",
    )
