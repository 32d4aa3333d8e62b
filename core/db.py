"""The database: one connection per thread, one lock around each write, migrations under a lock."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peewee import AutoField, Database, DatabaseProxy, DateTimeField, Model, SqliteDatabase, Value
from playhouse.db_url import connect as connect_url
from playhouse.migrations import Runner

MIGRATION_LOCK = 7_076_578  # any number, the same in every process of an installation
AUDIT_LOCK = 7_076_579
SQLITE_PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": "full"}

database: Any = DatabaseProxy()


class MomentField(DateTimeField):
    """An aware moment in UTC, stored without its zone so that both databases sort it alike."""

    def db_value(self, value: datetime | None) -> Any:
        if value is not None and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return super().db_value(value)

    def python_value(self, value: Any) -> Any:
        moment = super().python_value(value)
        return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else moment


class BaseModel(Model):
    """A table of Poolster, with an integer key."""

    id = AutoField()

    class Meta:
        database = database
        legacy_table_names = False


def tuples(query: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as plain tuples, in the order of its selected columns."""
    return iter(query.tuples())


class Prepared:
    """A query whose SQL is written once: peewee takes longer to write it than the database to answer.

    `make` is called once, with a blank for each value. A call with the values, as the database keeps
    them, gives what executing the query itself would give. Its text must not depend on the values: no
    lists, and no comparing with None. An insert has to be `as_rowcount()`.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._written: dict[type, tuple[Any, str, list[Any]]] = {}  # by kind of database

    def __call__(self, *values: Any) -> Any:
        kind = type(database.obj)
        if kind not in self._written:
            query = self._make(*(Value(_Blank(place), converter=False) for place in range(len(values))))
            self._written[kind] = (query, *query.sql())
        query, sql, parameters = self._written[kind]
        filled = [values[p.place] if isinstance(p, _Blank) else p for p in parameters]
        return query.clone().execute(_Sent(database.execute_sql(sql, filled)))


class _Blank:
    """Stands in a query's parameters for a value that each call brings."""

    def __init__(self, place: int) -> None:
        self.place = place


class _Sent:
    """What a query takes for its database once it was sent: it gets the cursor, and makes rows of it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, _: Any) -> Any:
        return self._cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(database, name)


class WriteLock:
    """Lets one writer at a time near an SQLite file: threads by a lock, processes by flock.

    SQLite's own busy time-out sleeps ever longer and starves some of eight writers; waiting in
    line does not. A no-op on a server database, which has row locks. Re-entrant in a thread.
    """

    def __init__(self) -> None:
        self._threads = threading.RLock()
        self._depth = 0
        self._path: Path | None = None
        self._file: Any = None

    def use(self, path: Path | None) -> None:
        """Lock on `path` from now on; None for a database that needs no lock."""
        if self._file is not None:
            self._file.close()
        self._path, self._file = path, None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        with self._threads:
            if self._depth == 0:
                self._file = self._file or self._path.open("ab")
                fcntl.flock(self._file, fcntl.LOCK_EX)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)


write_lock = WriteLock()


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing: what is written inside is committed together, or not at all."""
    with write_lock(), database.atomic():
        yield


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite database; None for a database on a server."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None


def hold_name(name: str) -> None:
    """Let other transactions that hold the same name wait until this one ends; on SQLite they wait anyway."""
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", (name,))


def open_database(url: str) -> None:
    """Bind every model to the database behind `url` (SQLite or PostgreSQL)."""
    made: Database
    if path := sqlite_path(url):
        path.parent.mkdir(parents=True, exist_ok=True)
        made = SqliteDatabase(str(path), lock_type="IMMEDIATE", pragmas=SQLITE_PRAGMAS)
        write_lock.use(path.with_suffix(".lock"))
    else:
        made = connect_url(url, **({} if "psycopg3" in url else {"prefer_psycopg3": True}))
        write_lock.use(None)
    database.initialize(made)


def is_sqlite() -> bool:
    return isinstance(database.obj, SqliteDatabase)


@contextmanager
def migration_lock() -> Iterator[None]:
    """One process at a time migrates; the others wait and then find nothing left to do."""
    if is_sqlite():
        with write_lock():
            yield
        return
    with database.atomic():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        yield


def migrate(folders: dict[str, Path]) -> list[str]:
    """Apply what is pending in each folder, core first. Returns the names applied, as `owner/name`."""
    applied: list[str] = []
    with connected(), migration_lock():
        for owner, folder in folders.items():
            runner = Runner(database.obj, str(folder), table_name=f"{owner}_migration")
            applied += [f"{owner}/{name}" for name in runner.up()]
    return applied


@contextmanager
def connected() -> Iterator[None]:
    """A connection for what is done inside; a connection that was open already stays open."""
    if not database.is_closed():
        yield
        return
    with database.connection_context():
        yield
