"""Pages for anyone: the health check and the accessibility statement."""

from __future__ import annotations

from email.utils import parseaddr

from flask import Blueprint, Response, current_app, jsonify, render_template

from core.access import PUBLIC, needs
from core.config import VERSION, Config
from core.db import database

pages = Blueprint("public", __name__)


@pages.get("/health")
@needs(PUBLIC)
def health() -> Response:
    """200 while the database answers."""
    database.execute_sql("SELECT 1")
    return jsonify(status="ok", version=VERSION)


@pages.get("/toegankelijkheid")
@needs(PUBLIC)
def accessibility() -> str:
    config: Config = current_app.extensions["poolster.config"]
    return render_template("accessibility.html", contact=parseaddr(config.reply_to)[1])
