"""What changed in a goal, from the audit trail, in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN

from core.audit import AuditEntry
from core.cycle import ACTION_STATE_LABELS, FOLLOW_UP_LABELS, VERDICT_LABELS, Goal
from core.dates import day_label
from core.people import Centre, User

MOST = 200  # changes shown of one goal

FIELDS = {
    "block": "bouwsteen",
    "title": "titel",
    "description": "toelichting",
    "owner_id": "trekker",
    "starts_on": "begin",
    "ends_on": "einde",
    "due_on": "datum",
    "state": "stand",
    "note": "notitie",
}


@dataclass(frozen=True)
class Change:
    """Who did what to a goal, when, and why where that was said."""

    at: datetime
    who: str
    what: str
    reason: str


def changes_of(goal: Goal, centre: Centre) -> list[Change]:
    """The changes of a goal, its actions and its evaluations, newest first."""
    query = (
        AuditEntry.select(AuditEntry, User)
        .join(User, JOIN.LEFT_OUTER)
        .where((AuditEntry.centre == centre.id) & (AuditEntry.subject == f"goal:{goal.id}"))
        .order_by(AuditEntry.id.desc())
        .limit(MOST)
    )
    return [_change(entry) for entry in query]


def _change(entry: AuditEntry) -> Change:
    detail = json.loads(entry.detail)
    words = WORDS.get(entry.verb)
    return Change(
        at=entry.at,
        who=entry.user.name if entry.user else "Poolster",
        what=words(detail) if words else "vulde iets aan bij dit doel",
        reason=str(detail.get("reason", "")),
    )


def _fields(detail: dict[str, Any]) -> str:
    names = [FIELDS[name] for name in detail.get("changed", []) if name in FIELDS]
    return f" ({', '.join(names)})" if names else ""


def _day(value: str) -> str:
    return day_label(date.fromisoformat(value))


def _action(detail: dict[str, Any]) -> str:
    if "state" in detail.get("changed", []):
        label = ACTION_STATE_LABELS.get(detail["state"], detail["state"]).lower()
        return f"zette de actie “{detail['title']}” op {label}"
    return f"wijzigde de actie “{detail['title']}”{_fields(detail)}"


def _recorded(detail: dict[str, Any]) -> str:
    verdict = VERDICT_LABELS.get(detail["verdict"], detail["verdict"]).lower()
    return f"vulde een evaluatie in: {verdict}, {FOLLOW_UP_LABELS.get(detail['follow_up'], detail['follow_up']).lower()}"


WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "goal.added": lambda detail: "schreef het doel",
    "goal.changed": lambda detail: f"wijzigde het doel{_fields(detail)}",
    "goal.agreed": lambda detail: "sprak het doel af",
    "action.added": lambda detail: f"zette de actie “{detail['title']}” erbij",
    "action.changed": _action,
    "evaluation.planned": lambda detail: f"plande een evaluatie op {_day(detail['due_on'])}",
    "evaluation.moved": lambda detail: (
        f"verzette de evaluatie van {_day(detail['before'])} naar {_day(detail['after'])}"
    ),
    "evaluation.recorded": _recorded,
}
