"""Headers on every answer, and error pages in plain Dutch."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from peewee import OperationalError
from werkzeug.exceptions import HTTPException

from core.config import Config

log = logging.getLogger(__name__)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

LOCAL = ("127.0.0.1", "localhost")

#: What people read, by status: a title and what to do.
PAGES = {
    400: (
        "Dit verzoek klopt niet",
        "Ga terug en probeer opnieuw. Blijft het mis gaan, meld het dan aan POC+.",
    ),
    403: (
        "Dit mag je niet",
        "Je rol in dit centrum laat dit niet toe. Vraag het aan jullie directeur of aan POC+.",
    ),
    404: (
        "Deze pagina is er niet",
        "Het adres klopt niet, of de pagina hoort bij een centrum of module die je niet kan openen.",
    ),
    405: ("Dit kan hier niet", "Ga terug en gebruik de knoppen op de pagina."),
    413: ("Dit is te groot", "Stuur minder tekst of een kleiner bestand."),
    429: ("Even wachten", "Er waren te veel pogingen na elkaar. Probeer over een kwartier opnieuw."),
    500: (
        "Er liep iets mis bij ons",
        "Wat je bewaarde, is bewaard. Probeer opnieuw, en geef dit nummer door aan POC+ als het blijft.",
    ),
    503: (
        "Poolster is even niet bereikbaar",
        "Wat je bewaarde, is bewaard. Probeer over een minuut opnieuw.",
    ),
}
FORM_EXPIRED = ("Dit formulier is verlopen", "Ga terug, laad de pagina opnieuw en verstuur ze nog eens.")


def add_headers(app: Flask) -> None:
    """Content security policy and company; no caching of what stands behind the log-in."""
    config: Config = app.extensions["poolster.config"]
    own_hosts = _hosts(config.base_url)

    @app.before_request
    def refuse_foreign_host() -> None:
        if request.host not in own_hosts and request.endpoint != "public.health":
            abort(400)

    @app.before_request
    def refuse_nul() -> None:
        """Nobody types a NUL character, and PostgreSQL keeps none in a text."""
        typed = [text for _, text in [*request.args.items(multi=True), *request.form.items(multi=True)]]
        if any("\0" in text for text in (request.path, *typed)):
            abort(400)

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if config.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            headers["Cache-Control"] = "no-store"
        return response


def _hosts(base_url: str) -> set[str]:
    """The hosts by which people may call this site; a local one goes by either name."""
    parts = urlsplit(base_url)
    named = parts.hostname or ""  # in lower case, as browsers send it
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return {f"{name}{port}" for name in (LOCAL if named in LOCAL else (named,))}


def add_error_pages(app: Flask) -> None:
    """One page for all errors: what happened, what to do, and a number under which the log tells more."""

    @app.errorhandler(HTTPException)
    def answer(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code < 400:
            return error
        title, message = (
            FORM_EXPIRED
            if isinstance(error, CSRFError)
            else PAGES.get(code, PAGES[400 if code < 500 else 500])
        )
        return _error_page(code=code, title=title, message=message, incident=None), code

    @app.errorhandler(Exception)
    def fail(error: Exception) -> tuple[str, int]:
        code = 503 if isinstance(error, OperationalError) else 500
        incident = secrets.token_hex(4)
        log.exception("incident %s on %s %r", incident, request.method, request.path)
        title, message = PAGES[code]
        return _error_page(code=code, title=title, message=message, incident=incident), code


def _error_page(**values: object) -> str:
    try:
        return render_template("error.html", **values)
    except Exception:  # the menu needs the database and the plugins, one of which may be what failed
        log.exception("error page shown without its menu")
        return current_app.jinja_env.get_template("error.html").render(nav=None, **values)
