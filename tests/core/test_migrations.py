"""Migrations: from nothing to the models, each whole or not at all, and once."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import DatabaseError, Model, sort_models

import core
import plugins
from core import found_plugins, migration_folders
from core.db import BaseModel, connected, database, migrate, migration_lock, open_database
from tests.conftest import _disconnect

BROKEN = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE half (id INTEGER)")
    db.execute_sql("INSERT INTO half VALUES (1)")
    db.execute_sql("SELECT nonsense FROM nowhere")
"""
MENDED = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE half (id INTEGER)")
"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[str]:
    """Core bound to a database with nothing in it."""
    open_database(empty_database_url)
    yield empty_database_url
    _disconnect()


def our_models() -> list[type[Model]]:
    """Every model of core and of the plugins that ship."""
    for package in (core, plugins):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and found.name != "core.cli":
                importlib.import_module(found.name)
    return sort_models(
        [model for model in _below(BaseModel) if model.__module__.startswith(("core.", "plugins."))]
    )


def _below(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _below(child)


def schema(tables: list[str]) -> dict[str, Any]:
    """What the database says of tables: columns, indexes and foreign keys; no names of constraints."""
    return {
        table: {
            "columns": {
                column.name: (column.data_type.lower(), column.null, column.primary_key)
                for column in database.get_columns(table)
            },
            "indexes": sorted((tuple(index.columns), index.unique) for index in database.get_indexes(table)),
            "keys": sorted(
                (key.column, key.dest_table, key.dest_column) for key in database.get_foreign_keys(table)
            ),
        }
        for table in tables
    }


def test_migrations_lead_to_exactly_the_tables_of_the_models(empty: str, tmp_path: Path) -> None:
    models = our_models()
    tables = sorted(model._meta.table_name for model in models)
    migrate(migration_folders(found_plugins()))
    with connected():
        there = {name for name in database.get_tables() if not name.endswith("_migration")}
        assert there - {"sqlite_sequence"} == set(tables)
        migrated = schema(tables)
        database.drop_tables(list(reversed(models)))
        database.create_tables(models)
        modelled = schema(tables)
    assert migrated == modelled


def test_a_plugin_names_its_tables_after_itself(empty: str) -> None:
    wrong = [
        model.__name__
        for model in our_models()
        if model.__module__.startswith("plugins.")
        and not model._meta.table_name.startswith(f"{model.__module__.split('.')[1]}_")
    ]
    assert wrong == []


def test_a_second_start_migrates_nothing(empty: str) -> None:
    folders = migration_folders(found_plugins())
    assert migrate(folders)
    assert migrate(folders) == []


def test_a_migration_that_fails_leaves_nothing_half_and_is_tried_again(empty: str, tmp_path: Path) -> None:
    file = tmp_path / "0001_first.py"
    file.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(DatabaseError):
        migrate({"trial": tmp_path})
    with connected():
        assert "half" not in database.get_tables()
    file.write_text(MENDED, encoding="utf-8")
    assert migrate({"trial": tmp_path}) == ["trial/0001_first"]
    with connected():
        assert database.execute_sql("SELECT count(*) FROM half").fetchone()[0] == 0


def test_what_was_migrated_before_a_failure_goes_on_from_there(empty: str, tmp_path: Path) -> None:
    (tmp_path / "0001_first.py").write_text(MENDED, encoding="utf-8")
    second = tmp_path / "0002_second.py"
    second.write_text(BROKEN.replace("half", "other"), encoding="utf-8")
    with pytest.raises(DatabaseError):
        migrate({"trial": tmp_path})
    second.write_text(MENDED.replace("half", "other"), encoding="utf-8")
    migrate({"trial": tmp_path})
    with connected():
        assert {"half", "other"} <= set(database.get_tables())


def test_who_wants_to_migrate_waits_while_another_does(empty: str, tmp_path: Path) -> None:
    (tmp_path / "0001_first.py").write_text(MENDED, encoding="utf-8")
    applied: list[str] = []

    def work() -> None:
        applied.extend(migrate({"trial": tmp_path}))

    other = threading.Thread(target=work)
    with connected(), migration_lock():
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        assert applied == []
    other.join(timeout=30)
    assert applied == ["trial/0001_first"]
