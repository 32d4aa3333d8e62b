"""A goal's evaluations over the school years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from core.cycle import Evaluation, Goal, GoalState
from core.dates import SchoolYear, today

START, END, LOOK = "start", "end", "look"


@dataclass(frozen=True)
class Point:
    """A day in the life of a goal: its start, its end, or a look back at it."""

    day: date
    kind: str
    evaluation: Evaluation | None = None

    @property
    def late(self) -> bool:
        """Whether a look back should have been held by now."""
        return bool(self.evaluation and not self.evaluation.recorded and self.day < today())


@dataclass
class Year:
    """A school year with what it holds."""

    year: SchoolYear
    points: list[Point] = field(default_factory=list)


def years_in(goal: Goal, evaluations: Sequence[Evaluation]) -> list[Year]:
    """A goal's start, evaluations and end by school year, oldest first; years in between stay, empty."""
    points = [
        Point(goal.starts_on, START),
        *(Point(row.held_on or row.due_on, LOOK, row) for row in evaluations),
    ]
    if goal.state in (GoalState.DRAFT, GoalState.RUNNING):
        points.append(Point(goal.ends_on, END))
    points.sort(key=lambda point: (point.day, (START, LOOK, END).index(point.kind)))
    first, last = SchoolYear.of(points[0].day), SchoolYear.of(points[-1].day)
    years = {number: Year(SchoolYear(number)) for number in range(first.start_year, last.start_year + 1)}
    for point in points:
        years[SchoolYear.of(point.day).start_year].points.append(point)
    return list(years.values())
