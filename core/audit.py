"""The audit trail: who did what, when, in which centre. Only ever added to.

Database triggers refuse changes and deletions; each entry carries a hash over itself and the
entry before it, so that a gap or a change made behind the database's back shows.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from peewee import CharField, ForeignKeyField, TextField

from core.dates import now
from core.db import AUDIT_LOCK, BaseModel, MomentField, Prepared, database, is_sqlite
from core.people import Centre, User

START = "0" * 64


class AuditEntry(BaseModel):
    """One recorded act. `verb` is a key like "scan.submitted"; `detail` is JSON."""

    at = MomentField(index=True)
    user = ForeignKeyField(User, backref="+", null=True)
    user_id: int | None
    centre = ForeignKeyField(Centre, backref="+", null=True)
    centre_id: int | None
    verb = CharField(max_length=60)
    subject = CharField(max_length=200, default="")
    detail = TextField(default="{}")
    hash = CharField(max_length=64)


@Prepared
def _last_hash() -> Any:
    return AuditEntry.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1).tuples()


_COLUMNS = ("at", "user", "centre", "verb", "subject", "detail", "hash")


@Prepared
def _add(*values: Any) -> Any:
    return AuditEntry.insert(dict(zip(_COLUMNS, values, strict=True))).as_rowcount()


def take_turn() -> None:
    """Let this transaction write to the trail next, and hold up those after it until it ends.

    An entry takes the turn by itself. Take it first where what is read has to stay so until the entry.
    """
    if not is_sqlite():  # an SQLite writer is alone already
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (AUDIT_LOCK,))


def record(
    verb: str, *, user_id: int | None = None, centre_id: int | None = None, subject: str = "", **detail: Any
) -> None:
    """Add an entry; call it inside the transaction of the act itself. `detail` must be JSON-serialisable."""
    take_turn()
    last = next((found for (found,) in _last_hash()), START)
    entry = AuditEntry(
        at=now(),
        user=user_id,
        centre=centre_id,
        verb=verb,
        subject=subject[:200],
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
    )
    entry.hash = _hash(last, entry)
    _add(*(AuditEntry._meta.fields[name].db_value(entry.__data__[name]) for name in _COLUMNS))


def _hash(previous: str, entry: AuditEntry) -> str:
    parts = (
        previous,
        entry.at.isoformat(),
        entry.user_id,
        entry.centre_id,
        entry.verb,
        entry.subject,
        entry.detail,
    )
    return hashlib.sha256(json.dumps([str(part) for part in parts], ensure_ascii=False).encode()).hexdigest()


def first_broken_entry() -> AuditEntry | None:
    """The first entry whose hash does not follow from the one before; None when the trail is whole."""
    previous = START
    entry: AuditEntry
    for entry in AuditEntry.select().order_by(AuditEntry.id).iterator():
        if entry.hash != _hash(previous, entry):
            return entry
        previous = entry.hash
    return None
