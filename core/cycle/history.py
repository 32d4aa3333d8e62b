"""A centre's past, school year by school year, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.cycle import Cycle, Evaluation, Goal, Priority, Rating, Scan
from core.cycle.phases import carried_over, is_alive
from core.dates import SchoolYear
from core.db import tuples
from core.instrument import document_of
from core.people import Centre


@dataclass(frozen=True)
class GoalYear:
    """A goal as one school year saw it."""

    goal: Goal
    carried_over: bool
    evaluations: tuple[Evaluation, ...]


@dataclass(frozen=True)
class Move:
    """A block whose stage differs from the scan before; names of blocks and stages."""

    block: str
    before: str
    after: str
    up: bool


@dataclass(frozen=True)
class YearView:
    """One school year of a centre."""

    cycle: Cycle
    scan: Scan
    priorities: tuple[str, ...]
    goals: tuple[GoalYear, ...]
    moves: tuple[Move, ...]
    has_previous: bool


def by_year(centre: Centre, cycles: Sequence[Cycle]) -> list[YearView]:
    """What happened in each cycle (newest first, each with its `scan`), and what moved since the one before."""
    ids = [cycle.id for cycle in cycles]
    priorities = list(Priority.select().where(Priority.cycle.in_(ids)).order_by(Priority.rank))
    goals = list(Goal.select().where(Goal.centre == centre.id).order_by(Goal.starts_on, Goal.id))
    evaluations = list(
        Evaluation.select().join(Goal).where(Goal.centre == centre.id).order_by(Evaluation.due_on)
    )
    stages = _stages([cycle.scan for cycle in cycles])
    views = []
    for position, cycle in enumerate(cycles):
        names = {block.key: block.name for block in document_of(cycle.scan.instrument_id).blocks}
        older = [c.scan for c in cycles[position + 1 :] if c.scan.submitted]
        views.append(
            YearView(
                cycle=cycle,
                scan=cycle.scan,
                priorities=tuple(
                    names.get(row.block, row.block) for row in priorities if row.cycle_id == cycle.id
                ),
                goals=tuple(_goal_years(goals, evaluations, cycle.school_year)),
                moves=tuple(_moves(cycle.scan, older[0], stages)) if older and cycle.scan.submitted else (),
                has_previous=bool(older),
            )
        )
    return views


def _stages(scans: Sequence[Scan]) -> dict[int, dict[str, int]]:
    rows = Rating.select(Rating.scan, Rating.block, Rating.stage).where(
        Rating.scan.in_([scan.id for scan in scans]) & Rating.stage.is_null(False)
    )
    found: dict[int, dict[str, int]] = {}
    for scan_id, block, stage in tuples(rows.order_by(Rating.id)):
        found.setdefault(scan_id, {})[block] = stage
    return found


def _moves(scan: Scan, older: Scan, stages: dict[int, dict[str, int]]) -> list[Move]:
    document, before = document_of(scan.instrument_id), document_of(older.instrument_id)
    past, present = stages.get(older.id, {}), stages.get(scan.id, {})
    return [
        Move(
            block=block.name,
            before=before.stage(past[block.key]).name,
            after=document.stage(present[block.key]).name,
            up=present[block.key] > past[block.key],
        )
        for block in document.blocks
        if block.key in past and block.key in present and past[block.key] != present[block.key]
    ]


def _goal_years(goals: Sequence[Goal], evaluations: Sequence[Evaluation], year: SchoolYear) -> list[GoalYear]:
    return [
        GoalYear(
            goal=goal,
            carried_over=carried_over(goal, year),
            evaluations=tuple(
                row
                for row in evaluations
                if row.goal_id == goal.id and row.held_on is not None and row.held_on in year
            ),
        )
        for goal in goals
        if is_alive(goal, year)
    ]
