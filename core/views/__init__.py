"""Core's pages, and what every page needs: headers, error pages, template helpers."""

from __future__ import annotations

from flask import Flask

from core.access import guard
from core.config import Config
from core.views import account, centre, help, mailbox, network, office, plan, public, scan, two_steps
from core.views.frame import add_helpers
from core.views.safety import add_error_pages, add_headers
from core.views.urls import KeyConverter, SchoolYearConverter


def register(app: Flask) -> None:
    """Add core's pages to an application."""
    config: Config = app.extensions["poolster.config"]
    app.url_map.converters.update(year=SchoolYearConverter, int=KeyConverter)
    add_headers(app)
    guard(app)
    add_error_pages(app)
    add_helpers(app)
    for module in (public, account, two_steps, centre, scan, plan, network, office, help):
        app.register_blueprint(module.pages)
    if config.demo:
        app.register_blueprint(mailbox.pages)
