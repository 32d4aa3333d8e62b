"""The clock: every hour told once, whoever ticks, also on the nights on which the clocks change."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from apscheduler.schedulers.background import BackgroundScheduler

from core import clock
from core.clock import JobRun, tick_hour, tick_mail
from core.dates import BRUSSELS
from core.db import connected, database
from core.hookspecs import hookimpl
from core.mail import KEPT, OutboxMail, queue
from core.people import Centre
from core.plugins import PluginFault, registry
from tests.core.test_plugins_gate import Raising, Spy
from tests.world import World

MOMENT = datetime(2026, 5, 4, 8, 5, tzinfo=UTC)
NIGHTS = {"spring": datetime(2026, 3, 28, 20, tzinfo=UTC), "autumn": datetime(2026, 10, 24, 20, tzinfo=UTC)}


@pytest.fixture
def spy(world: World) -> Spy:
    plugin = Spy("spy")
    registry().register("spy", plugin)
    return plugin


def test_an_hour_is_told_once_to_every_active_centre(world: World, spy: Spy) -> None:
    Centre.update(active=False).where(Centre.id == world.other.id).execute()
    for minutes in (0, 10, 50):
        tick_hour(world.app, MOMENT + timedelta(minutes=minutes))
    assert spy.told == [(world.centre.name, MOMENT)]


def test_an_hour_is_told_once_whatever_the_number_of_processes(world: World, spy: Spy) -> None:
    gate = threading.Barrier(4)

    def work() -> None:
        with connected():
            gate.wait(timeout=20)
            for hour in range(3):
                tick_hour(world.app, MOMENT + timedelta(hours=hour))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    expected = [(c.name, MOMENT + timedelta(hours=h)) for c in (world.centre, world.other) for h in range(3)]
    assert sorted(spy.told) == sorted(expected)


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS.keys())
def test_every_hour_of_a_night_on_which_the_clock_changes_is_told_once(
    world: World, spy: Spy, night: datetime
) -> None:
    hours = [night + timedelta(hours=hour) for hour in range(16)]
    for hour in [*hours, *reversed(hours)]:  # and once more, with the clock set back
        tick_hour(world.app, hour)
    assert sorted({moment for _, moment in spy.told}) == hours
    assert len(spy.told) == 2 * len(hours)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS.keys())
def test_the_scheduler_ticks_the_same_hours_on_a_day_on_which_the_clock_changes(
    world: World, monkeypatch: pytest.MonkeyPatch, night: datetime
) -> None:
    started: list[BackgroundScheduler] = []
    monkeypatch.setattr(BackgroundScheduler, "start", lambda self: started.append(self))
    clock.start(world.app)
    trigger = next(job.trigger for job in started[0].get_jobs() if job.func is tick_hour)
    day = (night + timedelta(days=1)).astimezone(BRUSSELS).date()
    moment: Any = datetime(day.year, day.month, day.day, tzinfo=BRUSSELS)
    fired = []
    while (moment := trigger.get_next_fire_time(None, moment)) and moment.date() == day:
        fired.append(moment)
        moment += timedelta(seconds=1)
    assert [at.hour for at in fired] == list(range(clock.FIRST_HOUR, clock.LAST_HOUR + 1))


def test_a_plugin_that_fails_is_named_and_stops_neither_the_others_nor_the_clock(world: World) -> None:
    registry().register("aa_broken", Raising("aa_broken"))
    spy = Spy("zz_whole")
    registry().register("zz_whole", spy)
    tick_hour(world.app, MOMENT)
    tick_hour(world.app, MOMENT + timedelta(hours=1))
    assert len(spy.told) == 4
    fault = PluginFault.get(PluginFault.plugin == "aa_broken")
    assert (fault.hook, fault.times) == ("time_passed", 4)


def test_a_plugin_that_is_off_for_a_centre_hears_no_clock_there(world: World, spy: Spy) -> None:
    world.switch("spy", False)
    tick_hour(world.app, MOMENT)
    assert spy.told == [(world.other.name, MOMENT)]


def test_old_slots_are_forgotten_and_recent_ones_kept(world: World) -> None:
    with time_machine.travel(MOMENT - clock.KEPT - timedelta(days=1), tick=False):
        tick_hour(world.app)
    with time_machine.travel(MOMENT, tick=False):
        tick_hour(world.app)
        tick_hour(world.app)
    assert JobRun.select().count() == 1


def test_the_mail_tick_sends_what_waits_and_leaves_no_connection_behind(world: World) -> None:
    queue("an@test.test", "reset", link="http://localhost/x", name="An")
    closed: list[bool] = []

    def work() -> None:
        tick_mail(world.app)
        closed.append(database.is_closed())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(timeout=30)
    assert OutboxMail.get().state == KEPT
    assert closed == [True]


@pytest.mark.sqlite_only
def test_a_save_elsewhere_does_not_keep_the_next_centre_from_writing(world: World, database_url: str) -> None:
    """An open query holds SQLite to what it saw at its start; a write after someone else's would be refused."""

    class Writing(Spy):
        @hookimpl
        def time_passed(self, centre: Centre, moment: datetime) -> None:
            with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as elsewhere, elsewhere:
                elsewhere.execute("UPDATE centre SET place = place || 'x'")
            queue("a@test.test", "reset", name="A")
            super().time_passed(centre, moment)

    registry().register("spy", plugin := Writing("spy"))
    tick_hour(world.app, MOMENT)
    assert len(plugin.told) == 2
    assert not PluginFault.select().exists()
