"""Queries whose SQL is written once: they give what peewee's own give, on both databases."""

from __future__ import annotations

from typing import Any

from core.cycle import Cycle, Scan
from core.db import Prepared
from core.people import SchoolGroup
from tests.world import World, statements


@Prepared
def _cycle_with_scan(centre_id: Any) -> Any:
    query = Cycle.select(Cycle, Scan).join(Scan, on=(Scan.cycle == Cycle.id), attr="scan")
    return query.where(Cycle.centre == centre_id)


@Prepared
def _rename(name: Any, group_id: Any) -> Any:
    return SchoolGroup.update(name=name).where(SchoolGroup.id == group_id)


@Prepared
def _add(name: Any) -> Any:
    return SchoolGroup.insert(name=name).as_rowcount()


def test_each_call_gives_the_rows_of_its_own_values(world: World) -> None:
    scan = world.open_cycle()
    assert [row.scan.id for row in _cycle_with_scan(world.centre.id)] == [scan.id]
    assert list(_cycle_with_scan(world.other.id)) == []


def test_rows_are_the_model_s_own_with_its_kinds_of_values(world: World) -> None:
    scan = world.open_cycle()
    (row,) = _cycle_with_scan(world.centre.id)
    assert row.opened_at == Cycle.get_by_id(row.id).opened_at
    assert row.scan.opened_at == scan.opened_at


def test_a_call_is_one_statement_and_sees_what_was_written_since(world: World) -> None:
    assert list(_cycle_with_scan(world.centre.id)) == []
    world.open_cycle()
    with statements() as sent:
        assert len(list(_cycle_with_scan(world.centre.id))) == 1
    assert len(sent) == 1


def test_a_prepared_change_says_how_many_rows_it_changed(world: World) -> None:
    assert _rename("Noorderlicht", world.group.id) == 1
    assert _rename("Nergens", 0) == 0
    assert SchoolGroup.get_by_id(world.group.id).name == "Noorderlicht"


def test_a_prepared_insert_adds_a_row(world: World) -> None:
    assert _add("Oost") == 1
    assert SchoolGroup.select().where(SchoolGroup.name == "Oost").count() == 1
