"""What holds for every part of a plan. A check yields its faults, so that all of them show at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from core.cycle import NAME_LIMIT, TEXT_LIMIT, Goal
from core.dates import SchoolYear, day_label, today
from core.people import CENTRE_ROLES, Centre, Membership, User
from core.steps import Refused

YEARS_AHEAD = 6  # a policy plan looks about this far
YEARS_BACK = 5
CLOSED = "Dit doel is afgesloten en verandert niet meer."

Faults = Iterator[tuple[str, str]]  # (field, Dutch sentence)


def refuse(faults: Iterable[tuple[str, str]]) -> None:
    """Raises Refused with all faults, if there are any."""
    found = list(faults)
    if found:
        raise Refused(messages=found)


def hold_open(goal: Goal) -> None:
    """Keep others from closing a goal until this transaction ends. Raises Refused when it is closed already."""
    if (
        not Goal.update(revision=Goal.revision)
        .where((Goal.id == goal.id) & Goal.closed_on.is_null())
        .execute()
    ):
        raise Refused(CLOSED)


def centre_people(centre: Centre) -> list[User]:
    """The active people of a centre, by name: who can own a goal or an action."""
    query = User.select(User.id, User.name, User.email).join(Membership)
    query = query.where((Membership.centre == centre) & Membership.role.in_([*CENTRE_ROLES]) & User.active)
    return list(query.distinct().order_by(User.name))


def title_faults(title: str) -> Faults:
    if not title.strip():
        yield "title", "Geef een titel."
    if len(title.strip()) > NAME_LIMIT:
        yield "title", f"Hou de titel onder {NAME_LIMIT} tekens."


def length_faults(text: str, field: str, limit: int = TEXT_LIMIT) -> Faults:
    if len(text) > limit:
        yield field, f"Deze tekst is te lang: hoogstens {limit} tekens."


def owner_faults(centre: Centre, owner_id: int | None, kept: int | None = None) -> Faults:
    """An owner is one of the centre's people; one who left it meanwhile (`kept`) may stay."""
    if owner_id not in (None, kept) and owner_id not in {user.id for user in centre_people(centre)}:
        yield "owner_id", "Kies een trekker uit jullie eigen centrum."


def reach_faults(day: date, field: str, kept: date | None = None) -> Faults:
    """A plan's days lie within a few school years around today; a day that was there before (`kept`) stays good."""
    this_year = SchoolYear.of(today())
    first = SchoolYear(this_year.start_year - YEARS_BACK).first_day
    last = SchoolYear(this_year.start_year + YEARS_AHEAD).last_day
    if day != kept and not first <= day <= last:
        yield field, f"Kies een dag tussen {day_label(first)} en {day_label(last)}."


def evaluation_day_faults(day: date, starts_on: date, ends_on: date, field: str) -> Faults:
    """A goal is looked at while it runs, at the latest in the school year in which it ends."""
    last = SchoolYear.of(ends_on).last_day
    if starts_on <= ends_on and not starts_on <= day <= last:
        yield field, f"Kies een dag tussen {day_label(starts_on)} en {day_label(last)}."


def for_trail(text: Any) -> dict[str, str]:
    """What people wrote, as plain text for the audit trail."""
    return {name: "" if value is None else str(value) for name, value in asdict(text).items()}


def changed_fields(text: Any, row: Any) -> list[str]:
    """The fields in which what people wrote differs from a stored row."""
    return [name for name, value in asdict(text).items() if _plain(value) != _plain(getattr(row, name))]


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
