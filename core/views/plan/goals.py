"""One goal: its page, writing it, changing it, agreeing on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from peewee import JOIN
from werkzeug.wrappers import Response

from core.access import may, my_centre, my_cycle, my_goal, needs, person
from core.cycle import Action, ActionState, Evaluation, Goal, GoalState, Priority
from core.cycle.blocks import Blocks, Standing, blocks_of, standing_of
from core.dates import SchoolYear, today
from core.forms import GoalForm, number_or_none
from core.people import User
from core.steps import Refused, Stale
from core.steps import plan as steps
from core.views.frame import years_of
from core.views.plan.blueprint import Page, closed, differences, owners, pages, status, to_goal
from core.views.plan.history import changes_of
from core.views.plan.timeline import years_in

SOON = timedelta(days=31)  # an evaluation this near is what comes next


@pages.get("/centrum/<slug>/doelen/<int:goal_id>")
@needs("centre.read")
def show_goal(slug: str, goal_id: int) -> str:
    """A goal with its actions, its evaluations over the school years, and what changed in it."""
    goal, blocks = my_goal(), blocks_of(my_centre())
    actions = Action.select(Action, User).join(User, JOIN.LEFT_OUTER).where(Action.goal == goal)
    evaluations = (
        Evaluation.select(Evaluation, User).join(User, JOIN.LEFT_OUTER).where(Evaluation.goal == goal)
    )
    looks = list(evaluations.order_by(Evaluation.due_on))
    upcoming = next((row for row in looks if not row.recorded), None)
    return render_template(
        "plan/goal.html",
        goal=goal,
        blocks=blocks,
        standing=_standing(blocks),
        actions=sorted(actions, key=_place_of_action),
        years=years_in(goal, looks),
        upcoming=upcoming,
        main_act=_main_act(goal, upcoming),
        changes=changes_of(goal, my_centre()),
        plan_year=_plan_year(goal),
    )


def _place_of_action(action: Action) -> tuple[bool, bool, date, int]:
    """Open actions first, soonest first; those without a day, and those that are over, last."""
    over = action.state in (ActionState.DONE, ActionState.DROPPED)
    return over, action.due_on is None, action.due_on or date.max, action.id


def _standing(blocks: Blocks) -> Standing | None:
    return standing_of(blocks.submitted) if blocks.submitted else None


def _main_act(goal: Goal, upcoming: Evaluation | None) -> str:
    """The one thing to do on a goal's page, of those that this person may; "" for none."""
    if goal.state == GoalState.DRAFT:
        return "agree" if may("goal.edit") else ""
    if goal.state != GoalState.RUNNING:
        return ""
    if may("evaluation.record") and upcoming is None:
        return "plan"
    if may("evaluation.record") and upcoming and upcoming.due_on <= today() + SOON:
        return "record"
    return "act" if may("goal.edit") else ""


def _plan_year(goal: Goal) -> SchoolYear | None:
    """The school year whose plan shows the goal: the one it ended in, or the centre's last."""
    years = years_of(my_centre())
    if goal.closed_on and SchoolYear.of(goal.closed_on) in years:
        return SchoolYear.of(goal.closed_on)
    return years[-1] if years else None


@pages.route("/centrum/<slug>/<year:year>/doelen/nieuw", methods=["GET", "POST"])
@needs("goal.edit")
def add_goal(slug: str, year: SchoolYear) -> Page:
    """Write a goal, beside what the scan says of its block."""
    cycle, blocks = my_cycle(), blocks_of(my_centre())
    form = GoalForm(data=_defaults(year, blocks))
    form.offer(blocks.choices, owners())
    del form.reason
    if form.validate_on_submit():
        try:
            keys = set(blocks.choices)
            goal = steps.add_goal(
                my_centre(), _text(form), keys, form.first_evaluation.data, person().user_id
            )
        except Refused as refused:
            form.take(refused)
        else:
            return to_goal(
                goal, "Het doel staat in het plan, nog in opmaak. Spreek het af zodra iedereen mee is."
            )
    priorities = [
        row.block for row in Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)
    ]
    return status(
        render_template(
            "plan/goal_form.html",
            form=form,
            blocks=blocks,
            standing=_standing(blocks),
            priorities=priorities,
            goal=None,
        )
    )


