"""How many statements the page and the save that are asked for most take."""

from __future__ import annotations

import pytest

from core.db import database
from tests.plugins.survey.filling import BLOCK, fill, form
from tests.world import World, statements

PAGE = f"zelfscan/bouwsteen/{BLOCK}"


def page_statements(world: World) -> int:
    client = world.client()
    client.get(world.url(PAGE))
    with statements() as sent:
        assert client.get(world.url(PAGE)).status_code == 200
    return len(sent)


def save_statements(world: World) -> list[str]:
    client = world.client()
    with statements() as sent:
        assert client.post(world.url(f"{PAGE}/bewaar"), data=form(1)).status_code == 200
    return [statement for statement in sent if "pg_advisory" not in statement]  # the trail's lock on a server


def test_a_block_takes_eight_statements_at_most(world: World) -> None:
    fill(world, world.open_cycle())
    assert page_statements(world) <= 8


def test_a_block_takes_as_many_with_more_years_and_more_centres(a_year_on: World) -> None:
    world = a_year_on
    world.open_cycle()
    before = page_statements(world)
    for number in range(5):
        centre = world.add_centre(f"CLB Nummer {number}", world.group)
        fill(world, world.open_cycle(centre))
    assert page_statements(world) == before


def test_a_block_takes_as_many_without_earlier_years(world: World) -> None:
    fill(world, world.open_cycle())
    assert page_statements(world) == 6


def test_a_save_takes_six_statements_at_most(world: World) -> None:
    fill(world, world.open_cycle())
    assert len(save_statements(world)) <= 6


def test_a_first_save_takes_as_many(world: World) -> None:
    world.open_cycle()
    client = world.client()
    with statements() as sent:
        assert client.post(world.url(f"{PAGE}/bewaar"), data=form()).status_code == 200
    assert len([statement for statement in sent if "pg_advisory" not in statement]) <= 6


@pytest.mark.sqlite_only
def test_a_save_is_one_commit(world: World) -> None:
    fill(world, world.open_cycle())
    sent: list[str] = []
    client = world.client()
    database.connection().set_trace_callback(sent.append)
    client.post(world.url(f"{PAGE}/bewaar"), data=form(1))
    database.connection().set_trace_callback(None)
    assert sum(statement.startswith("COMMIT") for statement in sent) == 1


def test_the_list_and_the_overview_take_as_many_whatever_is_filled_in(world: World) -> None:
    scan = world.open_cycle()
    client = world.client()
    counts = []
    for filled in (False, True):
        if filled:
            fill(world, scan)
        for path in ("zelfscan/bouwstenen", "zelfscan/overzicht"):
            client.get(world.url(path))
            with statements() as sent:
                client.get(world.url(path))
            counts.append(len(sent))
    assert counts[:2] == counts[2:]
