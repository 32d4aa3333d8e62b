"""From the clock's tick to the outbox: who gets what, once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default as modern
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from werkzeug.routing import BuildError

from core.audit import AuditEntry
from core.clock import tick_hour
from core.cycle import Evaluation, Goal
from core.dates import BRUSSELS
from core.db import database
from core.hookspecs import Deadline
from core.mail import OutboxMail, deliver
from core.people import Membership, Role, User
from core.steps import plan
from plugins.reminders import sending
from plugins.reminders.due import Rules
from plugins.reminders.models import ReminderSent
from plugins.reminders.sending import rules_of, save_rules, send_due
from tests.conftest import settings
from tests.world import World

START = date(2026, 4, 1)
DUE_ON = date(2026, 5, 20)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour, 5), BRUSSELS).astimezone(UTC)


@contextmanager
def on(day: date, hour: int = 9) -> Iterator[datetime]:
    with time_machine.travel(at(day, hour), tick=False):
        yield at(day, hour)


def planned(world: World, due_on: date = DUE_ON, owner: Role = Role.MEMBER) -> Evaluation:
    """A running goal of `owner`, with an evaluation; written on START."""
    with on(START):
        goal = world.add_goal(owner_id=world.people[owner].id)
        return world.add_evaluation(goal, due_on)


def tick(world: World, day: date, hour: int = 9) -> None:
    """What the clock does in `poolster serve` at an hour."""
    with on(day, hour) as moment:
        tick_hour(world.app, moment)


def subjects(to: User) -> list[str]:
    query = OutboxMail.select().where((OutboxMail.to == to.email) & (OutboxMail.template == "reminder"))
    return [mail.subject for mail in query.order_by(OutboxMail.id)]


def marks_sent() -> list[str]:
    return [row.mark for row in ReminderSent.select().order_by(ReminderSent.id)]


def run_days(world: World, first: date, last: date) -> None:
    for offset in range((last - first).days + 1):
        tick(world, first + timedelta(days=offset))


@pytest.mark.parametrize(
    ("offset", "start"),
    [
        (-14, "Over 14 dagen: evaluatie van “"),
        (-3, "Over 3 dagen: evaluatie van “"),
        (0, "Vandaag: evaluatie van “"),
        (7, "Te laat sinds 20 mei: evaluatie van “"),
        (28, "Te laat sinds 20 mei: evaluatie van “"),
    ],
)
def test_each_mark_is_mailed_on_its_day(world: World, offset: int, start: str) -> None:
    planned(world)
    tick(world, DUE_ON + timedelta(days=offset))
    (subject,) = subjects(world.people[Role.MEMBER])
    assert subject.startswith(start)
    assert "Elke leerling wordt gehoord" in subject


def test_from_planning_to_long_overdue_seven_mails_go(world: World) -> None:
    planned(world)
    run_days(world, DUE_ON - timedelta(days=20), DUE_ON + timedelta(days=45))
    assert marks_sent() == [
        "before-14",
        "before-3",
        "due",
        "overdue-1",
        "overdue-2",
        "overdue-3",
        "overdue-4",
    ]
    assert len(subjects(world.people[Role.MEMBER])) == 7


def test_the_day_in_between_sends_nothing(world: World) -> None:
    planned(world)
    tick(world, DUE_ON - timedelta(days=15))
    assert marks_sent() == []


def test_a_missed_night_is_caught_up_and_says_how_many_days_are_left(world: World) -> None:
    planned(world)
    tick(world, DUE_ON - timedelta(days=12))
    assert marks_sent() == ["before-14"]
    assert subjects(world.people[Role.MEMBER])[0].startswith("Over 12 dagen:")


def test_the_hours_of_one_day_send_one_mail(world: World) -> None:
    planned(world)
    for hour in range(6, 22):
        tick(world, DUE_ON, hour)
    assert len(subjects(world.people[Role.MEMBER])) == 1


@pytest.mark.parametrize("hour", [0, 3, 5, 22, 23])
def test_nothing_leaves_at_night(world: World, hour: int) -> None:
    planned(world)
    with on(DUE_ON, hour) as moment:
        assert send_due(world.centre, moment) == 0
    assert marks_sent() == []


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_the_days_the_clock_changes_each_reminder_goes_once(world: World, day: date) -> None:
    with on(day - timedelta(days=60)):
        goal = world.add_goal()
        world.add_evaluation(goal, day)
    midnight = datetime.combine(day - timedelta(days=1), time(12), UTC)
    for hour in range(48):  # every real hour, the doubled and the skipped one too
        moment = midnight + timedelta(hours=hour)
        with time_machine.travel(moment, tick=False):
            tick_hour(world.app, moment)
    assert marks_sent() == ["before-3", "due"]  # the day before caught up the mark of two days earlier


def test_two_ticks_that_race_send_one_mail(world: World) -> None:
    planned(world)
    start, errors = threading.Barrier(2), []
    counts: list[int] = []

    def race() -> None:
        try:
            with world.app.app_context(), database.connection_context():
                start.wait()
                counts.append(send_due(world.centre, at(DUE_ON)))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(counts) == [0, 1]
    assert len(subjects(world.people[Role.MEMBER])) == 1


def test_a_process_that_looked_before_another_sent_finds_the_mark_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(world)
    tick(world, DUE_ON)
    monkeypatch.setattr("plugins.reminders.sending.sent_marks", lambda *_: {})
    assert send_due(world.centre, at(DUE_ON)) == 0
    assert len(subjects(world.people[Role.MEMBER])) == 1


def test_a_mail_that_cannot_be_written_leaves_no_mark(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(world)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("plugins.reminders.sending.queue", fail)
    with pytest.raises(OSError, match="disk full"):
        send_due(world.centre, at(DUE_ON))
    assert marks_sent() == []


def test_a_deadline_without_a_page_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(world)
    broken = Deadline("gone:1", "Iets", "Zonder pagina", DUE_ON - timedelta(days=1), None, "gone.page", {})
    found = sending.deadlines_near(world.centre, DUE_ON, DUE_ON)
    monkeypatch.setattr(sending, "deadlines_near", lambda *_: [broken, *found])
    with pytest.raises(BuildError):
        send_due(world.centre, at(DUE_ON))
    assert marks_sent() == ["due"]


def test_a_moved_date_reminds_anew(world: World) -> None:
    evaluation = planned(world)
    tick(world, DUE_ON - timedelta(days=3))
    later = DUE_ON + timedelta(days=21)
    with on(DUE_ON - timedelta(days=3)):
        plan.move_evaluation(world.centre, evaluation, later, "Ziekte", world.coordinator.id)
    run_days(world, DUE_ON - timedelta(days=2), later)
    assert [(row.mark, row.due_on) for row in ReminderSent.select().order_by(ReminderSent.id)] == [
        ("before-3", DUE_ON),
        ("before-14", later),
        ("before-3", later),
        ("due", later),
    ]


def test_an_action_is_reminded_of_to_its_own_owner(world: World) -> None:
    with on(START):
        goal = world.add_goal()
        text = plan.ActionText("Scholen bellen", world.people[Role.STAFF].id, DUE_ON)
        plan.add_action(world.centre, goal, text, world.coordinator.id)
    tick(world, DUE_ON)
    assert subjects(world.people[Role.STAFF]) == ["Vandaag: actie “Scholen bellen”"]
    assert subjects(world.people[Role.MEMBER]) == []


def test_an_evaluation_that_was_recorded_asks_no_more(world: World) -> None:
    evaluation = planned(world)
    Evaluation.update(recorded_at=at(START)).where(Evaluation.id == evaluation.id).execute()
    tick(world, DUE_ON)
    assert marks_sent() == []


def test_owner_and_coordinators_are_mailed_and_nobody_else(world: World) -> None:
    second = world.add_person(Role.COORDINATOR, world.centre)
    planned(world)
    tick(world, DUE_ON)
    to = {mail.to for mail in OutboxMail.select().where(OutboxMail.template == "reminder")}
    assert to == {world.people[Role.MEMBER].email, world.coordinator.email, second.email}


def test_an_owner_who_coordinates_gets_one_mail(world: World) -> None:
    planned(world, owner=Role.COORDINATOR)
    tick(world, DUE_ON)
    assert len(subjects(world.coordinator)) == 1


def test_a_coordinator_with_a_second_role_gets_one_mail(world: World) -> None:
    Membership.create(user=world.coordinator, role=Role.DIRECTOR, centre=world.centre)
    planned(world)
    tick(world, DUE_ON)
    assert len(subjects(world.coordinator)) == 1


def test_inactive_people_and_people_who_left_the_centre_get_nothing(world: World) -> None:
    planned(world)
    User.update(active=False).where(User.id == world.coordinator.id).execute()
    Membership.delete().where(Membership.user == world.people[Role.MEMBER]).execute()
    tick(world, DUE_ON)
    assert OutboxMail.select().where(OutboxMail.template == "reminder").count() == 0


def test_whoever_joins_while_a_mark_lasts_still_gets_it(world: World) -> None:
    planned(world)
    User.update(active=False).where(
        User.id.in_([world.coordinator.id, world.people[Role.MEMBER].id])
    ).execute()
    tick(world, DUE_ON)
    new = world.add_person(Role.COORDINATOR, world.centre)
    tick(world, DUE_ON + timedelta(days=1))
    assert len(subjects(new)) == 1


def test_the_mail_leads_to_the_goal_and_says_who_owns_it(world: World) -> None:
    goal = planned(world).goal
    tick(world, DUE_ON)
    mails = {mail.to: mail.text for mail in OutboxMail.select().where(OutboxMail.template == "reminder")}
    link = f"http://localhost/centrum/{world.centre.slug}/doelen/{goal.id}"
    assert all(link in text for text in mails.values())
    assert "Jij bent de trekker." in mails[world.people[Role.MEMBER].email]
    assert f"De trekker is {world.people[Role.MEMBER].name}." in mails[world.coordinator.email]


def test_a_reminder_stands_in_the_trail(world: World) -> None:
    evaluation = planned(world)
    tick(world, DUE_ON)
    entry = AuditEntry.get(AuditEntry.verb == "reminder.sent")
    assert (entry.subject, entry.centre_id) == (f"evaluation:{evaluation.id}", world.centre.id)


def test_a_plugin_that_is_off_sends_nothing_and_does_not_catch_up_a_burst(world: World) -> None:
    planned(world)
    world.switch("reminders", False)
    run_days(world, DUE_ON - timedelta(days=14), DUE_ON + timedelta(days=8))
    assert marks_sent() == []
    world.switch("reminders", True)
    tick(world, DUE_ON + timedelta(days=9))
    assert marks_sent() == ["overdue-1"]


def test_a_centre_that_switched_its_reminders_off_gets_none(world: World) -> None:
    planned(world)
    save_rules(world.centre, Rules(enabled=False), 0, world.coordinator.id)
    tick(world, DUE_ON)
    assert marks_sent() == []


def test_a_centres_own_rules_replace_the_usual_ones(world: World) -> None:
    planned(world)
    save_rules(world.centre, Rules(True, (10,), False, True, 1), 0, world.coordinator.id)
    run_days(world, DUE_ON - timedelta(days=20), DUE_ON + timedelta(days=40))
    assert marks_sent() == ["before-10", "overdue-1"]
    assert rules_of(world.other) == (Rules(), 0)


def test_another_centres_goal_mails_nobody_here(world: World) -> None:
    with on(START):
        goal = world.add_goal(centre=world.other, owner_id=world.outsider.id)
        plan.plan_evaluation(world.other, goal, DUE_ON, world.outsider.id)
    tick(world, DUE_ON)
    assert subjects(world.coordinator) == []
    assert len(subjects(world.outsider)) == 1


def test_a_draft_goal_is_not_reminded_of(world: World) -> None:
    with on(START):
        goal = world.add_goal(running=False)
        world.add_evaluation(Goal.get_by_id(goal.id), DUE_ON)
    tick(world, DUE_ON)
    assert marks_sent() == []


class Inbox:
    """A mail server's side of SMTP: keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=modern)))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_reminder_arrives_over_real_smtp(world: World, tmp_path: Any) -> None:
    planned(world)
    with on(DUE_ON) as moment:
        send_due(world.centre, moment)
    OutboxMail.update(next_try_at=datetime(2020, 1, 1, tzinfo=UTC)).execute()
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        deliver(settings(tmp_path, "sqlite:///unused.db", mail_url=f"smtp://127.0.0.1:{server.port}"))
    finally:
        server.stop()
    arrived = {to: mail for (to,), mail in inbox.mails}
    mail = arrived[world.people[Role.MEMBER].email]
    assert mail["Subject"] == "Vandaag: evaluatie van “Elke leerling wordt gehoord”"
    assert "Jij bent de trekker." in mail.get_body(("plain",)).get_content()
    assert mail.get_body(("html",)).get_content().count("<a ") == 1
    assert set(arrived) == {world.people[Role.MEMBER].email, world.coordinator.email}
