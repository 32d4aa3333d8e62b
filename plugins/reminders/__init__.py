"""Reminders: a mail before, on and after the day that something is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from core.hookspecs import Link, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint
    from markupsafe import Markup

    from core.cycle import Cycle
    from core.people import Centre

title = "Herinneringen"
description = (
    "Mailt trekkers en coördinatoren voor, op en na de dag waarop een evaluatie of actie gepland staat."
)
default_enabled = True


@hookimpl
def blueprints() -> list[Blueprint]:
    from plugins.reminders.views import pages

    return [pages]


@hookimpl
def centre_links(centre: Centre) -> list[Link]:
    return [Link("Herinneringen", "reminders.show_reminders", "centre.read")]


@hookimpl
def dashboard_cards(centre: Centre, cycle: Cycle) -> list[Markup]:
    from plugins.reminders.views import card

    return [card(centre, cycle.school_year)]


@hookimpl
def time_passed(centre: Centre, moment: datetime) -> None:
    from plugins.reminders.sending import send_due

    send_due(centre, moment)


@hookimpl
def demo_data(centre: Centre) -> None:
    from plugins.reminders.demo import fill

    fill(centre)


@hookimpl
def audit_words() -> list[tuple[str, str]]:
    return [
        ("reminder.sent", "Herinnering gemaild"),
        ("reminders.ruled", "Regels voor herinneringen gewijzigd"),
    ]
