"""Planning, moving and recording the evaluations of a goal."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from core.access import my_centre, my_evaluation, my_goal, needs, person
from core.cycle import FOLLOW_UP_LABELS, VERDICT_LABELS, Evaluation, Goal, GoalState
from core.dates import day_label, today
from core.forms import EvaluationDayForm, EvaluationForm
from core.people import User
from core.steps import Refused, Stale
from core.steps import plan as steps
from core.views.plan.blueprint import Page, closed, differences, pages, status, to_goal
from core.views.plan.goals import suggested_evaluation

#: One line on what each answer means.
VERDICT_HINTS = {
    "reached": "Wat jullie wilden, is er.",
    "partly": "Een deel is er; de rest nog niet.",
    "not": "Er is nog niet genoeg veranderd.",
}
FOLLOW_UP_HINTS = {
    "secure": "Het hoort nu bij het gewone werk. Het doel sluit af als geborgd.",
    "adjust": "Het doel loopt verder. Kies hieronder wanneer jullie opnieuw kijken.",
    "stop": "Jullie werken hier niet aan voort. Het doel sluit af als gestopt.",
}
DONE = {
    "secure": "De evaluatie is bewaard. Het doel is geborgd.",
    "adjust": "De evaluatie is bewaard. Het doel loopt verder tot jullie opnieuw kijken.",
    "stop": "De evaluatie is bewaard. Het doel is gestopt.",
}
ALREADY = "Deze evaluatie is al ingevuld."


@pages.route("/centrum/<slug>/doelen/<int:goal_id>/evaluaties/nieuw", methods=["GET", "POST"])
@needs("evaluation.record")
def plan_evaluation(slug: str, goal_id: int) -> Page:
    """Choose a day to look back at a goal."""
    goal = my_goal()
    if goal.closed_on and request.method == "GET":
        return closed(goal)
    form = EvaluationDayForm(
        data={"due_on": suggested_evaluation(max(today(), goal.starts_on), goal.ends_on)}
    )
    del form.reason, form.was
    if form.validate_on_submit():
        try:
            steps.plan_evaluation(my_centre(), goal, form.due_on.data, person().user_id)
        except Refused as refused:
            form.take(refused)
        else:
            return to_goal(goal, f"De evaluatie staat gepland op {day_label(form.due_on.data)}.")
    return status(_day_page(form, goal))


@pages.route(
    "/centrum/<slug>/doelen/<int:goal_id>/evaluaties/<int:evaluation_id>/verzetten", methods=["GET", "POST"]
)
@needs("evaluation.record")
def move_evaluation(slug: str, goal_id: int, evaluation_id: int) -> Page:
    """Move a planned evaluation to another day, with the reason in one line."""
    evaluation = my_evaluation()
    goal = evaluation.goal
    if evaluation.recorded and request.method == "GET":
        return to_goal(goal, ALREADY, "warning")
    form = EvaluationDayForm(data={"due_on": evaluation.due_on, "was": evaluation.due_on})
    if not form.validate_on_submit():
        return status(_day_page(form, goal, evaluation))
    try:
        steps.move_evaluation(
            my_centre(),
            evaluation,
            form.due_on.data,
            form.reason.data or "",
            person().user_id,
            was=form.was.data,
        )
    except Stale as stale:
        theirs: Any = stale.current
        form.was.data = theirs.due_on
        return _day_page(form, goal, theirs, differences([("Datum", form.due_on.data, theirs.due_on)])), 409
    except Refused as refused:
        form.take(refused)
        return status(_day_page(form, goal, evaluation))
    return to_goal(goal, f"De evaluatie is verzet naar {day_label(form.due_on.data)}.")


def _day_page(
    form: EvaluationDayForm,
    goal: Goal,
    evaluation: Evaluation | None = None,
    conflict: list[dict[str, str]] | None = None,
) -> str:
    return render_template(
        "plan/evaluation_day.html", form=form, goal=goal, evaluation=evaluation, conflict=conflict
    )


@pages.route("/centrum/<slug>/doelen/<int:goal_id>/evaluaties/<int:evaluation_id>", methods=["GET", "POST"])
@needs("evaluation.record")
def record_evaluation(slug: str, goal_id: int, evaluation_id: int) -> Page:
    """Say what an evaluation found and what becomes of the goal."""
    evaluation = my_evaluation()
    goal = evaluation.goal
    if request.method == "GET" and evaluation.recorded:
        return to_goal(goal, ALREADY, "warning")
    if request.method == "GET" and goal.state == GoalState.DRAFT:
        return to_goal(goal, "Spreek het doel eerst af. Daarna kunnen jullie het evalueren.", "warning")
    form = EvaluationForm()
    if not form.validate_on_submit():
        return status(_outcome_page(form, evaluation))
    outcome = steps.Outcome(
        form.held_on.data, form.verdict.data, form.seen.data, form.follow_up.data, form.next_due.data
    )
    try:
        steps.record_evaluation(my_centre(), evaluation, outcome, person().user_id)
    except Stale as stale:
        theirs: Any = stale.current
        found = differences(_compared(form, theirs))
        if not found:  # a second click on the same button
            return to_goal(goal, DONE[outcome.follow_up])
        by = User.get_or_none(User.id == theirs.recorded_by_id)
        return render_template(
            "plan/evaluation_taken.html", evaluation=theirs, goal=goal, conflict=found, by=by
        ), 409
    except Refused as refused:
        form.take(refused)
        return status(_outcome_page(form, evaluation))
    return to_goal(goal, DONE[outcome.follow_up])


def _outcome_page(form: EvaluationForm, evaluation: Evaluation) -> str:
    return render_template(
        "plan/evaluation_form.html",
        form=form,
        evaluation=evaluation,
        goal=evaluation.goal,
        verdict_options=_options(VERDICT_LABELS, VERDICT_HINTS),
        follow_up_options=_options(FOLLOW_UP_LABELS, FOLLOW_UP_HINTS),
    )


def _options(labels: dict[str, str], hints: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "text": text, "hint": hints[key]} for key, text in labels.items()]


def _compared(form: EvaluationForm, theirs: Evaluation) -> list[tuple[str, Any, Any]]:
    return [
        ("Dag", form.held_on.data, theirs.held_on),
        ("Oordeel", VERDICT_LABELS.get(form.verdict.data), VERDICT_LABELS.get(theirs.verdict or "")),
        ("Wat zagen jullie?", form.seen.data, theirs.seen),
        ("Vervolg", FOLLOW_UP_LABELS.get(form.follow_up.data), FOLLOW_UP_LABELS.get(theirs.follow_up or "")),
    ]
