"""Core's own answers to the hooks: its deadlines and its tables, beside those of the plugins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from peewee import JOIN

from core.cycle import (
    ACTION_STATE_LABELS,
    CHOICE_LABELS,
    FOLLOW_UP_LABELS,
    GOAL_STATE_LABELS,
    VERDICT_LABELS,
    Action,
    ActionState,
    Cycle,
    Evaluation,
    Goal,
    GoalState,
    Scan,
)
from core.cycle.blocks import blocks_of
from core.cycle.phases import is_alive
from core.cycle.result import ScanResult, results_of
from core.dates import SchoolYear
from core.hookspecs import Deadline, Table, hookimpl
from core.instrument import document_of
from core.instrument_document import Instrument
from core.people import Centre, User


class OwnHooks:
    """Registered like a plugin, under the name of core; always on."""

    @hookimpl
    def deadlines(self, centre: Centre, until: date) -> list[Deadline]:
        return [*_evaluation_deadlines(centre, until), *_action_deadlines(centre, until)]

    @hookimpl
    def export_tables(self, centre: Centre, years: Sequence[int]) -> list[Table]:
        return [
            _result_table(centre, years),
            _goal_table(centre, years),
            _action_table(centre, years),
            _evaluation_table(centre, years),
        ]


def _evaluation_deadlines(centre: Centre, until: date) -> list[Deadline]:
    query = (
        Evaluation.select(Evaluation, Goal)
        .join(Goal)
        .where(
            (Goal.centre == centre.id)
            & (Goal.state == GoalState.RUNNING)
            & Evaluation.recorded_at.is_null()
            & (Evaluation.due_on <= until)
        )
        .order_by(Evaluation.due_on)
    )
    return [
        Deadline(
            key=f"evaluation:{row.id}",
            kind="Evaluatie",
            title=row.goal.title,
            due_on=row.due_on,
            owner_id=row.goal.owner_id,
            endpoint="plan.show_goal",
            values={"slug": centre.slug, "goal_id": row.goal_id},
        )
        for row in query
    ]


def _action_deadlines(centre: Centre, until: date) -> list[Deadline]:
    query = (
        Action.select(Action, Goal)
        .join(Goal)
        .where(
            (Goal.centre == centre.id)
            & Goal.state.in_([GoalState.DRAFT, GoalState.RUNNING])
            & Action.state.in_([ActionState.OPEN, ActionState.STARTED])
            & (Action.due_on <= until)
        )
        .order_by(Action.due_on)
    )
    return [
        Deadline(
            key=f"action:{row.id}",
            kind="Actie",
            title=row.title,
            due_on=row.due_on or until,  # the query leaves out actions without a day
            owner_id=row.owner_id,
            endpoint="plan.show_goal",
            values={"slug": centre.slug, "goal_id": row.goal_id},
        )
        for row in query
    ]


RESULT_HEADINGS = (
    "Schooljaar", "Cluster", "Bouwsteen", "Sleutel", "Stadium", "Stadium (naam)", "Ambitie", "Ambitie (naam)",
    "Bewuste keuze", "Toelichting keuze", "Verschillen", "Toelichting verschillen", "Hefbomen", "Toelichting hefbomen",
    "Knelpunten", "Toelichting knelpunten", "Inspirerende praktijk", "Prioriteit",
)  # fmt: skip


def _result_table(centre: Centre, years: Sequence[int]) -> Table:
    query = Scan.select(Scan, Cycle).join(Cycle)
    query = query.where(
        (Cycle.centre == centre.id) & Cycle.year.in_(list(years)) & Scan.submitted_at.is_null(False)
    )
    scans = list(query.order_by(Cycle.year))
    results = results_of(scans)
    rows = [row for scan in scans for row in _result_rows(scan, results[scan.id])]
    return Table("zelfscan", "Zelfscan", RESULT_HEADINGS, rows)


def _result_rows(scan: Scan, result: ScanResult) -> list[list[object]]:
    document = document_of(scan.instrument_id)
    rows: list[list[object]] = []
    for block in document.blocks:
        rating = result.of(block.key)
        rows.append(
            [
                str(scan.cycle.school_year),
                document.cluster_of(block.key).name,
                block.name,
                block.key,
                rating.stage,
                _stage_name(rating.stage, document),
                rating.wish,
                _stage_name(rating.wish, document),
                CHOICE_LABELS.get(rating.choice or "", ""),
                rating.choice_note,
                "; ".join(
                    _options("differences", rating.differences or (), document, rating.differences_other)
                ),
                rating.differences_note,
                "; ".join(_pillars(rating.levers, document)),
                rating.levers_note,
                "; ".join(_pillars(rating.bottlenecks, document)),
                rating.bottlenecks_note,
                "ja" if block.key in result.inspiring else "nee",
                result.rank(block.key),
            ]
        )
    return rows


def _stage_name(value: int | None, document: Instrument) -> str:
    return document.stage(value).name if value else ""


def _options(role: str, keys: Sequence[str], document: Instrument, other: str) -> list[str]:
    question = document.question(role)
    if question is None:
        return list(keys)
    return [f"{o.text}: {other}" if o.other and other else o.text for o in question.options if o.key in keys]


def _pillars(keys: Sequence[str], document: Instrument) -> list[str]:
    return [pillar.name for pillar in document.pillars if pillar.key in keys]


def _goals(centre: Centre, years: Sequence[int]) -> list[Goal]:
    """Goals alive in any of the years, each once."""
    spans = [SchoolYear(year) for year in years]
    query = (
        Goal.select(Goal, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Goal.centre == centre.id)
        .order_by(Goal.starts_on, Goal.id)
    )
    return [goal for goal in query if any(is_alive(goal, year) for year in spans)]


def _goal_table(centre: Centre, years: Sequence[int]) -> Table:
    blocks = blocks_of(centre)
    rows = [
        [
            f"D{goal.id}",
            blocks.name(goal.block),
            goal.title,
            goal.description,
            goal.owner.name if goal.owner else "",
            goal.starts_on,
            goal.ends_on,
            GOAL_STATE_LABELS[goal.state],
            goal.closed_on,
        ]
        for goal in _goals(centre, years)
    ]
    return Table(
        "doelen",
        "Doelen",
        (
            "Nummer",
            "Bouwsteen",
            "Doel",
            "Omschrijving",
            "Trekker",
            "Begin",
            "Einde",
            "Stand",
            "Afgesloten op",
        ),
        rows,
    )


def _action_table(centre: Centre, years: Sequence[int]) -> Table:
    ids = [goal.id for goal in _goals(centre, years)]
    query = (
        Action.select(Action, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Action.goal.in_(ids))
        .order_by(Action.goal, Action.id)
    )
    rows = [
        [
            f"D{row.goal_id}",
            row.title,
            row.owner.name if row.owner else "",
            row.due_on,
            ACTION_STATE_LABELS[row.state],
            row.note,
        ]
        for row in query
    ]
    return Table("acties", "Acties", ("Doel", "Actie", "Trekker", "Tegen", "Stand", "Notitie"), rows)


def _evaluation_table(centre: Centre, years: Sequence[int]) -> Table:
    ids = [goal.id for goal in _goals(centre, years)]
    query = (
        Evaluation.select(Evaluation, Goal)
        .join(Goal)
        .where(Evaluation.goal.in_(ids))
        .order_by(Evaluation.due_on)
    )
    rows = [
        [
            f"D{row.goal_id}",
            row.goal.title,
            row.due_on,
            row.held_on,
            VERDICT_LABELS.get(row.verdict or "", ""),
            row.seen,
            FOLLOW_UP_LABELS.get(row.follow_up or "", ""),
        ]
        for row in query
    ]
    return Table(
        "evaluaties",
        "Evaluaties",
        ("Doel", "Titel", "Gepland op", "Gehouden op", "Oordeel", "Wat zagen jullie", "Vervolg"),
        rows,
    )
