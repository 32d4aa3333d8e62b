"""gunicorn as the benchmarks run it: 2 sync workers, each of which says when it can serve."""

from __future__ import annotations

import os
from typing import Any

worker_class = "sync"
workers = 2
timeout = 30
control_socket_disable = True
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """The application is loaded: tell the benchmark this worker's process id."""
    os.write(int(os.environ["BENCH_READY_FD"]), f"{os.getpid()}\n".encode())
