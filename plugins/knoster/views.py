"""The two pages of the check, under a goal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.access import may, my_centre, my_goal, needs, person
from core.cycle import Goal
from core.steps import Refused, Stale
from plugins.knoster import answers
from plugins.knoster.answers import Judgement
from plugins.knoster.elements import criteria, elements
from plugins.knoster.forms import STATES, CriteriaForm, ElementsForm, criteria_form, elements_form
from plugins.knoster.models import CRITERIA, ELEMENTS, MISSING
from plugins.knoster.tables import STATE_LABELS

pages = Blueprint("knoster", __name__, template_folder="templates")


@pages.get("/centrum/<slug>/doelen/<int:goal_id>/knoster")
@needs("centre.read")
def show_elements(slug: str, goal_id: int) -> ResponseReturnValue:
    """Which of the five elements are there."""
    goal = my_goal()
    form, judgements = elements_form(), answers.judgements_of(goal)
    form.show(judgements)
    form.revision.data = answers.revision_of(goal, ELEMENTS)
    return _elements_page(goal, form, judgements)


@pages.post("/centrum/<slug>/doelen/<int:goal_id>/knoster")
@needs("centre.read", "goal.edit")
def save_elements(slug: str, goal_id: int) -> ResponseReturnValue:
    goal, form = my_goal(), elements_form()
    if not form.validate_on_submit():
        return _elements_page(goal, form), 422
    judgements = form.judgements
    try:
        answers.save_elements(my_centre(), goal, judgements, form.revision.data, person().user_id)
    except Stale as stale:
        form.revision.data = answers.revision_of(goal, ELEMENTS)
        return _elements_page(goal, form, current=stale.current), 409
    except Refused as refused:
        form.take(refused)
        return _elements_page(goal, form), 422
    sentence = answers.missing_sentence(key for key, it in judgements.items() if it.state == MISSING)
    flash(f"De elementen van Knoster zijn bewaard. {sentence}".strip(), "ok")
    return _to_goal(goal)


@pages.get("/centrum/<slug>/doelen/<int:goal_id>/smarti")
@needs("centre.read")
def show_criteria(slug: str, goal_id: int) -> ResponseReturnValue:
    """How the goal meets the six criteria."""
    goal = my_goal()
    form, texts = criteria_form(), answers.texts_of(goal)
    form.show(texts)
    form.revision.data = answers.revision_of(goal, CRITERIA)
    return _criteria_page(goal, form, texts)


@pages.post("/centrum/<slug>/doelen/<int:goal_id>/smarti")
@needs("centre.read", "goal.edit")
def save_criteria(slug: str, goal_id: int) -> ResponseReturnValue:
    goal, form = my_goal(), criteria_form()
    if not form.validate_on_submit():
        return _criteria_page(goal, form), 422
    texts = form.texts
    try:
        answers.save_criteria(my_centre(), goal, texts, form.revision.data, person().user_id)
    except Stale as stale:
        form.revision.data = answers.revision_of(goal, CRITERIA)
        return _criteria_page(goal, form, current=stale.current), 409
    except Refused as refused:
        form.take(refused)
        return _criteria_page(goal, form), 422
    sentence = answers.empty_sentence(key for key, text in texts.items() if text.strip())
    flash(f"De SMARTI-criteria zijn bewaard. {sentence}".strip(), "ok")
    return _to_goal(goal)


def _elements_page(
    goal: Goal, form: ElementsForm, judgements: dict[str, Judgement] | None = None, current: Any = None
) -> str:
    """`judgements` stand for who only reads; `current` is what someone else saved in the meantime."""
    mine = form.judgements
    conflicts = {
        key: (_judgement_text(mine[key]), _judgement_text(theirs))
        for key, theirs in (current or {}).items()
        if mine[key] != theirs
    }
    return render_template(
        "knoster/elements.html",
        goal=goal,
        form=form,
        elements=elements(),
        states=STATES,
        labels=STATE_LABELS,
        judgements=judgements or mine,
        conflicts=conflicts,
        stale=current is not None,
        writable=_writable(goal),
        open_goal=answers.is_open(goal),
    )


def _criteria_page(
    goal: Goal, form: CriteriaForm, texts: dict[str, str] | None = None, current: Any = None
) -> str:
    mine = form.texts
    conflicts = {
        key: (mine[key], theirs) for key, theirs in (current or {}).items() if mine[key].strip() != theirs
    }
    return render_template(
        "knoster/criteria.html",
        goal=goal,
        form=form,
        criteria=criteria(),
        texts=texts or mine,
        conflicts=conflicts,
        stale=current is not None,
        writable=_writable(goal),
        open_goal=answers.is_open(goal),
    )


def _judgement_text(judgement: Judgement) -> str:
    state = STATE_LABELS.get(judgement.state, "").capitalize()
    return f"{state}. {judgement.note}".strip() if judgement.note else state


def _writable(goal: Goal) -> bool:
    """A text that was sent for a goal closed in the meantime stays in its form, to be copied from."""
    return may("goal.edit") and (answers.is_open(goal) or request.method == "POST")


def _to_goal(goal: Goal) -> ResponseReturnValue:
    return redirect(url_for("plan.show_goal", slug=my_centre().slug, goal_id=goal.id))


def panel(goal: Goal) -> Markup:
    """The check as it stands, for the goal's own page."""
    judgements, texts = answers.judgements_of(goal), answers.texts_of(goal)
    text = render_template(
        "knoster/panel.html",
        goal=goal,
        elements=elements(),
        judgements=judgements,
        missing=answers.missing_sentence(key for key, it in judgements.items() if it.state == MISSING),
        criteria=criteria(),
        texts=texts,
        empty=not all(texts.values()),
        writable=_writable(goal),
    )
    # a template escapes what it is given
    return Markup(text)  # nosec B704
