"""Run what serves as somebody who may do nothing else.

PostgreSQL refuses to run as root, so root starts it as the system user `fangxian`; web and
worker, which talk to the world, as `fangxian-web`, who cannot touch the database's files. Where
such a user cannot reach the files (a home under /root, say), the child gets the one capability
to read and pass through directories; no directory's permissions are ever changed for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fangxian.config.environment import BadSetting

SYSTEM_USER = "fangxian"
SERVING_USER = "fangxian-web"
READ_ANYTHING = "dac_read_search"
NO_CAPABILITY = "-all"


@dataclass(frozen=True)
class Runner:
    """Starts programs as this user; None is ourselves."""

    user: str | None = None
    reads_anything: bool = False

    def command(self, *program: str | Path, at_our_death: str = "TERM") -> list[str]:
        """The command line that runs `program` as this user, signalled when its parent dies."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            # Not Linux: nothing ends the child with its parent, the next start finds it again.
            return [str(word) for word in program]
        options = [f"--pdeathsig={at_our_death}"]
        if self.user:
            account = pwd.getpwnam(self.user)
            allowed = f"-all,+{READ_ANYTHING}" if self.reads_anything else NO_CAPABILITY
            options += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups"]
            options += [f"--inh-caps={allowed}", f"--bounding-set={allowed}", "--no-new-privs"]
            if self.reads_anything:
                options.append(f"--ambient-caps=+{READ_ANYTHING}")
                # Else access(2), by which initdb looks for its programs, ignores capabilities.
                options.append("--securebits=+no_setuid_fixup")
        return [setpriv, *options, "--", *(str(word) for word in program)]

    @property
    def group(self) -> int | None:
        """This user's own group."""
        return pwd.getpwnam(self.user).pw_gid if self.user else None

    def own(self, path: Path) -> None:
        """Hand a file or directory to this user."""
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def reaches(self, *paths: Path) -> bool:
        """Whether this user can really get to all of these."""
        tests = [word for path in paths for word in ("-a", "-x", str(path))][1:]
        command = self.command("/usr/bin/env", "test", *tests)
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def runner_for(*paths: Path, user: str = SYSTEM_USER) -> Runner:
    """Who runs programs that must reach these paths; BadSetting when nobody can."""
    if os.geteuid() != 0:
        return Runner()
    if shutil.which("setpriv") is None:
        raise BadSetting(
            "nothing is served as root and setpriv (package util-linux) is missing: "
            "install it, or start Fangxian as an ordinary user"
        )
    _ensure_user(user)
    for runner in (Runner(user), Runner(user, reads_anything=True)):
        if runner.reaches(*paths):
            return runner
    raise BadSetting(
        f"started as root, Fangxian runs as the user {user}, who cannot reach "
        f"{_blocked(user, paths)}: set FANGXIAN_HOME to a directory others may pass through, "
        "such as /var/lib/fangxian"
    )


def _ensure_user(user: str) -> None:
    try:
        pwd.getpwnam(user)
        return
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--home-dir=/nonexistent"]
    shell = "/usr/sbin/nologin"
    made = subprocess.run(
        [*command, f"--shell={shell}", "--user-group", user],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        # Two copies started at once: whoever came second finds the user there.
        pwd.getpwnam(user)
    except KeyError:
        raise BadSetting(
            f"the system user {user} could not be made ({made.stderr.strip()}): "
            f"make it with useradd --system {user}, or start as an ordinary user"
        ) from None


def _blocked(user: str, paths: tuple[Path, ...]) -> Path:
    runner = Runner(user)
    return next((path for path in paths if not runner.reaches(path)), paths[0])
