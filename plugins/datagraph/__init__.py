"""The data graph: where a centre stands today beside where it wants to be, per building block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.hookspecs import Link, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint
    from markupsafe import Markup

    from core.cycle import Cycle, Scan
    from core.people import Centre

title = "Datagrafiek"
description = (
    "Toont per bouwsteen het stadium van vandaag naast de ambitie, met prioriteiten, hefbomen en knelpunten."
)
default_enabled = True


@hookimpl
def blueprints() -> list[Blueprint]:
    from plugins.datagraph.views import pages

    return [pages]


@hookimpl
def centre_links() -> list[Link]:
    return [Link("Datagrafiek", "datagraph.show_graph", "result.read")]


@hookimpl
def dashboard_cards(centre: Centre, cycle: Cycle) -> list[Markup]:
    from plugins.datagraph.cards import moved_card

    return moved_card(centre, cycle)


@hookimpl
def rating_panels(centre: Centre, scan: Scan) -> list[Markup]:
    from plugins.datagraph.cards import graph_panel

    return [graph_panel(centre, scan)]


@hookimpl
def scan_submitted(centre: Centre, scan: Scan) -> None:
    from plugins.datagraph.news import announce

    announce(centre, scan)


@hookimpl
def audit_words() -> list[tuple[str, str]]:
    return [
        ("datagraph.announced", "Datagrafiek gemaild"),
    ]
