"""After the blocks: the closing questions, the overview, and the definitive submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import may, my_centre, my_scan, needs, person
from core.cycle import Scan
from core.dates import SchoolYear, local
from core.instrument_document import Block, ClosingQuestion, Instrument
from core.steps import Refused, Stale
from plugins.survey.answers import (
    COMPLETE,
    EMPTY,
    OPEN,
    SUBJECTS,
    Answer,
    closing_faults,
    from_json,
    unanswered,
    words_of,
)
from plugins.survey.drafts import part_of, save, submit
from plugins.survey.forms import NONE, ClosingForm, InspiringForm, PrioritiesForm, SubmitForm
from plugins.survey.models import SurveyDraft
from plugins.survey.views.frame import (
    CLOSING_PAGES,
    Way,
    leave_frozen,
    my_way,
    page,
    pages,
    saved_label,
    saver,
)

FORMS: dict[str, type[ClosingForm]] = {"inspiring": InspiringForm, "priorities": PrioritiesForm}


@pages.route("/centrum/<slug>/<year:year>/zelfscan/inspiratie", methods=["GET", "POST"])
@needs("scan.fill")
def choose_inspiring(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """The blocks in which the centre can inspire others."""
    return _closing_page("inspiring")


@pages.route("/centrum/<slug>/<year:year>/zelfscan/prioriteiten", methods=["GET", "POST"])
@needs("scan.fill")
def choose_priorities(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """The blocks that the centre wants to work on first, in order."""
    return _closing_page("priorities")


def _closing_page(role: str) -> Response | str | tuple[str, int]:
    scan = my_scan()
    if scan.submitted:
        return leave_frozen(scan)
    way = my_way()
    question = way.survey.document.closing_question(role) or abort(404)
    form = FORMS[role](data=_shown(way, question) if request.method == "GET" else None)
    form.offer(way.survey.document, question)
    if request.method == "GET":
        return _closing(way, question, form)
    return _save_closing(way, question, form)


def _shown(way: Way, question: ClosingQuestion) -> dict[str, Any]:
    answer = way.survey.closing_answer(question)
    chosen = [NONE] if answer and not answer.chosen else list(answer.chosen if answer else ())
    return {"chosen": chosen, "draft_revision": way.survey.revision(part_of(question))}


def _closing(way: Way, question: ClosingQuestion, form: ClosingForm, **more: Any) -> str:
    return page(
        "closing",
        way=way,
        survey=way.survey,
        document=way.survey.document,
        question=question,
        subject=SUBJECTS[question.role],
        part=part_of(question),
        form=form,
        saved=saved_label(way.survey.drafts.get(part_of(question))),
        **more,
    )


def _save_closing(way: Way, question: ClosingQuestion, form: ClosingForm) -> Response | tuple[str, int]:
    survey, (chosen, none) = way.survey, form.answer()
    wrong = closing_faults(survey.document, question, chosen, none)
    if wrong or not form.validate():
        form["chosen"].errors = wrong
        return _closing(way, question, form), 422
    try:
        answers = {question.key: Answer(chosen=tuple(chosen))}
        save(my_centre(), survey.scan, part_of(question), answers, form.revision(), person().user_id)
    except Stale as stale:
        theirs = _conflict(survey.document, question, stale.current, chosen)
        form.draft_revision.data = survey.revision(part_of(question))
        return _closing(way, question, form, theirs=theirs), 409
    except Refused:
        return leave_frozen(Scan.get_by_id(survey.scan.id))
    return redirect(way.from_here(part_of(question), request.form.get("go_to", "next")), 303)


def _conflict(
    document: Instrument, question: ClosingQuestion, draft: object, mine: Sequence[str]
) -> dict[str, Any]:
    found = {"by": "Iemand", "theirs": "", "mine": _names(document, question, mine)}
    if isinstance(draft, SurveyDraft):
        theirs = from_json(draft.answers).get(question.key, EMPTY).chosen
        found |= {
            "by": saver(draft),
            "at": f"{local(draft.saved_at):%H:%M}",
            "theirs": _names(document, question, theirs),
        }
    return found


def _names(document: Instrument, question: ClosingQuestion, keys: Sequence[str]) -> str:
    return "\n".join(document.block(key).name for key in keys) or (question.none or "Niets gekozen")


@pages.get("/centrum/<slug>/<year:year>/zelfscan/overzicht")
@needs("scan.fill")
def show_overview(slug: str, year: SchoolYear) -> Response | str:
    """All answers, each with a link that changes it; what is missing on top."""
    scan = my_scan()
    if scan.submitted:
        return leave_frozen(scan)
    way = my_way()
    return page(
        "overview",
        way=way,
        survey=way.survey,
        document=way.survey.document,
        gaps=_gaps(way),
        clusters=[
            (cluster.name, [_block_answers(way, block) for block in cluster.blocks])
            for cluster in way.survey.document.clusters
        ],
        closing=[_closing_row(way, question) for question in way.survey.document.closing],
    )


def _gaps(way: Way) -> list[dict[str, str]]:
    """What is missing, with where to fill it in."""
    survey, found = way.survey, []
    for stop in way.stops:
        if stop.part is None or survey.states[stop.part] == COMPLETE:
            continue
        missing = [] if stop.part.startswith(".") else unanswered(survey.document, survey.answers(stop.part))
        subjects = ", ".join(SUBJECTS[question.role].lower() for question in missing)
        partly = 0 < len(missing) < len(survey.document.questions)
        found.append(
            {"label": stop.label, "url": stop.url, "what": subjects if partly else "nog niets ingevuld"}
        )
    return found


def _block_answers(way: Way, block: Block) -> dict[str, Any]:
    """A block's answers as rows, each with the link that changes it; one row while nothing is there."""
    document, answers, url = way.survey.document, way.survey.answers(block.key), way.block_url(block.key)
    state = way.survey.states[block.key]
    if state == OPEN:
        return {
            "name": block.name,
            "rows": [{"key": "Alle vragen", "value": "", "url": url, "action": _action("Vul in", block)}],
        }
    rows = []
    for question in document.questions:
        words = words_of(document, question, answers.get(question.key, EMPTY))
        rows.append(
            {
                "key": SUBJECTS[question.role],
                "value": words[0] if len(words) == 1 else words,
                "url": f"{url}#{question.key}",
                "action": _action("Wijzig", block),
            }
        )
    return {"name": block.name, "rows": rows}


