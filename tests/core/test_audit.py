"""The audit trail: only added to, with its cause, and a chain that shows what was tampered with."""

from __future__ import annotations

import pytest
from peewee import DatabaseError

from core.audit import AuditEntry, first_broken_entry, record
from core.db import database, is_sqlite, transaction
from tests.world import World


@pytest.fixture
def trail(world: World) -> list[AuditEntry]:
    """Five entries, the third in a centre and by a person."""
    with transaction():
        for number in range(5):
            person = {"user_id": world.coordinator.id, "centre_id": world.centre.id} if number == 2 else {}
            record("test.done", subject=f"thing:{number}", number=number, words="één ‘woord’", **person)
    return list(AuditEntry.select().where(AuditEntry.verb == "test.done").order_by(AuditEntry.id))


def behind_the_back(statement: str) -> None:
    """Change the trail as someone with the database in hands could: with the triggers switched off."""
    if is_sqlite():
        for (name,) in database.execute_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute_sql(f"DROP TRIGGER {name}")
    else:
        database.execute_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    database.execute_sql(statement)


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(trail: list[AuditEntry], change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), database.atomic():
        database.execute_sql(change)
    assert AuditEntry.select().where(AuditEntry.verb == "test.done").count() == len(trail)


def test_the_database_refuses_to_empty_the_trail(trail: list[AuditEntry]) -> None:
    statement = "DELETE FROM audit_entry" if is_sqlite() else "TRUNCATE audit_entry"
    with pytest.raises(DatabaseError, match="append-only"), database.atomic():
        database.execute_sql(statement)


def test_the_models_own_ways_are_refused_too(trail: list[AuditEntry]) -> None:
    trail[0].subject = "other"
    with pytest.raises(DatabaseError, match="append-only"), database.atomic():
        trail[0].save()
    with pytest.raises(DatabaseError, match="append-only"), database.atomic():
        trail[0].delete_instance()


def test_an_untouched_trail_is_whole(trail: list[AuditEntry]) -> None:
    assert first_broken_entry() is None


@pytest.mark.parametrize(
    "column",
    [
        "verb = 'x'",
        "subject = 'x'",
        "detail = '{}'",
        "user_id = NULL",
        "centre_id = NULL",
        "at = '2020-01-01 00:00:00'",
    ],
)
def test_a_change_behind_the_databases_back_is_found(trail: list[AuditEntry], column: str) -> None:
    behind_the_back(f"UPDATE audit_entry SET {column} WHERE id = {trail[2].id}")
    broken = first_broken_entry()
    assert broken is not None
    assert broken.id == trail[2].id


def test_an_entry_taken_out_of_the_middle_is_found(trail: list[AuditEntry]) -> None:
    behind_the_back(f"DELETE FROM audit_entry WHERE id = {trail[2].id}")
    broken = first_broken_entry()
    assert broken is not None
    assert broken.id == trail[3].id


def test_what_is_undone_leaves_no_entry(world: World) -> None:
    before = AuditEntry.select().count()
    with database.atomic() as act:
        record("test.undone")
        act.rollback()
    assert AuditEntry.select().count() == before
    assert first_broken_entry() is None


def test_an_entry_says_who_what_when_and_where(world: World) -> None:
    world.open_cycle()
    entry = AuditEntry.get(AuditEntry.verb == "cycle.opened")
    assert (entry.user_id, entry.centre_id) == (world.coordinator.id, world.centre.id)
    assert entry.at.tzinfo is not None
    assert str(world.year) in entry.detail
