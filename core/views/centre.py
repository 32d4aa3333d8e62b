"""A centre's home, where the wheel stands, and its history by school year."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core import cycle as records
from core.access import may, my_centre, my_cycle, my_scan, needs, person
from core.cycle import Cycle, Scan, history
from core.cycle import phases as wheel
from core.dates import SchoolYear, today
from core.hookspecs import Deadline
from core.instrument import document_of
from core.plugins import ask
from core.steps import Refused
from core.steps import scan as steps
from core.views.frame import years_of

pages = Blueprint("centre", __name__)

SOON = timedelta(days=31)
#: Where each phase of the wheel leads, and what the one button on the page says.
WAYS = {
    wheel.SCAN: ("scan.show_scan", "Ga verder met de zelfscan", "scan.fill"),
    wheel.PRIORITIES: ("plan.show_priorities", "Bevestig de prioriteiten", "priorities.choose"),
    wheel.PLAN: ("plan.show_plan", "Werk het verbeterplan bij", "goal.edit"),
    wheel.EVALUATION: ("plan.show_plan", "Bekijk wat te evalueren valt", "evaluation.record"),
    wheel.RESCAN: ("centre.show_rescan", "Open de herscan", "cycle.open"),
}


@pages.get("/centrum/<slug>/")
@needs("result.read")
def enter(slug: str) -> Response | str:
    """To the centre's present school year, or to its last one; a first page where there is none."""
    years = years_of(my_centre())
    if not years:
        return render_template("centre/first_time.html", year=steps.next_year_to_open(my_centre()))
    year = max((y for y in years if y <= SchoolYear.of(today())), default=years[-1])
    if not may("centre.read"):
        return redirect(url_for("scan.show_result", slug=slug, year=year))
    return redirect(url_for(".show_home", slug=slug, year=year))


@pages.get("/centrum/<slug>/<year:year>/")
@needs("centre.read")
def show_home(slug: str, year: SchoolYear) -> str:
    """Where are we, what is next, what is late."""
    facts = wheel.facts_of(my_cycle(), my_scan())
    names = block_names(facts.scan)
    found = wheel.phases(facts, names, today())
    now = wheel.current(found)
    return render_template(
        "centre/home.html",
        phases=[_drawn(phase, slug, year) for phase in found],
        current=now,
        way=_way(now, slug, year),
        deadlines=_deadlines(facts),
        mine=[row for row in wheel.open_actions(facts) if row.owner_id == person().user_id],
        facts=facts,
        scan_form=_scan_form(facts.scan),
        carried=[goal for goal in facts.goals if wheel.carried_over(goal, year)],
    )


def block_names(scan: Scan) -> dict[str, str]:
    """The names of a scan's blocks, by key."""
    return {block.key: block.name for block in document_of(scan.instrument_id).blocks}


def _drawn(phase: wheel.Phase, slug: str, year: SchoolYear) -> dict[str, Any]:
    """A phase as the wheel draws it. The scan leads to its result once it is in."""
    endpoint = WAYS[phase.key][0]
    if phase.key == wheel.SCAN and (phase.state == wheel.DONE or not may("scan.fill")):
        endpoint = "scan.show_result"
    note = phase.missing[0] if phase.missing else "In orde"
    if len(phase.missing) > 1:
        note = f"{note} (en nog {len(phase.missing) - 1})"
    return {
        "key": phase.key,
        "name": phase.name,
        "state": phase.state,
        "url": url_for(endpoint, slug=slug, year=year),
        "note": note,
    }


def _way(phase: wheel.Phase, slug: str, year: SchoolYear) -> dict[str, str] | None:
    """The one button of the page: to what the centre does next, for who may do it."""
    endpoint, label, permission = WAYS[phase.key]
    if not may(permission) or (phase.key == wheel.RESCAN and phase.state == wheel.DONE):
        return None
    return {"url": url_for(endpoint, slug=slug, year=year), "label": label}


def _deadlines(facts: wheel.CycleFacts) -> dict[str, list[Deadline]]:
    found: list[Deadline] = sorted(
        ask("deadlines", my_centre(), until=today() + SOON), key=lambda d: d.due_on
    )
    return {
        "late": [deadline for deadline in found if deadline.due_on < today()],
        "soon": [deadline for deadline in found if deadline.due_on >= today()],
    }


def _scan_form(scan: Scan) -> Any:
    if scan.submitted or not may("scan.fill"):
        return None
    return next(iter(ask("scan_forms", my_centre(), scan=scan)), None)


@pages.post("/centrum/<slug>/openen")
@needs("cycle.open")
def open_first(slug: str) -> Response:
    """Open the cycle that comes next: the first scan, or the rescan."""
    year = steps.next_year_to_open(my_centre())
    try:
        if year is None:
            raise Refused("Dien eerst de lopende zelfscan in. Daarna kan de herscan openen.")
        steps.open_cycle(my_centre(), year, person().user_id)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for(".enter", slug=slug))
    flash(f"De zelfscan voor {year} staat open.", "ok")
    return redirect(url_for(".show_home", slug=slug, year=year))


@pages.get("/centrum/<slug>/<year:year>/herscan")
@needs("centre.read")
def show_rescan(slug: str, year: SchoolYear) -> str:
    """What a rescan is, what goes along to the next school year, and the button that opens it."""
    facts = wheel.facts_of(my_cycle(), my_scan())
    found = wheel.phases(facts, block_names(facts.scan), today())
    later = [y for y in years_of(my_centre()) if y > year]
    return render_template(
        "centre/rescan.html",
        facts=facts,
        missing=[phase for phase in found if phase.missing and phase.key != wheel.RESCAN],
        opened=later[0] if later else None,
        next_year=steps.next_year_to_open(my_centre()),
        names=block_names(facts.scan),
        GoalState=records.GoalState,
    )


@pages.get("/centrum/<slug>/geschiedenis")
@needs("centre.read")
def show_history(slug: str) -> str:
    """Year by year: the scan, the priorities, and what became of the goals."""
    cycles = list(
        Cycle.select(Cycle, Scan)
        .join(Scan, on=(Scan.cycle == Cycle.id), attr="scan")
        .where(Cycle.centre == my_centre().id)
        .order_by(Cycle.year.desc())
    )
    return render_template("centre/history.html", years=history.by_year(my_centre(), cycles))
