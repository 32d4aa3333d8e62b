"""The data graph of a centre: a page, and a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from core.access import may, my_centre, my_scan, my_submitted_scan, needs
from core.dates import SchoolYear

pages = Blueprint("datagraph", __name__, template_folder="templates")


@pages.get("/centrum/<slug>/<year:year>/datagraaf")
@needs("result.read")
def show_graph(slug: str, year: SchoolYear) -> str:
    """The graph of a submitted scan. An open scan has none: people of the centre read what will be here."""
    if not my_scan().submitted and may("centre.read"):
        return render_template("datagraph/not_yet.html", year=year)
    from plugins.datagraph.scans import picture_of

    scan = my_submitted_scan()
    return render_template(
        "datagraph/graph.html", scan=scan, year=year, picture=picture_of(my_centre(), scan)
    )


@pages.get("/centrum/<slug>/<year:year>/datagraaf.svg")
@needs("result.read")
def download_graph(slug: str, year: SchoolYear) -> Response:
    """The wide graph as a file that stands alone."""
    from plugins.datagraph.scans import picture_of

    centre = my_centre()
    picture = picture_of(centre, my_submitted_scan())
    image = picture.wide(heading=f"{centre.name} · zelfscan {year}")
    name = f"{centre.slug}-{year}-datagrafiek.svg"
    return Response(
        image, mimetype="image/svg+xml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
