"""Pieces of the data graph on core's own pages."""

from __future__ import annotations

from flask import get_template_attribute
from markupsafe import Markup

from core.cycle import Cycle, Scan
from core.people import Centre
from plugins.datagraph.scans import picture_of, submitted_scan

PIECES = "datagraph/pieces.html"


def graph_panel(centre: Centre, scan: Scan) -> Markup:
    """The graph of a submitted scan, for the page of its result."""
    panel: Markup = get_template_attribute(PIECES, "panel")(picture_of(centre, scan), centre)
    return panel


def moved_card(centre: Centre, cycle: Cycle) -> list[Markup]:
    """What moved in a cycle's scan since the one before it; nothing until both are submitted."""
    scan = submitted_scan(cycle)
    picture = picture_of(centre, scan) if scan else None
    if picture is None or not picture.series.compared:
        return []
    return [get_template_attribute(PIECES, "card")(picture, centre)]
