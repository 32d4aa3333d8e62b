"""Knoster and SMARTI: is everything there that a change needs, and is the goal well written?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.hookspecs import Table, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint
    from markupsafe import Markup

    from core.cycle import Goal
    from core.people import Centre

title = "Knoster en SMARTI"
description = "Kijkt bij elk doel na of visie, belang, plan, middelen en competenties er zijn, en of het doel SMARTI is."
default_enabled = True


@hookimpl
def blueprints() -> list[Blueprint]:
    from plugins.knoster.views import pages

    return [pages]


@hookimpl
def goal_panels(centre: Centre, goal: Goal) -> list[Markup]:
    from plugins.knoster.views import panel

    return [panel(goal)]


@hookimpl
def goal_warnings(centre: Centre, goals: Sequence[Goal]) -> list[tuple[int, str]]:
    from plugins.knoster.answers import warnings

    return warnings(goals)


@hookimpl
def export_tables(centre: Centre, years: Sequence[int]) -> list[Table]:
    from plugins.knoster.tables import tables

    return tables(centre, years)


@hookimpl
def demo_data(centre: Centre) -> None:
    from plugins.knoster.demo import fill

    fill(centre)


@hookimpl
def audit_words() -> list[tuple[str, str]]:
    return [
        ("knoster.judged", "Elementen van Knoster besproken"),
        ("knoster.worded", "SMARTI-criteria ingevuld"),
    ]
