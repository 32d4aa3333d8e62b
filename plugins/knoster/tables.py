"""The check of a centre's goals as tables to export."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from core.cycle import Goal
from core.cycle.phases import alive_in
from core.dates import SchoolYear
from core.hookspecs import Table
from core.people import Centre
from plugins.knoster.elements import criteria, elements
from plugins.knoster.models import MISSING, PRESENT, KnosterCriterion, KnosterElement

STATE_LABELS = {PRESENT: "is er", MISSING: "ontbreekt nog", None: "nog niet bekeken"}


def tables(centre: Centre, years: Sequence[int]) -> list[Table]:
    """A table of elements and one of criteria, with every goal that was alive in one of `years`."""
    goals = _goals(centre, years)
    return [_element_table(goals), _criterion_table(goals)]


def _goals(centre: Centre, years: Sequence[int]) -> list[Goal]:
    if not years:
        return []
    alive = [alive_in(SchoolYear(year)) for year in years]
    query = Goal.select().where((Goal.centre == centre.id) & reduce(or_, alive))
    return list(query.order_by(Goal.starts_on, Goal.id))


def _element_table(goals: Sequence[Goal]) -> Table:
    query = KnosterElement.select().where(KnosterElement.goal.in_([goal.id for goal in goals]))
    found = {(row.goal_id, row.element): (row.state, row.note) for row in query}
    rows = []
    for goal in goals:
        for element in elements():
            state, note = found.get((goal.id, element.key), (None, ""))
            rows.append([f"D{goal.id}", goal.title, element.name, STATE_LABELS[state], note])
    return Table("knoster", "Knoster", ("Doel", "Titel", "Element", "Stand", "Notitie"), rows)


def _criterion_table(goals: Sequence[Goal]) -> Table:
    query = KnosterCriterion.select().where(KnosterCriterion.goal.in_([goal.id for goal in goals]))
    found = {(row.goal_id, row.criterion): row.text for row in query}
    rows = [
        [f"D{goal.id}", goal.title, criterion.label, found.get((goal.id, criterion.key), "")]
        for goal in goals
        for criterion in criteria()
    ]
    return Table("smarti", "SMARTI", ("Doel", "Titel", "Criterium", "Tekst"), rows)
