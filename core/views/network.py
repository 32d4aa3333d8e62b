"""The network: where all centres stand, for POC+; and a school group's view on its centres' results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from core.access import my_group, needs
from core.cycle.overview import Standing, standings, submitted_scans
from core.cycle.phases import NAMES
from core.dates import SchoolYear, today
from core.people import Centre, CentreGroup, SchoolGroup
from core.views import listing

pages = Blueprint("network", __name__)

PHASES = list(NAMES)
ORDERS: dict[str, Callable[[Standing], Any]] = {
    "naam": lambda row: row.centre.name.casefold(),
    "fase": lambda row: (row.cycle.year, PHASES.index(row.phase.key)) if row.cycle and row.phase else None,
    "ingediend": lambda row: row.scan.submitted_at if row.scan else None,
    "laat": lambda row: row.late,
}


def _rows() -> list[Standing]:
    """The active centres as the address asks for them."""
    query = Centre.select().where(Centre.active).order_by(Centre.name)
    group_id = listing.asked_number("groep")
    if group_id:
        query = query.where(
            Centre.id.in_(CentreGroup.select(CentreGroup.centre).where(CentreGroup.group == group_id))
        )
    search, phase = listing.search_text(), listing.asked("fase", NAMES)
    rows = [
        row
        for row in standings(list(query), today())
        if listing.matches(search, row.centre.name, row.centre.place, row.group_names, *row.priorities)
        and (not phase or (row.phase is not None and row.phase.key == phase))
    ]
    return listing.in_order(rows, ORDERS, "naam")


@pages.get("/netwerk")
@needs("network.read")
def show_centres() -> str:
    """Where every active centre stands in this school year."""
    rows = _rows()
    return render_template(
        "network/centres.html",
        page=listing.page_of(rows),
        rows=rows,
        year=SchoolYear.of(today()),
        group_options=[(group.id, group.name) for group in SchoolGroup.select().order_by(SchoolGroup.name)],
        phase_names=NAMES,
        listing=listing,
    )


@pages.get("/netwerk.csv")
@needs("network.read")
def export_centres() -> Response:
    """The same list as a file."""
    headings = ("Centrum", "Scholengroepen", "Schooljaar", "Fase", "Ingediend op", "Prioriteiten", "Te laat")
    rows = [
        (
            row.centre.name,
            row.group_names,
            str(row.cycle.school_year) if row.cycle else "",
            row.phase.name if row.phase else "",
            row.scan.submitted_at if row.scan else None,
            "; ".join(row.priorities),
            row.late,
        )
        for row in _rows()
    ]
    return listing.csv_answer("netwerk", headings, rows)


@pages.get("/scholengroep/<int:group_id>")
@needs("group.read")
def show_group(group_id: int) -> str:
    """A school group's centres with their submitted scans, and nothing of what they are still working on."""
    group = my_group()
    query = Centre.select().join(CentreGroup).where((CentreGroup.group == group) & Centre.active)
    centres = list(query.order_by(Centre.name))
    page = listing.page_of(centres)
    scans = submitted_scans(page.rows)
    years = sorted({scan.cycle.school_year for found in scans.values() for scan in found}, reverse=True)
    by_year = {
        (centre.id, scan.cycle.school_year): scan for centre in page.rows for scan in scans.get(centre.id, ())
    }
    return render_template(
        "network/group.html", group=group, page=page, years=years, scans=by_year, listing=listing
    )
