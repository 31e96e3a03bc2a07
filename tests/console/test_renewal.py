"""New processes, perhaps of new code, while people go on working: nobody is turned away."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.console.tree import Tree, running_tree

pytestmark = pytest.mark.embedded

PATIENCE = 60


@dataclass
class Client:
    """Somebody who asks again and again, on one connection for as long as it is kept open."""

    port: int
    keeps_open: bool
    answers: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self.stop.is_set():
            connection = connection or http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=30
            )
            try:
                connection.request("GET", "/healthz")
                response = connection.getresponse()
                response.read()
                self.answers.append(response.status)
            except OSError as error:
                self.failures.append(repr(error))
                connection.close()
                connection = None
                continue
            if not self.keeps_open or response.will_close:
                connection.close()
                connection = None
        if connection is not None:
            connection.close()


@pytest.fixture(scope="module")
def tree(lasting_home: Path) -> Iterator[Tree]:
    with running_tree(lasting_home) as tree:
        tree.until("ready")
        yield tree


def processes(tree: Tree) -> set[int]:
    """The web server's processes, without the one that minds them."""
    parent = tree.find("fangxian.console.web")
    found = {pid for pid, line in tree.members().items() if "fangxian.console.web" in line}
    children = set()
    for pid in found:
        stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        if int(stat[1]) in found:
            children.add(pid)
    return children - {parent}


def replaced(tree: Tree, before: set[int]) -> bool:
    return not processes(tree) & before and len(processes(tree)) == len(before)


def test_no_request_fails_while_all_processes_are_replaced(tree: Tree) -> None:
    clients = [Client(tree.port, keeps_open=number % 2 == 0) for number in range(6)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    before = processes(tree)
    assert len(before) == 2
    tree.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while not replaced(tree, before) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    for client in clients:
        client.stop.set()
    for thread in threads:
        thread.join()
    assert replaced(tree, before)
    assert [client.failures for client in clients] == [[]] * len(clients)
    assert {status for client in clients for status in client.answers} == {200}
    counted = requests_counted(tree.port)
    assert counted >= sum(len(client.answers) for client in clients)


def requests_counted(port: int) -> float:
    """By all processes, those that have left included."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    finally:
        connection.close()
    counted = 'fangxian_requests_total{method="GET",route="healthz",status="200"}'
    return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(counted))
