"""Where the wheel stands: the five phases of a cycle, and what is missing to go on.

Phases follow from what is there; nobody sets them. They advise and never block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN

from core.cycle import Action, ActionState, Cycle, Evaluation, Goal, GoalState, Priority, Scan
from core.dates import SchoolYear
from core.people import User

SCAN, PRIORITIES, PLAN, EVALUATION, RESCAN = "scan", "priorities", "plan", "evaluation", "rescan"
NAMES = {
    SCAN: "Zelfscan",
    PRIORITIES: "Prioriteiten",
    PLAN: "Verbeterplan",
    EVALUATION: "Evaluatie",
    RESCAN: "Herscan",
}
DONE, CURRENT, STARTED, OPEN = "done", "current", "started", "open"


@dataclass(frozen=True)
class Phase:
    """One phase of a cycle: done, current (the first that is not), started, or open."""

    key: str
    name: str
    state: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class CycleFacts:
    """All that the phases follow from, gathered in a constant number of queries."""

    cycle: Cycle
    scan: Scan
    priorities: Sequence[Priority]
    goals: Sequence[Goal]
    actions: Sequence[Action]
    evaluations: Sequence[Evaluation]
    rescan_opened: bool

    def evaluations_of(self, goal: Goal) -> list[Evaluation]:
        return [row for row in self.evaluations if row.goal_id == goal.id]

    def actions_of(self, goal: Goal) -> list[Action]:
        return [row for row in self.actions if row.goal_id == goal.id]

    @property
    def running(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.state == GoalState.RUNNING]


def facts_of(cycle: Cycle, scan: Scan) -> CycleFacts:
    """Gather the facts of a cycle, with the goals alive in its school year."""
    goals = goals_alive(cycle.centre_id, cycle.school_year)
    ids = [goal.id for goal in goals]
    return CycleFacts(
        cycle=cycle,
        scan=scan,
        priorities=list(Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)),
        goals=goals,
        actions=_actions(ids) if ids else [],
        evaluations=list(Evaluation.select().where(Evaluation.goal.in_(ids)).order_by(Evaluation.due_on))
        if ids
        else [],
        rescan_opened=Cycle.select()
        .where((Cycle.centre == cycle.centre_id) & (Cycle.year > cycle.year))
        .exists(),
    )


def _actions(goal_ids: Sequence[int]) -> list[Action]:
    query = Action.select(Action, User).join(User, JOIN.LEFT_OUTER).where(Action.goal.in_(goal_ids))
    return list(query.order_by(Action.due_on, Action.id))


def alive_in(year: SchoolYear) -> Any:
    """The condition that a goal ran, or waits to run, somewhere in a school year."""
    return (Goal.starts_on <= year.last_day) & (Goal.closed_on.is_null() | (Goal.closed_on >= year.first_day))


def is_alive(goal: Goal, year: SchoolYear) -> bool:
    """What `alive_in` asks of the database, asked of a goal at hand."""
    return bool(
        goal.starts_on <= year.last_day and (goal.closed_on is None or goal.closed_on >= year.first_day)
    )


def goals_alive(centre_id: int, year: SchoolYear) -> list[Goal]:
    """The goals that ran, or wait to run, somewhere in a school year; carried over without a copy."""
    query = (
        Goal.select(Goal, User).join(User, JOIN.LEFT_OUTER).where((Goal.centre == centre_id) & alive_in(year))
    )
    return list(query.order_by(Goal.starts_on, Goal.id))


def goals_to_come(centre_id: int, year: SchoolYear) -> list[Goal]:
    """The goals that start after a school year and are not closed; each with its owner."""
    query = Goal.select(Goal, User).join(User, JOIN.LEFT_OUTER)
    query = query.where(
        (Goal.centre == centre_id) & (Goal.starts_on > year.last_day) & Goal.closed_on.is_null()
    )
    return list(query.order_by(Goal.starts_on, Goal.id))


def carried_over(goal: Goal, year: SchoolYear) -> bool:
    """Whether a goal was running before a school year began."""
    return bool(goal.starts_on < year.first_day)


def phases(facts: CycleFacts, names: dict[str, str], day: date) -> list[Phase]:
    """The five phases as they stand on `day`; `names` gives each block's name by key."""
    missing = {
        SCAN: [] if facts.scan.submitted else ["De zelfscan is nog niet ingediend."],
        PRIORITIES: [] if facts.cycle.priorities_chosen_at else ["De prioriteiten zijn nog niet bevestigd."],
        PLAN: list(_plan_gaps(facts, names)),
        EVALUATION: list(_evaluation_gaps(facts, day)),
        RESCAN: []
        if facts.rescan_opened
        else [f"De herscan voor {facts.cycle.school_year.next} is nog niet geopend."],
    }
    started = {PLAN: bool(facts.goals), EVALUATION: any(row.recorded for row in facts.evaluations)}
    found: list[Phase] = []
    for key, name in NAMES.items():
        reached = all(phase.state == DONE for phase in found)
        if not missing[key]:
            state = DONE
        elif reached:
            state = CURRENT
        else:
            state = STARTED if started.get(key) else OPEN
        found.append(Phase(key, name, state, tuple(missing[key])))
    return found


def _plan_gaps(facts: CycleFacts, names: dict[str, str]) -> Iterable[str]:
    blocks = {goal.block for goal in facts.goals}
    if not facts.cycle.priorities_chosen_at:
        yield "Kies eerst de prioriteiten van dit schooljaar."
        return
    if not facts.goals:
        yield "Er zijn nog geen doelen."
    for priority in facts.priorities:
        if priority.block not in blocks:
            yield f"Nog geen doel voor {names.get(priority.block, priority.block)}."
    for goal in facts.goals:
        if goal.state == GoalState.DRAFT:
            yield f"“{goal.title}” is nog niet afgesproken."
        elif goal.state == GoalState.RUNNING and goal.owner_id is None:
            yield f"“{goal.title}” heeft nog geen trekker."
        elif goal.state == GoalState.RUNNING and not facts.evaluations_of(goal):
            yield f"“{goal.title}” heeft nog geen evaluatiedatum."


def _evaluation_gaps(facts: CycleFacts, day: date) -> Iterable[str]:
    if not facts.goals:
        yield "Er zijn nog geen doelen om te evalueren."
    for goal in facts.goals:
        if goal.state == GoalState.DRAFT:
            continue
        rows = [row for row in facts.evaluations_of(goal) if row.recorded]
        planned = [row for row in facts.evaluations_of(goal) if not row.recorded]
        late = [row for row in planned if row.due_on < day and row.due_on <= facts.cycle.school_year.last_day]
        looked_at = any(row.held_on and row.held_on in facts.cycle.school_year for row in rows)
        if late or (not looked_at and goal.state == GoalState.RUNNING):
            yield (
                f"“{goal.title}” is dit schooljaar nog niet geëvalueerd."
                if not late
                else f"De evaluatie van “{goal.title}” is te laat."
            )


def current(found: Sequence[Phase]) -> Phase:
    """The phase that the wheel stands in: the first that is not done, or the last."""
    return next((phase for phase in found if phase.state == CURRENT), found[-1])


def open_actions(facts: CycleFacts) -> list[Action]:
    """Actions that still ask for work, soonest first; those without a day last."""
    waiting = [row for row in facts.actions if row.state in (ActionState.OPEN, ActionState.STARTED)]
    return sorted(waiting, key=lambda row: (row.due_on is None, row.due_on or date.max, row.id))
