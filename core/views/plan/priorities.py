"""Settling the priorities of a school year, beside what the scan said."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from core.access import may, my_centre, my_cycle, my_scan, needs, person
from core.audit import AuditEntry
from core.cycle import Cycle, Priority
from core.cycle.blocks import Standing, standing_of
from core.dates import SchoolYear
from core.forms import PrioritiesForm
from core.people import User
from core.steps import Refused, Stale
from core.steps.plan import choose_priorities
from core.steps.plan.priorities import bounds
from core.views.plan.blueprint import Page, pages, status


@pages.route("/centrum/<slug>/<year:year>/prioriteiten", methods=["GET", "POST"])
@needs("centre.read", "priorities.choose")
def show_priorities(slug: str, year: SchoolYear) -> Page:
    """The priorities in order, from the scan, and the form that settles them."""
    cycle, scan = my_cycle(), my_scan()
    if not scan.submitted:
        return status(render_template("plan/priorities_wait.html"))
    chosen = [row.block for row in Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)]
    stored = {"priorities": chosen, "reason": cycle.priorities_reason, "revision": cycle.revision}
    form = PrioritiesForm(data=stored)
    if not form.validate_on_submit():
        return status(_page(form, cycle, chosen, standing_of(scan)))
    try:
        choose_priorities(
            my_centre(),
            cycle,
            scan,
            form.priorities.data,
            form.reason.data or "",
            form.revision.data,
            person().user_id,
        )
    except Stale as stale:
        fresh = Cycle.get_by_id(cycle.id)
        form.revision.data = fresh.revision
        return _page(form, fresh, chosen, standing_of(scan), theirs=stale.current), 409
    except Refused as refused:
        form.take(refused)
        return status(_page(form, cycle, chosen, standing_of(scan)))
    flash("De prioriteiten zijn bewaard. Schrijf nu bij elke prioriteit minstens één doel.", "ok")
    return redirect(url_for(".show_plan", slug=slug, year=year))


def _page(
    form: PrioritiesForm, cycle: Cycle, chosen: list[str], standing: Standing, theirs: object = None
) -> str:
    least, most = bounds(standing.document)
    places = _places(form, most)
    return render_template(
        "plan/priorities.html",
        form=form,
        chosen=chosen,
        standing=standing,
        settled=cycle,
        chosen_by=_chosen_by(cycle),
        least=least,
        most=most,
        places=places,
        wrong=_wrong_places(form, places, least, standing),
        theirs=theirs,
        editable=may("priorities.choose"),
    )


def _places(form: PrioritiesForm, most: int) -> list[str]:
    """What stands in each list: as sent, in its own place, or as stored."""
    found = request.form.getlist("priorities") if request.method == "POST" else form.priorities.data
    return [*found, *[""] * most][:most]


def _wrong_places(form: PrioritiesForm, places: list[str], least: int, standing: Standing) -> set[int]:
    """The lists that a refusal is about: left empty, chosen twice, or holding no block."""
    if not form.priorities.errors:
        return set()
    return {
        place
        for place, value in enumerate(places)
        if (value and (places.count(value) > 1 or value not in standing.names))
        or (not value and place < least)
    }


def _chosen_by(cycle: Cycle) -> str:
    """Who settled the priorities last; "" where they come straight from the scan."""
    entry = (
        AuditEntry.select(AuditEntry, User)
        .join(User)
        .where(
            (AuditEntry.centre == my_centre().id)
            & (AuditEntry.verb == "priorities.chosen")
            & (AuditEntry.subject == f"cycle:{cycle.id}")
        )
        .order_by(AuditEntry.id.desc())
        .first()
    )
    return str(entry.user.name) if entry and cycle.priorities_chosen_at else ""
