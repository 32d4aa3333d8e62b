"""Writing, changing and agreeing on goals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.audit import record
from core.cycle import Evaluation, Goal, GoalState
from core.dates import SchoolYear, day_label, now
from core.db import transaction
from core.people import Centre
from core.steps import Refused, Stale
from core.steps.plan.checks import (
    CLOSED,
    Faults,
    changed_fields,
    evaluation_day_faults,
    for_trail,
    length_faults,
    owner_faults,
    reach_faults,
    refuse,
    title_faults,
)


@dataclass(frozen=True)
class GoalText:
    """What people write of a goal. Dates are local days; `owner_id` is a user of the centre, or None."""

    block: str
    title: str
    description: str
    owner_id: int | None
    starts_on: date
    ends_on: date


def add_goal(
    centre: Centre, text: GoalText, blocks: set[str], first_evaluation: date | None, actor_id: int
) -> Goal:
    """Write down a new goal, as a draft, with its first evaluation date where one is given."""
    day_faults = (
        evaluation_day_faults(first_evaluation, text.starts_on, text.ends_on, "first_evaluation")
        if first_evaluation
        else ()
    )
    refuse([*_faults(centre, text, blocks), *day_faults])
    with transaction():
        goal = Goal.create(
            centre=centre,
            block=text.block,
            title=text.title.strip(),
            description=text.description.strip(),
            owner=text.owner_id,
            starts_on=text.starts_on,
            ends_on=text.ends_on,
            created_at=now(),
        )
        if first_evaluation:
            Evaluation.create(goal=goal, due_on=first_evaluation)
        record(
            "goal.added", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", **for_trail(text)
        )
    return goal


def change_goal(
    centre: Centre, goal: Goal, text: GoalText, blocks: set[str], reason: str, revision: int, actor_id: int
) -> None:
    """Change a goal. A running goal's period changes only with a reason; a closed goal does not change.

    Raises Stale, with the goal as it stands now, when someone changed it since `revision`.
    """
    if goal.state not in (GoalState.DRAFT, GoalState.RUNNING):
        raise Refused(CLOSED)
    changed = changed_fields(text, goal)
    if not changed:
        return
    refuse(
        [
            *_faults(centre, text, blocks | {goal.block}, kept=goal),
            *_reason_faults(goal, changed, reason.strip()),
            *_planned_faults(goal, text),
        ]
    )
    with transaction():
        moved = (
            Goal.update(
                block=text.block,
                title=text.title.strip(),
                description=text.description.strip(),
                owner=text.owner_id,
                starts_on=text.starts_on,
                ends_on=text.ends_on,
                revision=Goal.revision + 1,
            )
            .where((Goal.id == goal.id) & (Goal.revision == revision) & Goal.closed_on.is_null())
            .execute()
        )
        if not moved:
            raise Stale(Goal.get_by_id(goal.id))
        record(
            "goal.changed",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{goal.id}",
            changed=changed,
            reason=reason.strip(),
            **for_trail(text),
        )


def agree_goal(centre: Centre, goal: Goal, actor_id: int) -> None:
    """Let a draft goal start."""
    with transaction():
        started = (
            Goal.update(state=GoalState.RUNNING, agreed_at=now(), revision=Goal.revision + 1)
            .where((Goal.id == goal.id) & (Goal.state == GoalState.DRAFT))
            .execute()
        )
        if not started:
            raise Refused("Dit doel is al afgesproken.")
        record("goal.agreed", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}")


def _faults(centre: Centre, text: GoalText, blocks: set[str], kept: Goal | None = None) -> Faults:
    if text.block not in blocks:
        yield "block", "Kies een bouwsteen uit de lijst."
    yield from title_faults(text.title)
    yield from length_faults(text.description, "description")
    yield from owner_faults(centre, text.owner_id, kept.owner_id if kept else None)
    yield from reach_faults(text.starts_on, "starts_on", kept.starts_on if kept else None)
    yield from reach_faults(text.ends_on, "ends_on", kept.ends_on if kept else None)
    if text.ends_on < text.starts_on:
        yield "ends_on", "Het einde ligt voor het begin."


def _reason_faults(goal: Goal, changed: list[str], reason: str) -> Faults:
    if goal.state == GoalState.RUNNING and {"starts_on", "ends_on"} & set(changed) and not reason:
        yield "reason", "Je verandert de periode van een lopend doel. Schrijf kort waarom."
    yield from length_faults(reason, "reason")


def _planned_faults(goal: Goal, text: GoalText) -> Faults:
    """A period keeps the evaluations that are planned or were held in it."""
    last = SchoolYear.of(text.ends_on).last_day
    for row in Evaluation.select().where(Evaluation.goal == goal).order_by(Evaluation.due_on):
        day = row.held_on or row.due_on
        if day < text.starts_on and text.starts_on != goal.starts_on:
            yield (
                "starts_on",
                f"Er staat al een evaluatie op {day_label(day)}. Laat het doel ten laatste dan beginnen.",
            )
            return
        if not row.recorded and day > last and text.ends_on != goal.ends_on:
            yield "ends_on", f"Er is nog een evaluatie gepland op {day_label(day)}. Verzet die eerst."
            return
