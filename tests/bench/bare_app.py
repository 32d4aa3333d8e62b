"""What the product is measured against: a bare WSGI app that returns as many bytes, and nothing else.

A GET answers BENCH_PAGE_BYTES bytes. A POST keeps what was sent in one row, in one SQLite commit
under the product's own settings, and answers BENCH_SAVE_BYTES bytes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from typing import Any

PAGE = b"x" * int(os.environ["BENCH_PAGE_BYTES"])
SAVED = b"x" * int(os.environ["BENCH_SAVE_BYTES"])


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(
        os.path.join(os.environ["BENCH_FOLDER"], "bare.db"), timeout=5, isolation_level=None
    )
    for pragma in ("journal_mode = wal", "foreign_keys = 1", "synchronous = full"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE IF NOT EXISTS kept (key INTEGER PRIMARY KEY, text TEXT)")
    return connection


connection = _connect()


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    answer = PAGE
    if environ["REQUEST_METHOD"] == "POST":
        answer = SAVED
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (len(sent), sent.decode()))
        connection.execute("COMMIT")
    start_response(
        "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(answer)))]
    )
    return [answer]