def _action(word: str, block: Block) -> Markup:
    """What a link does; whoever hears it hears for which block."""
    return Markup('{}<span class="visually-hidden"> {}:</span>').format(word, block.name)


def _closing_row(way: Way, question: ClosingQuestion) -> dict[str, Any]:
    answer, document = way.survey.closing_answer(question), way.survey.document
    names = [document.block(key).name for key in answer.chosen] if answer else []
    if question.role == "priorities":
        names = [f"{place}. {name}" for place, name in enumerate(names, start=1)]
    value = names or (question.none if answer and question.none else "")
    return {
        "key": SUBJECTS[question.role],
        "value": value,
        "url": f"{way.base}/{CLOSING_PAGES[question.role]}",
    }


@pages.route("/centrum/<slug>/<year:year>/zelfscan/indienen", methods=["GET", "POST"])
@needs("scan.fill", "scan.submit")
def submit_survey(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """The last warning, and the submission: once, with what was seen."""
    scan = my_scan()
    if scan.submitted:
        return leave_frozen(scan)
    form = SubmitForm()
    if request.method == "GET":
        return _last_page(form)
    if not form.validate() or not form.sure.data:
        form.sure.errors = ["Duid aan dat jullie de zelfscan definitief willen indienen."]
        return _last_page(form), 422
    try:
        submit(my_centre(), scan, form.saves_seen(), person().user_id)
    except Stale:
        return _last_page(form, changed=True), 409
    except Refused as refused:
        if (now_stands := Scan.get_by_id(scan.id)).submitted:
            return leave_frozen(now_stands)
        form.take(refused)
        return _last_page(form), 422
    flash("Jullie zelfscan is ingediend. De directeur en de scholengroep krijgen bericht.", "ok")
    return redirect(url_for("scan.show_result", slug=slug, year=year), 303)


def _last_page(form: SubmitForm, changed: bool = False) -> str:
    way = my_way()
    if request.method == "GET" or changed:
        form.seen.data, form.sure.data = str(way.survey.saves), False
    return page(
        "submit",
        way=way,
        survey=way.survey,
        document=way.survey.document,
        form=form,
        gaps=_gaps(way),
        closing=[_closing_row(way, question) for question in way.survey.document.closing],
        changed=changed,
        may_submit=may("scan.submit"),
    )
