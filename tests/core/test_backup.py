"""Backup and restore: a whole copy of a database in use, and nothing that is lost in silence."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine

from core import create_app
from core.audit import AuditEntry, first_broken_entry
from core.cli import main
from core.config import load
from core.cycle import Action
from core.db import connected, database, open_database
from core.people import SchoolGroup
from core.steps import plan
from tests.conftest import _disconnect
from tests.world import World

pytestmark = pytest.mark.sqlite_only
WRITERS, BACKUPS = 4, 3


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The instance folder of the world, with settings in the environment alone."""
    for name in [
        name
        for name in os.environ
        if name.startswith("POOLSTER_") or name in ("DATABASE_URL", "MAIL_URL", "PORT")
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("POOLSTER_INSTANCE", str(tmp_path))
    monkeypatch.setenv("POOLSTER_SECRET_KEY", "only-for-tests-" * 3)
    monkeypatch.setenv("MAIL_URL", "mailbox:")
    yield tmp_path
    _disconnect()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Go on in another installation, each time a new one without a database; returns its folder."""
    numbers = itertools.count(1)

    def move() -> Path:
        _disconnect()
        folder = tmp_path / f"elsewhere-{next(numbers)}"
        monkeypatch.setenv("POOLSTER_INSTANCE", str(folder))
        return folder

    return move


@pytest.fixture
def file(world: World, tmp_path: Path) -> Path:
    """A backup of the world, made in use."""
    file = tmp_path / "backup.db"
    assert main(["backup", str(file)]) == 0
    return file


@contextmanager
def writing(world: World) -> Iterator[threading.Semaphore]:
    """Threads inside that save one after the other, until the end; the semaphore counts what they saved.

    Each save makes a note one sign longer and adds an audit entry, in one transaction.
    """
    stop, saved, raised = threading.Event(), threading.Semaphore(0), []
    goal, me = world.add_goal(), world.coordinator.id
    ids = [plan.add_action(world.centre, goal, plan.ActionText(f"{n}", None, None), me).id for n in "abcd"]

    def write(action_id: int) -> None:
        try:
            with connected():
                while not stop.is_set():
                    action = Action.get_by_id(action_id)
                    note = f"{action.note}x"
                    plan.report_action(action.goal.centre, action, "started", note, action.revision, me)
                    saved.release()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=write, args=[action_id]) for action_id in ids[:WRITERS]]
    for thread in threads:
        thread.start()
    try:
        yield saved
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    assert raised == []


def wait_for(saved: threading.Semaphore, number: int) -> None:
    assert all(saved.acquire(timeout=30) for _ in range(number))


def test_a_backup_made_while_four_threads_write_restores_to_one_whole_moment(
    world: World, tmp_path: Path, elsewhere: Callable[[], Path]
) -> None:
    files, acknowledged = [tmp_path / f"{number}.db" for number in range(BACKUPS)], []
    with writing(world) as saved:
        for number, file in enumerate(files):
            wait_for(saved, 20)
            acknowledged.append(20 * (number + 1))
            assert main(["backup", str(file)]) == 0
        wait_for(saved, 20)
    in_the_end = saves()

    for file, least in zip(files, acknowledged, strict=True):
        folder = elsewhere()
        assert main(["restore", str(file)]) == 0
        open_database(f"sqlite:///{folder / 'poolster.db'}")
        with connected():
            assert database.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
            assert first_broken_entry() is None
            notes = sum(len(action.note) for action in Action.select())
            assert notes == saves(), "half a transaction was kept"
            assert least <= notes < in_the_end


def saves() -> int:
    return int(AuditEntry.select().where(AuditEntry.verb == "action.changed").count())


def test_a_backup_is_one_file_for_its_owner_alone_and_leaves_nothing_beside_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "safe"
    folder.mkdir()
    assert main(["backup", str(folder / "a b?.db")]) == 0
    assert "config.toml" in capsys.readouterr().out
    assert [path.name for path in folder.iterdir()] == ["a b?.db"]
    assert (folder / "a b?.db").stat().st_mode & 0o077 == 0, "it holds what people wrote"


def test_a_restored_installation_starts_and_goes_on_where_the_backup_was_made(
    file: Path, elsewhere: Callable[[], Path]
) -> None:
    SchoolGroup.create(name="Later")
    elsewhere()
    assert main(["restore", str(file)]) == 0
    with create_app().app_context(), connected():
        assert {group.name for group in SchoolGroup.select()} == {"Noord", "Zuid"}
        SchoolGroup.create(name="Nieuw")


def test_a_backup_overwrites_no_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    SchoolGroup.create(name="Later")
    assert main(["backup", str(file)]) == 2
    assert f"{file} bestaat al" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_backup_needs_a_folder_that_exists(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "weg" / "backup.db")]) == 2
    assert "bestaat niet" in capsys.readouterr().err
    assert not (tmp_path / "weg").exists()


def test_there_is_no_backup_of_a_database_that_is_not_there(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(instance / "backup.db")]) == 2
    assert "nog geen database" in capsys.readouterr().err
    assert list(instance.iterdir()) == []


def test_a_damaged_database_is_not_saved_as_if_it_were_whole(
    world: World, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _disconnect()
    damage(instance / "poolster.db")
    assert main(["backup", str(instance / "backup.db")]) == 2
    assert "beschadigd" in capsys.readouterr().err
    assert not (instance / "backup.db").exists()
    assert list(instance.glob(".poolster-*")) == []


def test_restore_does_not_overwrite_a_database_in_silence(
    file: Path, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SchoolGroup.create(name="Later")
    _disconnect()
    before = (instance / "poolster.db").read_bytes()
    assert main(["restore", str(file)]) == 2
    assert "--replace" in capsys.readouterr().err
    assert (instance / "poolster.db").read_bytes() == before


def test_restore_with_replace_sets_the_old_database_aside_with_all_that_was_in_it(
    file: Path, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SchoolGroup.create(name="Later")
    _disconnect()
    with time_machine.travel("2025-11-22T12:00:00Z", tick=False):
        assert main(["restore", str(file), "--replace"]) == 0
    aside = instance / "poolster.db.20251122-130000"
    assert str(aside) in capsys.readouterr().out
    assert groups(aside) == {"Noord", "Zuid", "Later"}
    assert groups(instance / "poolster.db") == {"Noord", "Zuid"}


def test_what_was_set_aside_is_not_overwritten_either(
    file: Path, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _disconnect()
    with time_machine.travel("2025-11-22T12:00:00Z", tick=False):
        assert main(["restore", str(file), "--replace"]) == 0
        assert main(["restore", str(file), "--replace"]) == 2
    assert "Probeer het over een seconde opnieuw" in capsys.readouterr().err
    assert len(list(instance.glob("poolster.db*"))) == 2


def test_restore_refuses_while_the_database_is_in_use(
    file: Path, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SchoolGroup.create(name="Later")
    assert main(["restore", str(file), "--replace"]) == 2
    assert "Stop Poolster eerst" in capsys.readouterr().err
    assert SchoolGroup.select().where(SchoolGroup.name == "Later").exists()
    assert list(instance.glob("poolster.db.*")) == []


def test_what_a_crash_left_in_the_log_goes_aside_with_the_old_database(file: Path, instance: Path) -> None:
    """The log of the old database, read with the new one, would damage it."""
    SchoolGroup.create(name="Later")
    crashed = {path.name: path.read_bytes() for path in instance.glob("poolster.db*")}
    assert crashed["poolster.db-wal"]
    _disconnect()
    for name, content in crashed.items():
        (instance / name).write_bytes(content)
    assert main(["restore", str(file), "--replace"]) == 0
    assert not (instance / "poolster.db-wal").exists()
    assert groups(instance / "poolster.db") == {"Noord", "Zuid"}
    [aside] = instance.glob("poolster.db.*")
    assert groups(aside) == {"Noord", "Zuid", "Later"}


def test_a_damaged_database_is_set_aside_as_it_is(file: Path, instance: Path) -> None:
    _disconnect()
    (instance / "poolster.db").write_bytes(b"stuk" * 1000)
    assert main(["restore", str(file), "--replace"]) == 0
    assert groups(instance / "poolster.db") == {"Noord", "Zuid"}
    assert [path.read_bytes() for path in instance.glob("poolster.db.*")] == [b"stuk" * 1000]


def test_a_log_whose_database_is_gone_counts_as_one_that_is_there(file: Path, instance: Path) -> None:
    SchoolGroup.create(name="Later")
    log = (instance / "poolster.db-wal").read_bytes()
    _disconnect()
    (instance / "poolster.db").unlink()
    (instance / "poolster.db-wal").write_bytes(log)
    assert main(["restore", str(file)]) == 2
    assert main(["restore", str(file), "--replace"]) == 0
    assert groups(instance / "poolster.db") == {"Noord", "Zuid"}
    assert [path.read_bytes() for path in instance.glob("poolster.db.*-wal")] == [log]


def damage(path: Path) -> None:
    """Write over two pages in the middle, as a bad disk would."""
    content = path.read_bytes()
    path.write_bytes(content[:40_960] + b"\x7f" * 8_192 + content[49_152:])


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def make_foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE migration (name)")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (damage, "is beschadigd"),
        (halve, "is beschadigd"),
        (lambda path: path.write_text("geen database, " * 500), "geen database"),
        (lambda path: path.write_bytes(b""), "geen database van Poolster"),
        (make_foreign, "geen database van Poolster"),
        (lambda path: path.unlink(), "is er niet"),
        (lambda path: (path.unlink(), path.mkdir()), "geen bestand"),
    ],
    ids=["damaged", "half", "text", "empty", "foreign", "missing", "a folder"],
)
def test_what_is_no_whole_database_of_poolster_is_refused_and_the_old_one_stays(
    file: Path,
    instance: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], Any],
    sentence: str,
) -> None:
    _disconnect()
    spoil(file)
    before = (instance / "poolster.db").read_bytes()
    assert main(["restore", str(file), "--replace"]) == 2
    assert sentence in capsys.readouterr().err
    assert (instance / "poolster.db").read_bytes() == before
    assert list(instance.glob("poolster.db.*")) + list(instance.glob(".poolster-*")) == []


def test_a_backup_on_a_medium_that_can_only_be_read_restores(
    file: Path, elsewhere: Callable[[], Path], tmp_path: Path
) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    shutil.move(file, medium / "backup.db")
    (medium / "backup.db").chmod(0o400)
    medium.chmod(0o500)
    try:
        folder = elsewhere()
        assert main(["restore", str(medium / "backup.db")]) == 0
        assert groups(folder / "poolster.db") == {"Noord", "Zuid"}
        assert [path.name for path in medium.iterdir()] == ["backup.db"]
    finally:
        medium.chmod(0o700)


def groups(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as found:
        return {name for (name,) in found.execute("SELECT name FROM school_group")}


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_an_installation_both_say_how_to_make_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POOLSTER_SECRET_KEY")
    assert main([command, str(tmp_path / "backup.db")]) == 2
    assert "poolster init" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_on_postgresql_both_name_the_tools_to_use(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+pool://user:password@host/name")
    assert main([command, str(tmp_path / "backup.db")]) == 2
    said = capsys.readouterr().err
    assert "pg_dump" in said
    assert "pg_restore" in said
    assert "password" not in said
    assert load().database_url.startswith("postgresql")
