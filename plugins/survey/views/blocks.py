"""The list of blocks, and the page of each: shown, saved by its buttons, saved at every change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response as Answered
from flask import abort, jsonify, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import my_centre, my_scan, needs, person
from core.cycle import Cycle, Rating, Scan
from core.dates import SchoolYear, local
from core.db import Prepared
from core.instrument import document_of
from core.instrument_document import Block, Instrument
from core.steps import Refused, Stale
from plugins.survey.answers import (
    EMPTY,
    SUBJECTS,
    Answers,
    Judged,
    form_values,
    from_json,
    judge,
    state_of,
    typed_answers,
    words_of,
)
from plugins.survey.drafts import draft_of, frozen_since, save
from plugins.survey.models import SurveyDraft
from plugins.survey.views.frame import leave_frozen, my_way, page, pages, saved_label, saver
from plugins.survey.views.printed import questions, reference


@pages.get("/centrum/<slug>/<year:year>/zelfscan/bouwstenen")
@needs("scan.fill")
def show_blocks(slug: str, year: SchoolYear) -> Response | str:
    """What there is to fill in, how far it is, and one button to go on."""
    scan = my_scan()
    if scan.submitted:
        return leave_frozen(scan)
    way = my_way()
    return page("blocks", way=way, survey=way.survey, document=way.survey.document, groups=way.groups())


@pages.route("/centrum/<slug>/<year:year>/zelfscan/bouwsteen/<block>", methods=["GET", "POST"])
@needs("scan.fill")
def fill_block(slug: str, year: SchoolYear, block: str) -> Response | str | tuple[str, int]:
    """One block's questions. A POST keeps what can be kept and goes on, or shows what is wrong with the rest."""
    scan = my_scan()
    if scan.submitted:
        return leave_frozen(scan)
    found = _block(scan, block)
    return _save_by_button(scan, found) if request.method == "POST" else _show(found)


def _block(scan: Scan, key: str) -> Block:
    try:
        return document_of(scan.instrument_id).block(key)
    except KeyError:
        abort(404)


def _show(
    block: Block, typed: Answers | None = None, errors: Mapping[str, list[str]] | None = None, **more: Any
) -> str:
    """A block's page as its draft stands, or with what was typed."""
    way = my_way()
    survey, scan = way.survey, way.survey.scan
    values = form_values(survey.answers(block.key) if typed is None else typed)
    form = questions(scan.instrument_id, survey.document, block, errors or {})
    return page(
        "block",
        way=way,
        survey=survey,
        document=survey.document,
        block=block,
        place=way.place(block.key),
        reference=reference(scan.instrument_id, survey.document, block),
        questions=form.filled(values, {"previous": _previously(scan, block.key)}),
        errors=errors,
        saved=saved_label(survey.drafts.get(block.key)),
        **more,
    )


@Prepared
def _earlier(centre_id: Any, year: Any, block: Any) -> Any:
    """Stage, instrument and year of a block in the centre's submitted scans before a year, latest first."""
    return (
        Rating.select(Rating.stage, Scan.instrument, Cycle.year)
        .join(Scan)
        .join(Cycle)
        .where(
            (Cycle.centre == centre_id)
            & (Cycle.year < year)
            & Scan.submitted_at.is_null(False)
            & (Rating.block == block)
        )
        .order_by(Cycle.year.desc())
        .limit(1)
        .tuples()
    )


def _previously(scan: Scan, block: str) -> Markup:
    """Where the centre stood the last time that it submitted a scan, in one query."""
    for stage, version, year in _earlier(my_centre().id, scan.cycle.year, block):
        if stage is not None:
            words = (document_of(version).stage(stage).name, SchoolYear(year))
            return Markup(
                '<p class="previous">Vorige keer: <strong>{}</strong> <span class="muted">({})</span></p>'
            ).format(*words)
    return Markup("")