def _defaults(year: SchoolYear, blocks: Blocks) -> dict[str, Any]:
    """A goal runs from today to the end of the school year, unless people say otherwise."""
    starts_on = max(today(), year.first_day)
    ends_on = SchoolYear.of(starts_on).last_day
    asked = request.args.get("bouwsteen", "")
    return {
        "block": asked if asked in blocks.choices else None,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "first_evaluation": suggested_evaluation(starts_on, ends_on),
    }


def suggested_evaluation(starts_on: date, ends_on: date) -> date:
    """A first day to look back: before the summer holidays of the last school year, or the last day of the period."""
    before_summer = date(SchoolYear.of(ends_on).last_day.year, 6, 15)
    return before_summer if starts_on < before_summer <= ends_on else ends_on


def _text(form: GoalForm) -> steps.GoalText:
    return steps.GoalText(
        block=form.block.data,
        title=form.title.data,
        description=form.description.data or "",
        owner_id=number_or_none(form.owner_id.data),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )


@pages.route("/centrum/<slug>/doelen/<int:goal_id>/wijzigen", methods=["GET", "POST"])
@needs("goal.edit")
def change_goal(slug: str, goal_id: int) -> Page:
    """Change a goal; a stale form comes back with both texts."""
    goal, blocks = my_goal(), blocks_of(my_centre())
    if goal.closed_on and request.method == "GET":
        return closed(goal)
    form = GoalForm(obj=goal)
    form.offer(_choices(blocks, goal), owners(goal))
    del form.first_evaluation
    if not form.validate_on_submit():
        return status(_change_page(form, goal, blocks))
    try:
        keys = set(blocks.choices)
        steps.change_goal(
            my_centre(), goal, _text(form), keys, form.reason.data or "", form.revision.data, person().user_id
        )
    except Stale as stale:
        theirs: Any = stale.current
        form.revision.data = theirs.revision
        return _change_page(form, goal, blocks, differences(_compared(form, theirs, blocks))), 409
    except Refused as refused:
        form.take(refused)
        return status(_change_page(form, goal, blocks))
    return to_goal(goal, "Het doel is bewaard.")


def _choices(blocks: Blocks, goal: Goal) -> dict[str, str]:
    """The blocks to choose from, and the goal's own where the latest instrument lacks it."""
    return {**blocks.choices, goal.block: blocks.name(goal.block)}


def _change_page(
    form: GoalForm, goal: Goal, blocks: Blocks, conflict: list[dict[str, str]] | None = None
) -> str:
    return render_template(
        "plan/goal_form.html",
        form=form,
        goal=goal,
        blocks=blocks,
        standing=_standing(blocks),
        conflict=conflict,
        priorities=[],
    )


def _compared(form: GoalForm, theirs: Goal, blocks: Blocks) -> list[tuple[str, Any, Any]]:
    people = form.owner_id.choices
    return [
        ("Doel", form.title.data, theirs.title),
        ("Bouwsteen", blocks.name(form.block.data), blocks.name(theirs.block)),
        ("Toelichting", form.description.data, theirs.description),
        (
            "Trekker",
            people.get(form.owner_id.data or ""),
            people.get(str(theirs.owner_id or ""), "Iemand anders"),
        ),
        ("Begin", form.starts_on.data, theirs.starts_on),
        ("Einde", form.ends_on.data, theirs.ends_on),
    ]


@pages.post("/centrum/<slug>/doelen/<int:goal_id>/afspreken")
@needs("goal.edit")
def agree_goal(slug: str, goal_id: int) -> Response:
    """Let a draft goal start."""
    goal = my_goal()
    try:
        steps.agree_goal(my_centre(), goal, person().user_id)
    except Refused as refused:
        return to_goal(goal, str(refused), "warning")
    flash("Het doel is afgesproken en loopt vanaf nu.", "ok")
    return redirect(url_for(".show_goal", slug=slug, goal_id=goal_id))
