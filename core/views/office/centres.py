"""The centres: a list with where each one stands, and the page on which a centre is added or changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from peewee import fn
from werkzeug.wrappers import Response

from core.access import needs
from core.audit import AuditEntry
from core.cycle.overview import Standing, standings
from core.cycle.phases import NAMES
from core.dates import today
from core.db import tuples
from core.forms import CentreForm
from core.people import Centre, CentreGroup, SchoolGroup
from core.steps import Refused, people
from core.views import listing
from core.views.office.blueprint import OFFICE, found, me, pages


@dataclass(frozen=True)
class Row:
    """A centre in the office's list: where it stands, and when someone last did something there."""

    standing: Standing
    last_activity: datetime | None

    @property
    def centre(self) -> Centre:
        return self.standing.centre


PHASES = list(NAMES)
ORDERS: dict[str, Callable[[Row], Any]] = {
    "naam": lambda row: row.centre.name.casefold(),
    "fase": lambda row: PHASES.index(row.standing.phase.key) if row.standing.phase else None,
    "activiteit": lambda row: row.last_activity,
    "laat": lambda row: row.standing.late,
}


def _rows() -> list[Row]:
    """The centres as the address asks for them: searched, of one school group or state, and sorted."""
    query = Centre.select().order_by(Centre.name)
    state, group_id = listing.asked("stand", ("actief", "uit")), listing.asked_number("groep")
    if state:
        query = query.where(Centre.active == (state == "actief"))
    if group_id:
        query = query.where(
            Centre.id.in_(CentreGroup.select(CentreGroup.centre).where(CentreGroup.group == group_id))
        )
    latest = _last_activity()
    rows = [Row(standing, latest.get(standing.centre.id)) for standing in standings(list(query), today())]
    search = listing.search_text()
    kept = [
        row
        for row in rows
        if listing.matches(search, row.centre.name, row.centre.place, row.standing.group_names)
    ]
    return listing.in_order(kept, ORDERS, "naam")


def _last_activity() -> dict[int, datetime]:
    query = AuditEntry.select(AuditEntry.centre, fn.MAX(AuditEntry.at)).where(
        AuditEntry.centre.is_null(False)
    )
    return {int(centre_id): last for centre_id, last in tuples(query.group_by(AuditEntry.centre))}


@pages.get("/")
@needs(OFFICE)
def home() -> Response:
    return redirect(url_for(".show_centres"))


@pages.get("/centra")
@needs(OFFICE)
def show_centres() -> str:
    """Every centre, with its phase, last activity and what is late."""
    page = listing.page_of(_rows())
    return render_template("office/centres.html", page=page, group_options=group_options(), listing=listing)


@pages.get("/centra.csv")
@needs(OFFICE)
def export_centres() -> Response:
    """The same list as a file."""
    headings = (
        "Centrum",
        "Plaats",
        "Scholengroepen",
        "Schooljaar",
        "Fase",
        "Laatste activiteit",
        "Te laat",
        "Actief",
    )
    return listing.csv_answer("centra", headings, [_cells(row) for row in _rows()])


def _cells(row: Row) -> tuple[Any, ...]:
    standing = row.standing
    return (
        row.centre.name,
        row.centre.place,
        standing.group_names,
        str(standing.cycle.school_year) if standing.cycle else "",
        standing.phase.name if standing.phase else "",
        row.last_activity,
        standing.late,
        "ja" if row.centre.active else "nee",
    )


def group_options() -> list[tuple[int, str]]:
    """Every school group as (key, name), for a list to choose from."""
    return [(group.id, group.name) for group in SchoolGroup.select().order_by(SchoolGroup.name)]


@pages.route("/centra/nieuw", methods=["GET", "POST"])
@needs(OFFICE)
def add_centre() -> Response | str | tuple[str, int]:
    return _centre_page(None)


@pages.route("/centra/<int:centre_id>", methods=["GET", "POST"])
@needs(OFFICE)
def change_centre(centre_id: int) -> Response | str | tuple[str, int]:
    return _centre_page(found(Centre, centre_id))


def _centre_page(centre: Centre | None) -> Response | str | tuple[str, int]:
    chosen = (
        [row.group_id for row in CentreGroup.select().where(CentreGroup.centre == centre)] if centre else []
    )
    form = CentreForm(obj=centre, groups=chosen)
    form.offer(group_options())
    if form.validate_on_submit():
        try:
            people.save_centre(
                form.name.data, form.place.data or "", form.groups.data, form.active.data, me(), centre
            )
        except Refused as refused:
            form.take(refused)
        else:
            flash(
                f"{form.name.data} is bewaard."
                if centre
                else f"{form.name.data} is toegevoegd. Nodig nu de mensen uit.",
                "ok",
            )
            return redirect(url_for(".show_centres"))
    page = render_template("office/centre.html", form=form, edited=centre and Centre.get_by_id(centre.id))
    return (page, 422) if form.is_submitted() else page