def _save_by_button(scan: Scan, block: Block) -> Response | tuple[str, int]:
    judged, typed = _judged(scan, block)
    try:
        save(my_centre(), scan, block.key, judged.kept, _revision(), person().user_id)
    except Stale as stale:
        theirs = _conflict(document_of(scan.instrument_id), stale.current, typed)
        return _show(block, typed, judged.messages, theirs=theirs), 409
    except Refused:
        return leave_frozen(Scan.get_by_id(scan.id))
    if judged.messages:
        return _show(block, {**judged.kept, **_as_typed(judged, typed)}, judged.messages), 422
    return redirect(my_way().from_here(block.key, request.form.get("go_to", "next")), 303)


def _judged(scan: Scan, block: Block) -> tuple[Judged, Answers]:
    """What becomes of the form. The draft is only read where something is refused, and what stood before stays."""
    document = document_of(scan.instrument_id)
    typed = typed_answers(document, request.form.to_dict(flat=False))
    judged = judge(document, typed, {})
    if judged.refused and (draft := draft_of(scan, block.key)):
        judged = judge(document, typed, from_json(draft.answers))
    return judged, typed


def _as_typed(judged: Judged, typed: Answers) -> dict[str, Any]:
    """The typed answers that something is wrong with, to show them again."""
    wrong = {name.partition("_")[0] for name in judged.messages}
    return {key: answer for key, answer in typed.items() if key in wrong}


def _revision() -> int:
    value = request.form.get("draft_revision", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0


def _conflict(document: Instrument, draft: object, typed: Answers) -> dict[str, Any]:
    """Who saved what meanwhile: for each question that differs, both answers in words."""
    if not isinstance(draft, SurveyDraft):
        return {"by": "Iemand", "differing": []}
    stored = from_json(draft.answers)
    differing = []
    for question in document.questions:
        mine, theirs = typed.get(question.key, EMPTY), stored.get(question.key, EMPTY)
        if mine != theirs:
            sound = judge(document, {question.key: mine}, {}).kept[question.key]
            differing.append(
                {
                    "subject": SUBJECTS[question.role],
                    "mine": "\n".join(words_of(document, question, sound)) or "Niets gekozen",
                    "theirs": "\n".join(words_of(document, question, theirs)) or "Niets gekozen",
                }
            )
    return {"by": saver(draft), "at": local(draft.saved_at).strftime("%H:%M"), "differing": differing}


@pages.post("/centrum/<slug>/<year:year>/zelfscan/bouwsteen/<block>/bewaar")
@needs("scan.fill")
def save_block(slug: str, year: SchoolYear, block: str) -> tuple[Answered, int]:
    """Save at a change, for the page's script. Answers in JSON; the page counts how many blocks are complete."""
    scan = my_scan()
    found = _block(scan, block)
    if scan.submitted:
        return jsonify(message=frozen_since(scan), submitted=True), 409
    judged, _ = _judged(scan, found)
    try:
        moment = save(my_centre(), scan, block, judged.kept, revision := _revision(), person().user_id)
    except Stale as stale:
        return _stale_answer(stale.current), 409
    except Refused as refused:
        return jsonify(message=str(refused), submitted=True), 409
    return jsonify(
        revision=revision + 1,
        saved_at=local(moment).strftime("%H:%M"),
        state=state_of(document_of(scan.instrument_id), judged.kept),
        errors=judged.refused,
    ), 422 if judged.refused else 200


def _stale_answer(draft: object) -> Answered:
    if not isinstance(draft, SurveyDraft):
        return jsonify(message="Deze bouwsteen is intussen gewijzigd.", revision=0, answers={})
    return jsonify(
        message=f"{saver(draft)} bewaarde om {local(draft.saved_at):%H:%M} andere antwoorden voor deze bouwsteen.",
        revision=draft.revision,
        saved_at=local(draft.saved_at).strftime("%H:%M"),
        answers=form_values(from_json(draft.answers)),
    )
