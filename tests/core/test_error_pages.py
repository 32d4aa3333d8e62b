"""Pages and log lines of what goes wrong, and the hosts by which the site is called."""

from __future__ import annotations

from typing import Any

import pytest
from peewee import OperationalError

from core.db import database
from core.views import help as help_views
from core.views.safety import _hosts
from tests.world import World

pytestmark = pytest.mark.sqlite_only


def _refuse(*_: Any, **__: Any) -> None:
    raise OperationalError("no connection")


def test_without_a_database_people_read_what_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client()
    with monkeypatch.context() as broken:
        broken.setattr(type(database.obj), "execute_sql", _refuse)
        answer = client.get(world.url("plan"))
    assert answer.status_code == 503
    assert "Poolster is even niet bereikbaar" in answer.text


def test_a_line_break_in_an_address_is_no_line_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(help_views, "help_pages", _refuse)
    world.app.test_client().get("/hulp/x%0aINFO%20vals")
    lines = [record.getMessage() for record in caplog.records if "incident" in record.getMessage()]
    assert lines
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize(
    ("base_url", "hosts"),
    [
        ("https://Poolster.be", {"poolster.be"}),
        ("https://poolster.be:443", {"poolster.be"}),
        ("https://poolster.be:8443", {"poolster.be:8443"}),
        ("http://localhost:8000", {"localhost:8000", "127.0.0.1:8000"}),
    ],
)
def test_a_site_is_called_as_browsers_write_its_address(base_url: str, hosts: set[str]) -> None:
    assert _hosts(base_url) == hosts
