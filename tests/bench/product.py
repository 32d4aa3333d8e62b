"""The product with the demo's centres, in a folder of its own: what to ask it, and what that costs in statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from peewee import fn

from core import create_app, demo
from core.config import CONFIG_FILE, load, new_config_text
from core.cycle import Cycle, Scan
from core.cycle.result import result_of
from core.dates import SchoolYear, now, today
from core.db import connected, database, transaction
from core.instrument import document_of
from core.people import Centre
from core.steps import people, scan
from tests.bench.serving import AGENT, CONNECTIONS, Requests, post

BASE_URL = "http://localhost"
COORDINATOR, ADMIN = "coordinator@demo.test", "beheer@demo.test"
CENTRE = "clb-aalrijk"


class Site:
    """Poolster in `folder`, filled like the demo. Opened in this process too, to log in and to count statements."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / CONFIG_FILE).write_text(new_config_text("mailbox:", BASE_URL) + "clock = false\n")
        self._app = create_app(load(folder, {}))
        self._app.testing = False
        self.year = SchoolYear.of(today())
        with self._app.app_context(), connected():
            demo.fill()
            self.centre = Centre.get(Centre.slug == CENTRE)
            self.scan = (
                Scan.select()
                .join(Cycle)
                .where((Cycle.centre == self.centre) & (Cycle.year == self.year.start_year))
                .get()
            )
            self._document = document_of(self.scan.instrument_id)
            self.blocks = [block.key for block in self._document.blocks][:CONNECTIONS]
            self.pages = {
                "survey": (COORDINATOR, self.block_url(0)),
                "survey, its blocks": (COORDINATOR, self.url("zelfscan/bouwstenen")),
                "a centre's home": (COORDINATOR, self.url()),
                "plan": (COORDINATOR, self.url("plan")),
                "result": (COORDINATOR, self.url("resultaat")),
                "history": (COORDINATOR, f"/centrum/{CENTRE}/geschiedenis"),
                "network": (ADMIN, "/netwerk"),
                "centres": (ADMIN, "/beheer/centra"),
                "plugins of all centres": (ADMIN, "/beheer/modules"),
            }
        # outside the context above: a request in it would share its `g`
        self.clients = {email: self._logged_in(email) for email in (COORDINATOR, ADMIN)}
        self._prepare_saves()

    def url(self, path: str = "") -> str:
        return f"/centrum/{CENTRE}/{self.year}/{path}"

    def block_url(self, number: int) -> str:
        return self.url(f"zelfscan/bouwsteen/{self.blocks[number]}")

    def _logged_in(self, email: str) -> FlaskClient:
        client = self._app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = AGENT
        typed = {
            "email": email,
            "password": demo.network().password,
            "csrf_token": _hidden(client, "/aanmelden", "csrf_token"),
        }
        answer = client.post("/aanmelden", data=typed, base_url=BASE_URL)
        assert answer.status_code == 302, "could not log in"
        client.get("/", base_url=BASE_URL)  # from here on the cookie holds the forms' token too
        return client

    @property
    def cookie(self) -> str:
        """The Cookie header of the coordinator."""
        cookie = self.clients[COORDINATOR].get_cookie("poolster")
        assert cookie
        return f"poolster={cookie.value}"

    # autosave

    def _prepare_saves(self) -> None:
        """The token and the revisions from which every connection starts to save a block of its own."""
        client = self.clients[COORDINATOR]
        self._token = _hidden(client, self.block_url(0), "csrf_token")
        self._revisions = [
            int(_hidden(client, self.block_url(n), "draft_revision")) for n in range(CONNECTIONS)
        ]

    def form(self, revision: int) -> str:
        """A block's form, filled in: other answers at every revision."""
        values: dict[str, Any] = {"csrf_token": self._token, "draft_revision": revision}
        for question in self._document.questions:
            keys = [option.key for option in question.options if not (option.exclusive or option.other)]
            if question.role == "stage":
                keys = [stage.key for stage in self._document.stages[:2]]
            elif question.role == "wish":
                keys = [self._document.stages[-1].key]
            values[question.key] = keys[revision % len(keys)]
            if question.note:
                values[f"{question.key}_note"] = f"We bespraken dit in het team, voor de {revision}e keer."
        return urlencode(values)

    def saves(self) -> Requests:
        """Requests that each save their connection's own block; every save moves its draft one revision on."""
        revisions = list(self._revisions)

        def request(connection: int) -> bytes:
            revisions[connection] += 1
            form = self.form(revisions[connection] - 1)
            return post(f"{self.block_url(connection)}/bewaar", self.cookie, form)

        return request

    # statements

    def statements(self, ask: Callable[[], Any]) -> list[str]:
        """Every statement that SQLite runs meanwhile, in this process."""
        sent: list[str] = []
        with connected():
            connection = database.connection()
            connection.set_trace_callback(sent.append)
            ask()
            connection.set_trace_callback(None)
        return [statement for statement in sent if not statement.startswith("--")]  # those are a trigger's

    def page(self, name: str) -> Any:
        """One of the pages, asked in this process."""
        who, path = self.pages[name]
        answer = self.clients[who].get(path, base_url=BASE_URL)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        return answer

    def save(self) -> Any:
        """One autosave, asked in this process."""
        path, form = f"{self.block_url(0)}/bewaar", self.form(self._revisions[0])
        kind = "application/x-www-form-urlencoded"
        answer = self.clients[COORDINATOR].post(path, data=form, content_type=kind, base_url=BASE_URL)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        self._revisions[0] = answer.json["revision"]
        return answer

    def page_statements(self) -> dict[str, int]:
        """How many statements each page takes."""
        found = {}
        for name in self.pages:
            self.page(name)  # what is read once in the life of a process is read now
            found[name] = len(self.statements(partial(self.page, name)))
        return found

    # other sizes

    def add_centres(self, number: int) -> None:
        """More centres, each with a submitted scan of this year."""
        with self._app.app_context(), connected(), transaction():
            for place in range(number):
                self._add_year(
                    people.save_centre(f"CLB Extra {place}", "Overal", [1], True, None), self.year.start_year
                )

    def add_years(self, number: int) -> None:
        """More school years of the centre, before its first, each with a submitted scan."""
        with self._app.app_context(), connected(), transaction():
            first = Cycle.select(fn.MIN(Cycle.year)).where(Cycle.centre == self.centre).scalar()
            for back in range(1, number + 1):
                self._add_year(self.centre, first - back)

    def _add_year(self, centre: Centre, year: int) -> None:
        cycle = Cycle.create(centre=centre, year=year, opened_at=now())
        taken = Scan.create(cycle=cycle, instrument=self.scan.instrument_id, opened_at=now())
        submitted = Scan.select().where(Scan.submitted_at.is_null(False)).order_by(Scan.id).first()
        scan.submit_scan(centre, taken, result_of(submitted), 1)

    def leave_one_year(self) -> None:
        """Take the centre's earlier school years away: another centre gets them."""
        with self._app.app_context(), connected(), transaction():
            other = people.save_centre("CLB Elders", "Elders", [1], True, None)
            Cycle.update(centre=other).where(
                (Cycle.centre == self.centre) & (Cycle.year < self.year.start_year)
            ).execute()

    def close(self) -> None:
        """Let go of the database, so that its file is whole."""
        if not database.is_closed():
            database.close()


def _hidden(client: FlaskClient, path: str, name: str) -> str:
    """The value of a hidden field on a page."""
    text = client.get(path, base_url=BASE_URL).text
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text)
    assert found, f"{path} has no field {name}"
    return found[1]
