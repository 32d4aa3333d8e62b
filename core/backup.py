"""Backup and restore of an SQLite installation; on PostgreSQL that is the work of pg_dump and pg_restore.

`cp` of a database in use seldom gives a whole one, so every copy is made by SQLite itself, under a
passing name, and gets its real name only after it was checked.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.config import Config
from core.dates import local, now
from core.db import sqlite_path

COMPANIONS = ("", "-wal", "-shm", "-journal")  # what SQLite may keep beside a database: they go together


class BackupError(Exception):
    """A backup or a restore that was refused or failed; the text says why, and what to do, in Dutch."""


def back_up(config: Config, file: Path) -> None:
    """Write the database as it is at this moment, in use or not, to a new file. Raises BackupError."""
    database = _database(config)
    if not database.is_file():
        raise BackupError(f"Er is nog geen database in {database}: er valt niets te bewaren.")
    if os.path.lexists(file):
        raise BackupError(f"{file} bestaat al en blijft zoals het is. Kies een andere naam.")
    if not file.parent.is_dir():
        raise BackupError(f"De map {file.parent} bestaat niet. Maak ze eerst, of kies een andere.")
    with _sound_copy(database, "rw", file.parent) as copy:
        copy.rename(file)


def restore(config: Config, file: Path, replace: bool = False) -> Path | None:
    """Make the database anew from a backup. Raises BackupError.

    One that stands there already is refused, or with `replace` set aside; returns where it then is.
    """
    database = _database(config)
    if not file.is_file():
        raise BackupError(f"{file} is er niet, of is geen bestand.")
    there = _with_companions(database)
    if there and not replace:
        raise BackupError(
            f"In {database.parent} staat al een database. Met --replace komt de back-up in de plaats; "
            "de oude wordt dan opzij gezet."
        )
    database.parent.mkdir(parents=True, exist_ok=True)
    with _sound_copy(file, "ro", database.parent) as copy:
        aside = _set_aside(database) if there else None
        copy.rename(database)
    return aside


def _database(config: Config) -> Path:
    path = sqlite_path(config.database_url)
    if path is None:
        raise BackupError(
            "Deze installatie bewaart alles in PostgreSQL. Maak een back-up met pg_dump "
            "en zet die terug met pg_restore."
        )
    return path.resolve()  # behind a link too, SQLite keeps its files beside the real one


@contextmanager
def _sound_copy(source: Path, mode: str, folder: Path) -> Iterator[Path]:
    """A checked copy in `folder`, in one file that its owner alone may read; gone after, unless renamed."""
    copy: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".poolster-", suffix=".tmp", dir=folder)
        os.close(handle)
        copy = Path(name)
        address = f"{source.resolve().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(address, uri=True)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)  # all pages in one go: one moment, whoever writes meanwhile
            new.execute("PRAGMA journal_mode=DELETE")  # or its readers would leave files beside it
            _check(new, source)
        yield copy
    except (OSError, sqlite3.OperationalError) as error:
        raise BackupError(f"{source} is niet te kopiëren naar {folder}: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} is beschadigd, of geen database. Neem een andere back-up.") from error
    finally:
        if copy:
            copy.unlink(missing_ok=True)


def _check(copy: sqlite3.Connection, source: Path) -> None:
    if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("integrity_check")
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'core_migration'").fetchone():
        raise BackupError(f"{source} is geen database van Poolster. Kijk de naam van het bestand na.")


def _with_companions(database: Path) -> list[Path]:
    every = (database.with_name(database.name + ending) for ending in COMPANIONS)
    return [path for path in every if os.path.lexists(path)]


def _set_aside(database: Path) -> Path:
    """Rename a database that nobody has open, with what belongs to it. Returns its new name."""
    _fold(database)
    aside = database.with_name(f"{database.name}.{local(now()):%Y%m%d-%H%M%S}")
    if os.path.lexists(aside):
        raise BackupError(f"{aside} bestaat al. Probeer het over een seconde opnieuw.")
    for path in _with_companions(database):
        path.rename(aside.with_name(aside.name + path.name.removeprefix(database.name)))
    return aside


def _fold(database: Path) -> None:
    """Bring what still waits beside a database into it: SQLite does so only where nobody else has it open.

    A damaged one, which may be why there is a restore, stays as it is.
    """
    if not database.is_file():
        return
    with closing(sqlite3.connect(database, timeout=0)) as old:
        try:
            old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise BackupError(f"{database} is in gebruik. Stop Poolster eerst.") from error
