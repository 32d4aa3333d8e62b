"""The product in real Chromium: a served site, a mail server of our own, and axe."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright
from werkzeug.serving import make_server

from core import create_app, mail
from core.db import connected, database
from tests.conftest import settings

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
PASSWORD = "drie-woorden-samen"


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as the machine has it, or as Playwright installed it."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None) or playwright.chromium.executable_path
    if not Path(found).exists():
        pytest.skip("no Chromium on this machine: run `make test`, which installs it where it can")
    chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield chromium
    chromium.close()


class Inbox(Message):
    """What a real SMTP server received."""

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)

    def to(self, address: str) -> list[Any]:
        return [mail for mail in self.mails if mail["To"] == address]


@pytest.fixture
def inbox() -> Iterator[Any]:
    """An SMTP server on a free port; `.url` is its address, `.mails` what came in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


@dataclass
class Site:
    """A served application: its address, and what the browser complained about."""

    app: Flask
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, browser: Browser, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        """A fresh browser window, as of a new visitor."""
        context = browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="nl-BE",
            timezone_id="Europe/Brussels",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def log_in(self, page: Page, email: str, password: str = PASSWORD) -> Page:
        page.goto("/aanmelden")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("main button[type=submit]")
        return page

    def deliver(self) -> None:
        """Let the clock's mail tick happen now."""
        with self.app.app_context(), connected():
            mail.deliver(self.app.extensions["poolster.config"])


@pytest.fixture
def serve(tmp_path: Path, database_url: str) -> Iterator[Any]:
    """Serve an application on a free port: `serve(mail_url=…)` returns a Site. The console must stay clean."""
    running: list[tuple[Any, Site]] = []

    def start(**changes: Any) -> Site:
        server = make_server("127.0.0.1", 0, _not_yet, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        app = create_app(settings(tmp_path, database_url, base_url=url, **changes))
        server.app = app
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = Site(app, url)
        running.append((server, site))
        return site

    yield start
    complaints = []
    for server, site in running:
        server.shutdown()
        complaints += site.complaints
    database.close()
    assert complaints == []


def _not_yet(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return [b""]


@pytest.fixture(scope="session")
def axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source: str) -> Any:
    """`axe(page)` lists what axe finds wrong, as (rule, element)."""

    def check(page: Page) -> list[tuple[str, str]]:
        page.evaluate(axe_source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]

    return check
