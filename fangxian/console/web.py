"""The web server's process: Granian on listeners that outlive its processes.

The listeners are made by `fangxian up`, one for each process, old or new: while that one is
replaced, or after it was killed, connections wait in its queue and none is refused. On SIGHUP
the processes are replaced one after the other: the next must have come up before the last one
leaves, and when it does not come up, the last one stays.
"""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]

from fangxian.config import draining

logger = logging.getLogger("fangxian.web")

APPLICATION = "fangxian.config.web:application"
BACKLOG = 2048
POLL_SECONDS = 0.05
COMING_UP_SECONDS = 60
# How long a process that is to leave goes on answering, asking clients to come back anew.
PARTING_SECONDS = 1.0


class Server(Granian):  # type: ignore[misc, valid-type]
    """Granian with listeners from outside, and a replacement that waits for the new one."""

    def __init__(self, listeners: Sequence[socket.socket], **options: Any) -> None:
        super().__init__(APPLICATION, workers=len(listeners), **options)
        self._listeners = listeners

    def _init_shared_socket(self) -> None:
        """Each process gets its own, when it is made."""

    def _drop_shared_socket(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _choose_listener(self, idx: int) -> None:
        self._sso = self._listeners[idx]
        self._sfd = self._sso.fileno()
        self._shd = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg]

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        number = draining.number_next()
        self._choose_listener(idx)
        worker = super()._spawn_worker(idx, target, callback_loader)
        worker.number = number
        return worker

    def _respawn_workers(
        self, workers: Sequence[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        for idx in workers:
            self.respawned_wrks[idx] = time.monotonic()
            new = self._spawn_worker(idx, spawn_target, target_loader)
            new.start()
            old = self.wrks[idx]
            if not _came_up(new) and old.is_alive():
                self._give_up(new, idx)
                return
            self.wrks[idx] = new
            self._part_with(old)

    def _give_up(self, new: Any, idx: int) -> None:
        logger.error("A new web process did not come up: the running ones stay.")
        new.kill()
        new.join()
        if idx in self.interrupt_children:
            self.interrupt_children.remove(idx)

    def _part_with(self, old: Any) -> None:
        draining.send_away(old.number)
        if old.is_alive():
            time.sleep(PARTING_SECONDS)
        old.terminate()
        old.join(self.workers_kill_timeout)
        if old.is_alive():
            logger.warning("A web process did not finish in time and is ended now.")
            old.kill()
            old.join()

    def _stop_workers(self) -> None:
        draining.send_away(max((worker.number for worker in self.wrks), default=0))
        super()._stop_workers()


def _came_up(worker: Any) -> bool:
    deadline = time.monotonic() + COMING_UP_SECONDS
    while not draining.is_up(worker.number):
        if not worker.is_alive() or time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def serve(listeners: Sequence[socket.socket], *, threads: int, grace: int) -> None:
    """Serve until SIGTERM; what is being answered then has `grace` seconds to end."""
    Server(
        listeners,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=threads,
        # A thread that ends takes its connection with it.
        blocking_threads_idle_timeout=600,
        backlog=BACKLOG,
        # Counts connections, idle ones too: phones keep theirs open.
        backpressure=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=grace,
        log_level=LogLevels.error,
    ).serve()


def main(words: Sequence[str]) -> None:
    """How many threads and seconds of grace, then a listener's descriptor for each process."""
    threads, grace, *descriptors = map(int, words)
    serve([socket.socket(fileno=one) for one in descriptors], threads=threads, grace=grace)


if __name__ == "__main__":
    main(sys.argv[1:])
