"""A WSGI app on gunicorn, started, asked and stopped: what every figure of the benchmarks comes from."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

CONNECTIONS = 8
WORKERS = 2
AGENT = "poolster-bench"  # the browser's name, the same at log-in and after
START_LASTS = 30  # seconds before a server that does not start is given up
ASK_LASTS = 30  # and a request that is not answered
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = str(Path(__file__).with_name("gunicorn_conf.py"))
TICKS = os.sysconf("SC_CLK_TCK")

#: Gives the bytes of the next request on a connection (0 to 7).
Requests = Callable[[int], bytes]


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds, from connecting to the last byte."""

    seconds: float
    status: int
    head: bytes
    body: bytes

    @property
    def cookie(self) -> str:
        """The Cookie header that sends back the cookie which this answer sets."""
        found = re.search(rb"^Set-Cookie: ([^;]+)", self.head, re.MULTILINE)
        assert found, "no cookie in the answer"
        return found[1].decode()


@dataclass
class Load:
    """All answers of one run, and the processor time that the workers spent on them."""

    answers: list[Answer] = field(default_factory=list)
    cpu: float = 0.0

    def percentile(self, part: float) -> float:
        """The latency in seconds under which this part of the answers came."""
        times = sorted(answer.seconds for answer in self.answers)
        return times[min(len(times) - 1, int(part * len(times)))]

    @property
    def failed(self) -> int:
        return sum(answer.status != 200 for answer in self.answers)


class Server:
    """`with Server("core:create_app()", environment, log) as server:` serves on a free port of 127.0.0.1.

    `environment` is all that the server gets of one; `log` takes what it prints.
    """

    def __init__(self, app: str, environment: dict[str, str], log: Path) -> None:
        self._app, self._environment, self._log = app, environment, log

    def __enter__(self) -> Server:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._address = self._socket.getsockname()
        ready, told = os.pipe()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "-c",
                    SETTINGS,
                    "--bind",
                    f"fd://{self._socket.fileno()}",
                    self._app,
                ],
                env={"PATH": os.environ.get("PATH", ""), **self._environment, "BENCH_READY_FD": str(told)},
                cwd=ROOT,
                pass_fds=(self._socket.fileno(), told),
                stdout=log,
                stderr=log,
            )
        os.close(told)
        try:
            self.workers = _first_lines(ready, WORKERS)
        except RuntimeError as error:
            self.__exit__(None, None, None)
            raise RuntimeError(f"{self._app} {error}; its log:\n{self._log.read_text()[-3000:]}") from None
        finally:
            os.close(ready)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._socket.close()

    def ask(self, request: bytes) -> Answer:
        """Send one request on a connection of its own, as sync workers close it after each."""
        start = time.perf_counter()
        with socket.create_connection(self._address, timeout=ASK_LASTS) as connection:
            connection.sendall(request)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        seconds = time.perf_counter() - start
        head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        return Answer(seconds, int(head[9:12] or 0), head, body)

    def load(self, requests: Requests, count: int) -> Load:
        """Ask on 8 connections at once, `count` times on each."""
        done = Load()
        begin = threading.Barrier(CONNECTIONS)

        def work(connection: int) -> None:
            begin.wait()
            done.answers.extend([self.ask(requests(connection)) for _ in range(count)])

        spent = self.cpu()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done.cpu = self.cpu() - spent
        if len(done.answers) != count * CONNECTIONS:
            raise RuntimeError(f"{self._app} left requests without an answer")
        return done

    def cpu(self) -> float:
        """Seconds of processor time, user and system, that the workers have spent."""
        return sum(_cpu_of(pid) for pid in self.workers)

    def memory(self) -> float:
        """Megabytes that the workers hold: their own pages, and their share of the common ones."""
        return sum(_memory_of(pid) for pid in self.workers)


def _first_lines(pipe: int, count: int) -> list[int]:
    """The process ids that `count` workers write when they are ready."""
    text, until = "", time.monotonic() + START_LASTS
    while text.count("\n") < count:
        if not select.select([pipe], [], [], max(0, until - time.monotonic()))[0]:
            raise RuntimeError("did not start in time")
        read = os.read(pipe, 100)
        if not read:
            raise RuntimeError("stopped while starting")
        text += read.decode()
    return [int(line) for line in text.split()]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_of(pid: int) -> float:
    found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def get(path: str, cookie: str = "") -> bytes:
    """The bytes of a GET."""
    return _request("GET", path, cookie)


def post(path: str, cookie: str, body: str, headers: Sequence[str] = ()) -> bytes:
    """The bytes of a POST of a form."""
    sent = body.encode()
    kind = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(sent)}"]
    return _request("POST", path, cookie, *kind, *headers) + sent


def _request(method: str, path: str, cookie: str, *headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        f"User-Agent: {AGENT}",
        "Connection: close",
        *headers,
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()
