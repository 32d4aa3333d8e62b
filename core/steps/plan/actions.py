"""The actions under a goal."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from core.audit import record
from core.cycle import Action, ActionState, Goal
from core.dates import day_label, now
from core.db import transaction
from core.people import Centre
from core.steps import Stale
from core.steps.plan.checks import (
    Faults,
    changed_fields,
    for_trail,
    hold_open,
    length_faults,
    owner_faults,
    reach_faults,
    refuse,
    title_faults,
)


@dataclass(frozen=True)
class ActionText:
    """What people write of an action."""

    title: str
    owner_id: int | None
    due_on: date | None
    state: str = ActionState.OPEN
    note: str = ""


def add_action(centre: Centre, goal: Goal, text: ActionText, actor_id: int) -> Action:
    """Put an action under a goal that is not closed."""
    refuse(_faults(centre, goal, text))
    with transaction():
        hold_open(goal)
        action = Action.create(
            goal=goal,
            title=text.title.strip(),
            owner=text.owner_id,
            due_on=text.due_on,
            state=text.state,
            note=text.note.strip(),
            created_at=now(),
        )
        record(
            "action.added",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{goal.id}",
            **for_trail(text),
        )
    return action


def change_action(centre: Centre, action: Action, text: ActionText, revision: int, actor_id: int) -> None:
    """Change an action of a goal that is not closed: its words, owner, day or state.

    Raises Stale, with the action as it stands now, when someone changed it since `revision`.
    """
    changed = changed_fields(text, action)
    if not changed:
        return
    refuse(_faults(centre, action.goal, text, kept=action))
    with transaction():
        hold_open(action.goal)
        moved = (
            Action.update(
                title=text.title.strip(),
                owner=text.owner_id,
                due_on=text.due_on,
                state=text.state,
                note=text.note.strip(),
                revision=Action.revision + 1,
            )
            .where((Action.id == action.id) & (Action.revision == revision))
            .execute()
        )
        if not moved:
            raise Stale(Action.get_by_id(action.id))
        record(
            "action.changed",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{action.goal_id}",
            changed=changed,
            **for_trail(text),
        )


def report_action(
    centre: Centre, action: Action, state: str, note: str, revision: int, actor_id: int
) -> None:
    """Say how an action goes: its state and note, which its owner may write. Raises like `change_action`."""
    stored = ActionText(**{name: getattr(action, name) for name in asdict(ActionText("", None, None))})
    change_action(centre, action, replace(stored, state=state, note=note), revision, actor_id)


def _faults(centre: Centre, goal: Goal, text: ActionText, kept: Action | None = None) -> Faults:
    yield from title_faults(text.title)
    yield from length_faults(text.note, "note")
    yield from owner_faults(centre, text.owner_id, kept.owner_id if kept else None)
    if text.state not in set(ActionState):
        yield "state", "Kies een stand uit de lijst."
    if text.due_on and not (kept and text.due_on == kept.due_on):
        yield from reach_faults(text.due_on, "due_on")
        if text.due_on < goal.starts_on:
            yield "due_on", f"Deze dag ligt voor de start van het doel ({day_label(goal.starts_on)})."
