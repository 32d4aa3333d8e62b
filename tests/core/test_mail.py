"""The outbox and a real mail server: sent once, kept while the server is away, given up visibly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from core import mail
from core.config import Config
from core.db import connected, database, transaction
from core.mail import FAILED, KEPT, PAUSES, SENT, WAITING, OutboxMail, deliver, queue
from core.people import Role
from core.steps import account
from core.steps import people as office
from tests.world import World

START = datetime(2026, 5, 4, 8, tzinfo=UTC)


@dataclass
class Inbox:
    """What a mail server took in; `answers` are what it says to the next mails, then it takes all."""

    answers: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    offered: list[Message] = field(default_factory=list)
    url: str = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content)
        message.add_header("X-Rcpt", ",".join(envelope.rcpt_tos))
        self.offered.append(message)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.messages.append(message)
        return answer


@contextmanager
def server(inbox: Inbox, **options: Any) -> Iterator[Inbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    inbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield inbox
    finally:
        controller.stop()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with server(Inbox()) as running:
        yield running


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def to(config: Config, url: str) -> Config:
    return replace(config, mail_url=url)


def put(**changes: Any) -> OutboxMail:
    values = {
        "to": "an@test.test",
        "template": "reset",
        "link": "http://localhost/x",
        "name": "An",
        **changes,
    }
    with transaction():
        return queue(values.pop("to"), values.pop("template"), **values)


def stored(row: OutboxMail) -> OutboxMail:
    return OutboxMail.get_by_id(row.id)


def test_a_mail_arrives_as_text_and_html_from_the_platform(
    world: World, config: Config, inbox: Inbox
) -> None:
    row = put()
    settings = replace(
        to(config, inbox.url), mail_from="Poolster <post@poolster.be>", reply_to="poc@poolster.be"
    )
    assert deliver(settings) == 1
    (message,) = inbox.messages
    assert (message["To"], message["From"], message["Reply-To"]) == (
        "an@test.test",
        "Poolster <post@poolster.be>",
        "poc@poolster.be",
    )
    assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]
    assert message["Message-ID"] == row.message_id
    assert stored(row).state == SENT


@pytest.mark.sqlite_only
@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")  # the test's server, on this machine only
def test_a_server_that_asks_a_password_gets_the_one_in_the_address(world: World, config: Config) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    with server(Inbox(), authenticator=check, auth_required=True, auth_require_tls=False) as inbox:
        put()
        address = inbox.url.replace("smtp://", "smtp://post%40poolster.be:ge%3Aheim%2F@")
        assert deliver(to(config, address)) == 1
    assert seen == [(b"post@poolster.be", b"ge:heim/")]


def test_a_mail_that_is_sent_is_not_sent_again(world: World, config: Config, inbox: Inbox) -> None:
    put()
    assert [deliver(to(config, inbox.url)) for _ in range(3)] == [1, 0, 0]
    assert len(inbox.messages) == 1


def test_a_server_that_is_busy_gets_the_same_mail_later(
    world: World, config: Config, inbox: Inbox, clock: time_machine.Coordinates
) -> None:
    inbox.answers = ["451 later"]
    row = put()
    assert deliver(to(config, inbox.url)) == 0
    assert stored(row).state == WAITING
    assert "later" in stored(row).error
    assert deliver(to(config, inbox.url)) == 0, "before the pause is over it waits"
    clock.move_to(START + PAUSES[0])
    assert deliver(to(config, inbox.url)) == 1
    assert [message["Message-ID"] for message in inbox.offered] == [row.message_id] * 2
    assert (stored(row).state, stored(row).error) == (SENT, "")


def test_a_server_that_is_down_is_tried_with_growing_pauses_and_then_given_up_in_sight(
    world: World, config: Config, clock: time_machine.Coordinates
) -> None:
    row, nowhere, pauses = put(), to(config, "smtp://127.0.0.1:9"), []
    for _ in range(len(PAUSES)):
        deliver(nowhere)
        waiting = stored(row)
        assert waiting.state == WAITING
        pauses.append(waiting.next_try_at - datetime.now(UTC))
        clock.move_to(waiting.next_try_at)
    assert pauses == list(PAUSES) == sorted(pauses)
    deliver(nowhere)
    assert stored(row).state == FAILED
    assert stored(row).error
    assert deliver(nowhere) == 0
    page = world.client(Role.NETWORK_ADMIN).get("/beheer/mails").text
    assert row.to in page
    assert "Mislukt" in page


def test_a_mail_given_up_is_sent_after_all_when_the_office_asks(
    world: World, config: Config, inbox: Inbox, clock: time_machine.Coordinates
) -> None:
    row = put()
    OutboxMail.update(state=FAILED, attempts=7).where(OutboxMail.id == row.id).execute()
    office.send_again(stored(row), world.people[Role.NETWORK_ADMIN].id)
    assert deliver(to(config, inbox.url)) == 1


def test_a_refused_address_does_not_hold_up_the_others(world: World, config: Config, inbox: Inbox) -> None:
    inbox.answers = ["550 nobody here"]
    first, second = put(to="niemand@test.test"), put(to="iemand@test.test")
    assert deliver(to(config, inbox.url)) == 1
    assert (stored(first).state, stored(second).state) == (WAITING, SENT)


@pytest.mark.parametrize("address", ["a@test.test\nBcc: b@test.test", ""])
def test_a_mail_that_cannot_be_put_in_words_does_not_hold_up_the_others(
    world: World, config: Config, inbox: Inbox, address: str
) -> None:
    first, second = put(to=address), put(to="iemand@test.test")
    assert deliver(to(config, inbox.url)) == 1
    assert (stored(first).state, stored(second).state) == (WAITING, SENT)
    assert stored(first).error
    assert [message["X-Rcpt"] for message in inbox.messages] == ["iemand@test.test"]


def test_two_deliverers_at_once_send_one_mail(world: World, config: Config, inbox: Inbox) -> None:
    for number in range(5):
        put(to=f"an{number}@test.test")
    gate, sent = threading.Barrier(3), []

    def work() -> None:
        with connected():
            gate.wait(timeout=20)
            sent.append(deliver(to(config, inbox.url)))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(sent) == 5
    assert len({message["To"] for message in inbox.messages}) == len(inbox.messages) == 5


def test_a_mail_whose_sender_died_is_tried_again_when_its_claim_runs_out(
    world: World, config: Config, inbox: Inbox, clock: time_machine.Coordinates
) -> None:
    row = put()
    assert mail._claim(row.id) is not None  # and then that process was killed
    assert deliver(to(config, inbox.url)) == 0
    clock.move_to(START + mail.CLAIM_LASTS + timedelta(seconds=1))
    assert deliver(to(config, inbox.url)) == 1
    assert inbox.messages[0]["Message-ID"] == row.message_id


@pytest.mark.parametrize(
    "name", ["An\r\nBcc: x@test.test", "An\nSubject: Anders", "{{ 7 * 7 }}", "<b>An</b>"]
)
def test_a_name_is_a_name_in_a_mail_whatever_it_holds(
    world: World, config: Config, inbox: Inbox, name: str
) -> None:
    put(template="role_given", name=name, where=name, role=name)
    assert deliver(to(config, inbox.url)) == 1
    (message,) = inbox.messages
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    assert message["X-Rcpt"] == "an@test.test"
    text, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    assert "49" not in text
    assert "<b>" not in html


def test_a_demo_keeps_its_mails(world: World, config: Config) -> None:
    row = put()
    deliver(to(config, "mailbox:"))
    assert stored(row).state == KEPT


def test_links_in_mails_come_from_the_configured_address(world: World, config: Config) -> None:
    world.app.extensions["poolster.config"] = replace(config, base_url="https://poolster.voorbeeld.be")
    with world.app.test_request_context(base_url="http://kwaad.test"):
        account.ask_reset(world.coordinator.email)
    world.submit()
    for row in OutboxMail.select():
        assert "https://poolster.voorbeeld.be/" in row.text
        assert "kwaad" not in row.text + row.html
        assert "http://localhost" not in row.text + row.html


def test_a_foreign_host_asks_for_nothing(world: World) -> None:
    answer = world.app.test_client().post(
        "/wachtwoord-vergeten", data={"email": world.coordinator.email}, base_url="http://kwaad.test"
    )
    assert answer.status_code == 400
    assert not OutboxMail.select().exists()


def test_a_mail_goes_with_its_cause(world: World) -> None:
    with database.atomic() as cause:
        put()
        cause.rollback()
    assert not OutboxMail.select().exists()
