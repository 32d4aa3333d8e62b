"""The plan of a school year, and one's own actions in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, url_for

from core.access import may, my_centre, my_cycle, my_scan, needs, person
from core.cycle import Action, ActionState, Evaluation, Goal, GoalState
from core.cycle import phases as wheel
from core.cycle.blocks import Blocks, blocks_of, standing_of
from core.dates import SchoolYear, today
from core.plugins import ask
from core.views.plan.blueprint import pages


@dataclass(frozen=True)
class GoalLine:
    """A goal as the plan lists it."""

    goal: Goal
    next_evaluation: Evaluation | None
    last_evaluation: Evaluation | None
    open_actions: int
    late_actions: int
    carried_from: SchoolYear | None
    warnings: Sequence[str] = ()

    @property
    def late(self) -> bool:
        """Whether its evaluation should have been held."""
        return bool(self.next_evaluation and self.next_evaluation.due_on < today())


@dataclass
class Group:
    """A block with its goals; `rank` is its place among the priorities."""

    block: str
    rank: int | None
    lines: list[GoalLine] = field(default_factory=list)


@pages.get("/centrum/<slug>/<year:year>/plan")
@needs("centre.read")
def show_plan(slug: str, year: SchoolYear) -> str:
    """The goals alive in a school year, by priority, with what is missing to go on."""
    facts, blocks = wheel.facts_of(my_cycle(), my_scan()), blocks_of(my_centre())
    lines = _lines(facts, year)
    found = wheel.phases(facts, blocks.names, today())
    mine = [row for row in wheel.open_actions(facts) if row.owner_id == person().user_id]
    return render_template(
        "plan/plan.html",
        facts=facts,
        blocks=blocks,
        standing=standing_of(blocks.submitted) if blocks.submitted else None,
        groups=_groups(facts, [line for line in lines if not _ended_in(line.goal, year)], blocks),
        ended=[line for line in lines if _ended_in(line.goal, year)],
        to_come=[] if facts.rescan_opened else wheel.goals_to_come(my_centre().id, year),
        phases=[_drawn(phase, slug, year) for phase in found],
        current=wheel.current(found),
        way=_way(wheel.current(found), slug, year),
        mine=mine,
    )


def _ended_in(goal: Goal, year: SchoolYear) -> bool:
    return goal.closed_on is not None and goal.closed_on <= year.last_day


def _lines(facts: wheel.CycleFacts, year: SchoolYear) -> list[GoalLine]:
    advice: dict[int, list[str]] = defaultdict(list)
    for goal_id, sentence in ask("goal_warnings", my_centre(), goals=facts.goals):
        advice[goal_id].append(sentence)
    waiting = {row.id for row in wheel.open_actions(facts)}
    return [_line(goal, facts, year, waiting, advice[goal.id]) for goal in facts.goals]


def _line(
    goal: Goal, facts: wheel.CycleFacts, year: SchoolYear, waiting: set[int], advice: Sequence[str]
) -> GoalLine:
    evaluations = facts.evaluations_of(goal)
    actions = [row for row in facts.actions_of(goal) if row.id in waiting]
    held = [row for row in evaluations if row.recorded]
    return GoalLine(
        goal=goal,
        next_evaluation=next((row for row in evaluations if not row.recorded), None),
        last_evaluation=held[-1] if held else None,
        open_actions=len(actions),
        late_actions=sum(1 for row in actions if row.due_on and row.due_on < today()),
        carried_from=SchoolYear.of(goal.starts_on) if wheel.carried_over(goal, year) else None,
        warnings=advice if goal.closed_on is None else (),
    )


def _groups(facts: wheel.CycleFacts, lines: Sequence[GoalLine], blocks: Blocks) -> list[Group]:
    """The priorities in order, with or without goals, then the other blocks that have some."""
    groups = {row.block: Group(row.block, row.rank) for row in facts.priorities}
    order = {key: place for place, key in enumerate(blocks.names)}
    for line in sorted(lines, key=lambda line: order.get(line.goal.block, len(order))):
        groups.setdefault(line.goal.block, Group(line.goal.block, None)).lines.append(line)
    return list(groups.values())


#: Where each phase of the wheel leads from here.
PHASE_PAGES = {
    wheel.SCAN: "scan.show_result",
    wheel.PRIORITIES: "plan.show_priorities",
    wheel.PLAN: "plan.show_plan",
    wheel.EVALUATION: "plan.show_plan",
    wheel.RESCAN: "centre.show_rescan",
}


def _way(phase: wheel.Phase, slug: str, year: SchoolYear) -> str:
    """Where the missing things of a phase can be done; "" when that is here."""
    endpoint = PHASE_PAGES[phase.key]
    if phase.key == wheel.SCAN and may("scan.fill"):
        endpoint = "scan.show_scan"
    return "" if endpoint == "plan.show_plan" else url_for(endpoint, slug=slug, year=year)


def _drawn(phase: wheel.Phase, slug: str, year: SchoolYear) -> dict[str, Any]:
    url = url_for(PHASE_PAGES[phase.key], slug=slug, year=year)
    return {"key": phase.key, "name": phase.name, "state": phase.state, "url": url}


@pages.get("/centrum/<slug>/<year:year>/mijn-acties")
@needs("centre.read")
def show_my_actions(slug: str, year: SchoolYear) -> str:
    """The open actions that I own in this centre, soonest first; those without a day last."""
    my_cycle()
    query = Action.select(Action, Goal).join(Goal)
    query = query.where(
        (Goal.centre == my_centre().id)
        & (Action.owner == person().user_id)
        & Action.state.in_([ActionState.OPEN, ActionState.STARTED])
        & Goal.state.in_([GoalState.DRAFT, GoalState.RUNNING])
    )
    actions = sorted(query, key=lambda row: (row.due_on is None, row.due_on or today(), row.id))
    return render_template("plan/my_actions.html", actions=actions)
