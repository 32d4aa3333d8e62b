"""Planning, moving and recording evaluations, and what their follow-up does to a goal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from peewee import IntegrityError

from core.audit import record
from core.cycle import Evaluation, FollowUp, Goal, GoalState, Verdict
from core.dates import day_label, now, today
from core.db import transaction
from core.people import Centre
from core.steps import Refused, Stale
from core.steps.plan.checks import (
    CLOSED,
    Faults,
    evaluation_day_faults,
    hold_open,
    length_faults,
    reach_faults,
    refuse,
)

TAKEN = "Er staat al een evaluatie op die dag."


def plan_evaluation(centre: Centre, goal: Goal, due_on: date, actor_id: int) -> Evaluation:
    """Plan one more day to look back at a goal that is not closed."""
    refuse(evaluation_day_faults(due_on, goal.starts_on, goal.ends_on, "due_on"))
    try:
        with transaction():
            hold_open(goal)
            evaluation = Evaluation.create(goal=goal, due_on=due_on)
            record(
                "evaluation.planned",
                user_id=actor_id,
                centre_id=centre.id,
                subject=f"goal:{goal.id}",
                due_on=str(due_on),
            )
    except IntegrityError as error:
        raise Refused(TAKEN, "due_on") from error
    return evaluation


def move_evaluation(
    centre: Centre, evaluation: Evaluation, due_on: date, reason: str, actor_id: int, was: date | None = None
) -> None:
    """Move a planned evaluation to another day, and say why.

    `was` is the day that people saw while they chose; Stale, with the evaluation, when it is another by now.
    """
    goal, reason, was = evaluation.goal, reason.strip(), was or evaluation.due_on
    refuse(_move_faults(goal, due_on, reason, was))
    try:
        with transaction():
            moved = (
                Evaluation.update(due_on=due_on)
                .where(
                    (Evaluation.id == evaluation.id)
                    & (Evaluation.due_on == was)
                    & Evaluation.recorded_at.is_null()
                )
                .execute()
            )
            if not moved:
                _refuse_move(Evaluation.get_or_none(Evaluation.id == evaluation.id))
            record(
                "evaluation.moved",
                user_id=actor_id,
                centre_id=centre.id,
                subject=f"goal:{goal.id}",
                before=str(was),
                after=str(due_on),
                reason=reason,
            )
    except IntegrityError as error:
        raise Refused(TAKEN, "due_on") from error


def _move_faults(goal: Goal, due_on: date, reason: str, was: date) -> Faults:
    yield from evaluation_day_faults(due_on, goal.starts_on, goal.ends_on, "due_on")
    if due_on == was:
        yield "due_on", "Dit is de dag die er al stond. Kies een andere."
    if not reason:
        yield "reason", "Schrijf kort waarom de datum verandert."
    yield from length_faults(reason, "reason")


def _refuse_move(current: Evaluation | None) -> None:
    if current is None or current.recorded:
        raise Refused("Deze evaluatie is al ingevuld; haar datum ligt vast.", "due_on")
    raise Stale(current)


@dataclass(frozen=True)
class Outcome:
    """What an evaluation found. `next_due` is the day of the next look, needed when the goal is adjusted."""

    held_on: date
    verdict: str
    seen: str
    follow_up: str
    next_due: date | None = None


def record_evaluation(centre: Centre, evaluation: Evaluation, outcome: Outcome, actor_id: int) -> None:
    """Record what an evaluation found, once, and let its follow-up decide what becomes of the goal.

    Raises Stale, with the evaluation as it stands, when someone recorded it already.
    """
    goal = evaluation.goal
    if goal.state == GoalState.DRAFT:
        raise Refused("Spreek het doel eerst af; daarna kunnen jullie het evalueren.")
    refuse([*_outcome_faults(goal, outcome), *_next_faults(evaluation, outcome)])
    with transaction():
        recorded = (
            Evaluation.update(
                held_on=outcome.held_on,
                verdict=outcome.verdict,
                seen=outcome.seen.strip(),
                follow_up=outcome.follow_up,
                recorded_by=actor_id,
                recorded_at=now(),
            )
            .where((Evaluation.id == evaluation.id) & Evaluation.recorded_at.is_null())
            .execute()
        )
        if not recorded:
            _refuse_recording(Evaluation.get_or_none(Evaluation.id == evaluation.id))
        hold_open(goal)
        _follow_up(goal, outcome)
        record(
            "evaluation.recorded",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{goal.id}",
            verdict=outcome.verdict,
            follow_up=outcome.follow_up,
            next_due=str(outcome.next_due or ""),
        )


def _refuse_recording(current: Evaluation | None) -> None:
    if current is None:  # another evaluation ended the goal, and took this one away
        raise Refused(CLOSED)
    raise Stale(current)


def _outcome_faults(goal: Goal, outcome: Outcome) -> Faults:
    if outcome.held_on > today():
        yield "held_on", "Deze dag moet nog komen. Vul de evaluatie in wanneer ze gebeurd is."
    if outcome.held_on < goal.starts_on:
        yield "held_on", f"Het doel is pas gestart op {day_label(goal.starts_on)}."
    if outcome.verdict not in set(Verdict):
        yield "verdict", "Kies een oordeel."
    if not outcome.seen.strip():
        yield "seen", "Beschrijf in een paar zinnen wat jullie zagen."
    yield from length_faults(outcome.seen, "seen")
    if outcome.follow_up not in set(FollowUp):
        yield "follow_up", "Kies wat er met het doel gebeurt."


def _next_faults(evaluation: Evaluation, outcome: Outcome) -> Faults:
    """Adjusting asks for a day on which people look again; the other follow-ups do without."""
    if outcome.follow_up != FollowUp.ADJUST:
        return
    if outcome.next_due is None:
        yield "next_due", "Jullie sturen bij: kies wanneer jullie opnieuw kijken."
        return
    if outcome.next_due <= outcome.held_on:
        yield "next_due", "Kies een dag na deze evaluatie."
    yield from reach_faults(outcome.next_due, "next_due")
    same_day = (Evaluation.goal == evaluation.goal_id) & (Evaluation.due_on == outcome.next_due)
    looked = Evaluation.recorded_at.is_null(False) | (Evaluation.id == evaluation.id)
    if Evaluation.select().where(same_day & looked).exists():
        yield "next_due", "Op die dag staat al een evaluatie die ingevuld is. Kies een andere."


def _follow_up(goal: Goal, outcome: Outcome) -> None:
    """Borgen and stoppen close the goal; bijsturen lets it run on to the next look."""
    if outcome.follow_up == FollowUp.ADJUST and outcome.next_due:
        Goal.update(ends_on=max(goal.ends_on, outcome.next_due), revision=Goal.revision + 1).where(
            Goal.id == goal.id
        ).execute()
        Evaluation.insert(goal=goal, due_on=outcome.next_due).on_conflict_ignore().execute()
        return
    state = GoalState.SECURED if outcome.follow_up == FollowUp.SECURE else GoalState.STOPPED
    Goal.update(state=state, closed_on=outcome.held_on, revision=Goal.revision + 1).where(
        Goal.id == goal.id
    ).execute()
    Evaluation.delete().where((Evaluation.goal == goal) & Evaluation.recorded_at.is_null()).execute()
