"""Core's pages, and what every page needs: headers, error pages, template helpers."""

from __future__ import annotations

from flask import Flask

from core.access import guard
from core.views import account, centre, help, network, office, plan, public, scan
from core.views.frame import add_helpers
from core.views.safety import add_error_pages, add_headers
from core.views.urls import SchoolYearConverter


def register(app: Flask) -> None:
    """Add core's pages to an application."""
    app.url_map.converters["year"] = SchoolYearConverter
    guard(app)
    add_headers(app)
    add_error_pages(app)
    add_helpers(app)
    for module in (public, account, centre, scan, plan, network, office, help):
        app.register_blueprint(module.pages)
