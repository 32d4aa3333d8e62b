"""The actions under a goal."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from core.access import may, my_action, my_centre, my_goal, needs, person
from core.cycle import ACTION_STATE_LABELS, Action
from core.forms import ActionForm, ActionReportForm, number_or_none
from core.people import User
from core.steps import Refused, Stale
from core.steps import plan as steps
from core.views.plan.blueprint import Page, closed, differences, owners, pages, status, to_goal


@pages.route("/centrum/<slug>/doelen/<int:goal_id>/acties/nieuw", methods=["GET", "POST"])
@needs("goal.edit")
def add_action(slug: str, goal_id: int) -> Page:
    """Put an action under a goal."""
    goal = my_goal()
    if goal.closed_on and request.method == "GET":
        return closed(goal)
    form = ActionForm()
    form.offer(owners())
    del form.state
    if form.validate_on_submit():
        text = steps.ActionText(
            form.title.data, number_or_none(form.owner_id.data), form.due_on.data, note=form.note.data or ""
        )
        try:
            steps.add_action(my_centre(), goal, text, person().user_id)
        except Refused as refused:
            form.take(refused)
        else:
            return to_goal(goal, "De actie staat erbij.")
    return status(render_template("plan/action_form.html", form=form, goal=goal, action=None))


@pages.route("/centrum/<slug>/doelen/<int:goal_id>/acties/<int:action_id>", methods=["GET", "POST"])
@needs("centre.read", "action.update")
def change_action(slug: str, goal_id: int, action_id: int) -> Page:
    """An action: editors change all of it, its owner tells how it goes, others read it."""
    action = my_action()
    owns = may("action.update") and action.owner_id == person().user_id
    if may("goal.edit"):
        form: ActionForm | ActionReportForm = ActionForm(obj=action)
        form.offer(owners(action))
    elif owns:
        form = ActionReportForm(obj=action)
    elif request.method == "POST":
        abort(403)
    else:
        return _page(None, action)
    if action.goal.closed_on and request.method == "GET":
        return _page(None, action)
    if not form.validate_on_submit():
        return status(_page(form, action))
    try:
        _save(form, action)
    except Stale as stale:
        theirs: Any = stale.current
        form.revision.data = theirs.revision
        return _page(form, action, differences(_compared(form, theirs))), 409
    except Refused as refused:
        form.take(refused)
        return status(_page(form, action))
    return to_goal(action.goal, "De actie is bewaard.")


def _save(form: ActionForm | ActionReportForm, action: Action) -> None:
    actor, note, revision = person().user_id, form.note.data or "", form.revision.data
    if isinstance(form, ActionReportForm):
        steps.report_action(my_centre(), action, form.state.data, note, revision, actor)
        return
    text = steps.ActionText(
        form.title.data, number_or_none(form.owner_id.data), form.due_on.data, form.state.data, note
    )
    steps.change_action(my_centre(), action, text, revision, actor)


def _page(
    form: ActionForm | ActionReportForm | None, action: Action, conflict: list[dict[str, str]] | None = None
) -> str:
    owner = User.get_or_none(User.id == action.owner_id)
    template = "plan/action.html" if form is None else "plan/action_form.html"
    return render_template(
        template, form=form, goal=action.goal, action=action, owner=owner, conflict=conflict
    )


def _compared(form: ActionForm | ActionReportForm, theirs: Action) -> list[tuple[str, Any, Any]]:
    states = ACTION_STATE_LABELS
    found = [
        ("Stand", states.get(form.state.data), states.get(theirs.state)),
        ("Notitie", form.note.data, theirs.note),
    ]
    if isinstance(form, ActionReportForm):
        return found
    people = form.owner_id.choices
    return [
        ("Actie", form.title.data, theirs.title),
        (
            "Trekker",
            people.get(form.owner_id.data or ""),
            people.get(str(theirs.owner_id or ""), "Iemand anders"),
        ),
        ("Tegen", form.due_on.data, theirs.due_on),
        *found,
    ]
