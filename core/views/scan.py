"""The self-scan as core knows it: the way to its form, the plain form, the result, reopening."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import my_centre, my_scan, needs, person
from core.cycle import Cycle, Scan
from core.cycle.result import BlockResult, ScanResult, result_of
from core.dates import SchoolYear
from core.forms import BaseForm, ReasonForm
from core.instrument import document_of
from core.instrument_document import Instrument
from core.people import User
from core.plugins import ask
from core.steps import Refused, Stale
from core.steps import scan as steps

pages = Blueprint("scan", __name__)

CHANGED = "Iemand wijzigde intussen antwoorden. Kijk ze na voor jullie definitief indienen."
OPEN_LIST = 20  # more chosen blocks than any instrument asks for


@pages.get("/centrum/<slug>/<year:year>/zelfscan")
@needs("scan.fill")
def show_scan(slug: str, year: SchoolYear) -> Response:
    """To the form that fills this scan: a plugin's, or core's plain one; to the result once it is in."""
    scan = my_scan()
    if scan.submitted:
        return redirect(url_for(".show_result", slug=slug, year=year))
    form = next(iter(ask("scan_forms", my_centre(), scan=scan)), None)
    return redirect(form.url if form else url_for(".fill_plainly", slug=slug, year=year))


@pages.route("/centrum/<slug>/<year:year>/zelfscan/eenvoudig", methods=["GET", "POST"])
@needs("scan.fill")
def fill_plainly(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """Core's own form: a stage and an ambition for each block."""
    scan = my_scan()
    if scan.submitted:
        return redirect(url_for(".show_result", slug=slug, year=year))
    form = BaseForm()
    stored = result_of(scan)
    if not form.validate_on_submit():
        return _plain_page(form, scan, stored)
    document = document_of(scan.instrument_id)
    ratings = {
        block.key: steps.PlainRating(_number(f"stage-{block.key}"), _number(f"wish-{block.key}"))
        for block in document.blocks
    }
    typed = ScanResult(tuple(BlockResult(key, stage=r.stage, wish=r.wish) for key, r in ratings.items()))
    try:
        steps.rate_blocks(my_centre(), scan, ratings, _number("revision") or 0, person().user_id)
    except Stale as stale:
        return _plain_page(form, Scan.get_by_id(scan.id), typed, theirs=stale.current), 409
    except Refused as refused:
        return _plain_page(
            form,
            scan,
            typed,
            errors={f"block-{block}" if block else "": text for block, text in refused.messages},
        ), 422
    flash("De zelfscan is bewaard.", "ok")
    return redirect(
        url_for(".submit_plainly" if "verder" in request.form else ".fill_plainly", slug=slug, year=year)
    )


def _number(name: str) -> int | None:
    """A whole number typed or chosen under `name`; None for none, 0 (which no scale has) for nonsense."""
    value = request.form.get(name, "").strip()
    if not value:
        return None
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0


def _plain_page(form: BaseForm, scan: Scan, shown: ScanResult, **more: Any) -> str:
    document = document_of(scan.instrument_id)
    return render_template(
        "scan/plain.html",
        form=form,
        scan=scan,
        document=document,
        result=shown,
        previous=_previous_result(scan),
        **more,
    )


def _previous_result(scan: Scan) -> ScanResult | None:
    """The result of the centre's last submitted scan before this one."""
    older = (
        Scan.select()
        .join(Cycle)
        .where(
            (Cycle.centre == my_centre().id)
            & (Cycle.year < scan.cycle.year)
            & Scan.submitted_at.is_null(False)
        )
        .order_by(Cycle.year.desc())
        .first()
    )
    return result_of(older) if older else None


@pages.route("/centrum/<slug>/<year:year>/zelfscan/eenvoudig/indienen", methods=["GET", "POST"])
@needs("scan.fill", "scan.submit")
def submit_plainly(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """What holds over all blocks, the last warning, and the definitive submission of the plain form."""
    scan = my_scan()
    if scan.submitted:
        return redirect(url_for(".show_result", slug=slug, year=year))
    form, stored = BaseForm(), result_of(scan)
    chosen = {"inspiring": list(stored.inspiring), "priorities": list(stored.priorities)}
    if request.method == "POST":
        chosen = {"inspiring": request.form.getlist("inspiring"), "priorities": _ranked()}
    if not form.validate_on_submit():
        return _closing_page(form, scan, stored, chosen)
    result = ScanResult(
        stored.ratings, tuple(chosen["inspiring"][:OPEN_LIST]), tuple(chosen["priorities"][:OPEN_LIST])
    )
    try:
        if "sure" not in request.form:
            raise Refused("Duid aan dat jullie definitief willen indienen.", "sure")
        if _number("revision") not in (None, scan.revision):
            raise Stale(stored)
        steps.submit_scan(my_centre(), scan, result, person().user_id)
    except Stale:
        scan = Scan.get_by_id(scan.id)
        return _closing_page(form, scan, result_of(scan), chosen, errors={"": [CHANGED]}), 409
    except Refused as refused:
        return _closing_page(form, scan, stored, chosen, errors=_by_field(refused)), 422
    flash("Jullie zelfscan is ingediend. Proficiat!", "ok")
    return redirect(url_for(".show_result", slug=slug, year=year))


def _ranked() -> list[str]:
    return [value for value in request.form.getlist("priority") if value]


def _by_field(refused: Refused) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name, message in refused.messages:
        errors.setdefault(name if name == "sure" else name.removeprefix("scan-"), []).append(message)
    return errors


def _closing_page(
    form: BaseForm, scan: Scan, stored: ScanResult, chosen: dict[str, list[str]], **more: Any
) -> str:
    document = document_of(scan.instrument_id)
    return render_template(
        "scan/submit_plain.html",
        form=form,
        document=document,
        revision=scan.revision,
        result=stored,
        chosen=chosen,
        missing=[block for block in document.blocks if not _rated(stored.of(block.key))],
        **more,
    )


def _rated(rating: BlockResult) -> bool:
    return rating.stage is not None and rating.wish is not None


@pages.get("/centrum/<slug>/<year:year>/resultaat")
@needs("result.read")
def show_result(slug: str, year: SchoolYear) -> str:
    """The submitted scan, frozen, for all who may read it; before that a page that says what is to come."""
    scan = my_scan()
    if not scan.submitted:
        return render_template("scan/not_yet.html")
    document = document_of(scan.instrument_id)
    return render_template(
        "scan/result.html",
        scan=scan,
        document=document,
        result=result_of(scan),
        previous=_previous_result(scan),
        submitted_by=User.get_or_none(User.id == scan.submitted_by_id),
        differences=_difference_words(document),
    )


def _difference_words(document: Instrument) -> dict[str, str]:
    question = document.question("differences")
    return {option.key: option.text for option in question.options} if question else {}


@pages.route("/centrum/<slug>/<year:year>/zelfscan/heropenen", methods=["GET", "POST"])
@needs("scan.reopen")
def reopen(slug: str, year: SchoolYear) -> Response | str | tuple[str, int]:
    """Let a centre change what it handed in: a step of POC+ that stays in the trail."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            steps.reopen_scan(my_centre(), my_scan(), form.reason.data, person().user_id)
        except Refused as refused:
            form.take(refused)
            return render_template("scan/reopen.html", form=form), 422
        flash(f"De zelfscan {year} van {my_centre().name} staat weer open.", "ok")
        return redirect(url_for("centre.show_home", slug=slug, year=year))
    page = render_template("scan/reopen.html", form=form)
    return (page, 422) if request.method == "POST" else page
