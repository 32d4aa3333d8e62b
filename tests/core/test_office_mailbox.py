"""The demo's mailbox: there in a demo only, readable by anyone, with links that can be clicked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import create_app
from core.config import Config
from core.db import database
from core.mail import deliver, queue
from tests.conftest import _disconnect, settings
from tests.world import World


@pytest.fixture
def demo(tmp_path: Any, database_url: str) -> Iterator[Any]:
    app = create_app(settings(tmp_path, database_url, demo=True))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        database.connect(reuse_if_open=True)
        yield app
    _disconnect()


def keep(app: Any, **values: str) -> None:
    queue("an@clb.test", "reset", link="http://localhost/wachtwoord/x", name=values.get("name", "An"))
    config: Config = app.extensions["poolster.config"]
    deliver(config)


def test_there_is_no_mailbox_outside_a_demo(world: World) -> None:
    assert world.app.test_client().get("/demo/mailbox").status_code == 404


def test_anyone_reads_the_mails_of_a_demo_and_follows_their_links(demo: Any) -> None:
    keep(demo)
    client = demo.test_client()
    listed = client.get("/demo/mailbox").text
    assert "Een nieuw wachtwoord voor Poolster" in listed
    mail = client.get("/demo/mailbox/1").text
    assert '<a href="http://localhost/wachtwoord/x">' in mail


def test_only_links_to_this_site_can_be_clicked_and_a_script_is_text(demo: Any) -> None:
    keep(demo, name="http://evil.test/x <script>alert(1)</script> http://localhost.evil.test/")
    page = demo.test_client().get("/demo/mailbox/1").text
    assert 'href="http://evil.test' not in page
    assert 'href="http://localhost.evil' not in page
    assert "<script>alert" not in page


def test_a_mail_that_still_waits_is_announced_and_cannot_be_opened_yet(demo: Any) -> None:
    queue("an@clb.test", "reset", name="An")
    client = demo.test_client()
    assert "nog één mail onderweg" in client.get("/demo/mailbox").text
    assert client.get("/demo/mailbox/1").status_code == 404


def test_the_log_in_page_of_a_demo_lists_who_you_can_be(demo: Any) -> None:
    page = demo.test_client().get("/aanmelden").text
    assert "coordinator@demo.test" in page
    assert "poolster-demo" in page


def test_the_log_in_page_of_a_real_installation_lists_nobody(world: World) -> None:
    assert "demo.test" not in world.app.test_client().get("/aanmelden").text
