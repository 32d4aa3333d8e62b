"""What the pages of the plan share."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from core.access import my_centre
from core.cycle import Action, Goal
from core.dates import day_label
from core.people import User
from core.steps.plan import centre_people
from core.steps.plan.checks import CLOSED

pages = Blueprint("plan", __name__)

Page = Response | str | tuple[str, int]

GONE = "{} (niet meer in dit centrum)"


def status(page: str) -> str | tuple[str, int]:
    """A page with a form: 422 when it answers a form that was sent and refused."""
    return (page, 422) if request.method == "POST" else page


def to_goal(goal: Goal, message: str, category: str = "ok") -> Response:
    """Back to a goal, saying what happened."""
    flash(message, category)
    return redirect(url_for("plan.show_goal", slug=my_centre().slug, goal_id=goal.id))


def closed(goal: Goal) -> Response:
    """Back to a goal that no longer changes."""
    return to_goal(goal, CLOSED, "warning")


def owners(row: Goal | Action | None = None) -> dict[str, str]:
    """Who can own a goal or an action, names by key; the owner it has stays in the list after leaving the centre."""
    found = {str(user.id): str(user.name) for user in centre_people(my_centre())}
    if row and row.owner_id and str(row.owner_id) not in found:
        found[str(row.owner_id)] = GONE.format(User.get_by_id(row.owner_id).name)
    return found


def differences(fields: list[tuple[str, Any, Any]]) -> list[dict[str, str]]:
    """What two people wrote differently, from (label, mine, theirs)."""
    shown = [(label, _shown(mine), _shown(theirs)) for label, mine, theirs in fields]
    return [
        {"label": label, "mine": mine, "theirs": theirs} for label, mine, theirs in shown if mine != theirs
    ]


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return day_label(value)
    return str(value).strip() if value else "(leeg)"
