"""Taking results and plan along: a page with the choices, and the files."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file

from core.access import my_centre, my_cycle, needs
from core.dates import SchoolYear
from core.hookspecs import ExportFormat
from core.people import Centre
from core.plugins import ask
from plugins.exports.tables import ALL_YEARS, PARCELS, THIS_YEAR, parcel, tables_of, years_of

pages = Blueprint("exports", __name__, template_folder="templates")


@pages.get("/centrum/<slug>/<year:year>/exporteren")
@needs("export")
def show_choices(slug: str, year: SchoolYear) -> str:
    """What each file holds, with a link for each format and span of years."""
    my_cycle()
    tables = tables_of(my_centre(), [year.start_year])
    contents = [(found, [table for table in tables if found.holds(table)]) for found in PARCELS]
    spans = ((THIS_YEAR, f"Schooljaar {year}"), (ALL_YEARS, "Alle schooljaren"))
    return render_template(
        "exports/choices.html", year=year, contents=contents, spans=spans, formats=_formats(my_centre())
    )


@pages.get("/centrum/<slug>/<year:year>/exporteren/<what>.<suffix>")
@needs("export")
def take_along(slug: str, year: SchoolYear, what: str, suffix: str) -> Response:
    """One file: the tables of `what`, of this school year or (`jaren=alle`) of all of them."""
    from plugins.exports.writers import kind_of

    my_cycle()
    centre, chosen = my_centre(), parcel(what) or abort(404)
    format_ = next((found for found in _formats(centre) if found.suffix == suffix), None) or abort(404)
    span = request.args.get("jaren", THIS_YEAR)
    if span not in (THIS_YEAR, ALL_YEARS):
        abort(400)
    tables = [table for table in tables_of(centre, years_of(centre, year, span)) if chosen.holds(table)]
    ending, mimetype = kind_of(format_, tables)
    years = str(year) if span == THIS_YEAR else "alle-schooljaren"
    name = f"{centre.slug}-{years}-{what}.{ending}"
    return send_file(BytesIO(format_.write(tables)), mimetype, as_attachment=True, download_name=name)


def _formats(centre: Centre) -> list[ExportFormat]:
    """The formats that plugins offer; the first to name a suffix has it."""
    by_suffix: dict[str, ExportFormat] = {}
    for found in ask("export_formats", centre):
        by_suffix.setdefault(found.suffix, found)
    return list(by_suffix.values())
