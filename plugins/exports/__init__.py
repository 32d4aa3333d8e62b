"""Exports: a centre takes its results and its plan along, as a workbook or as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.hookspecs import ExportFormat, Link, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint

title = "Exporteren"
description = "Neemt de zelfscan en het verbeterplan mee als Excel-werkmap of als CSV, voor één schooljaar of voor alle."
default_enabled = True


@hookimpl
def blueprints() -> list[Blueprint]:
    from plugins.exports.views import pages

    return [pages]


@hookimpl
def centre_links() -> list[Link]:
    return [Link("Exporteren", "exports.show_choices", "export")]


@hookimpl
def export_formats() -> list[ExportFormat]:
    from plugins.exports.writers import CSV, XLSX

    return [XLSX, CSV]
