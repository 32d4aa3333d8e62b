"""The self-scan's own form: one page per building block, saved at every change, handed in once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.hookspecs import ScanForm, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint

    from core.cycle import Scan
    from core.people import Centre

title = "Zelfscan per bouwsteen"
description = "Vult de zelfscan bouwsteen per bouwsteen in, met alle vragen en toelichtingen, en bewaart bij elke wijziging."
default_enabled = True


@hookimpl
def blueprints() -> list[Blueprint]:
    from plugins.survey.views import pages

    return [pages]


@hookimpl
def scan_forms(centre: Centre, scan: Scan) -> list[ScanForm]:
    from flask import url_for

    from plugins.survey.drafts import survey_of

    survey = survey_of(scan)
    url = url_for("survey.show_blocks", slug=centre.slug, year=scan.cycle.school_year)
    return [ScanForm(url, done=survey.done, total=survey.total)]


@hookimpl
def demo_data(centre: Centre) -> None:
    from plugins.survey.demo import fill

    fill(centre)


@hookimpl
def audit_words() -> list[tuple[str, str]]:
    return [
        ("scan.answered", "Antwoord in de zelfscan bewaard"),
    ]
