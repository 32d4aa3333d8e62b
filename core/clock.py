"""The clock: APScheduler only ticks. What is done is in tables, so that any number of processes may tick.

A tick acts only if it could write its own row in `job_run`; the other processes find it taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from peewee import CharField

from core.config import Config
from core.dates import local, now
from core.db import BaseModel, MomentField, connected, transaction
from core.mail import deliver
from core.people import Centre
from core.plugins import tell

log = logging.getLogger(__name__)

FIRST_HOUR, LAST_HOUR = 6, 21  # local; clear of both nights on which the clock changes
KEPT = timedelta(days=30)


class JobRun(BaseModel):
    """A slot of a job that some process took: one row, one run."""

    job = CharField(max_length=40)
    slot = CharField(max_length=40)
    at = MomentField()

    class Meta:
        indexes = ((("job", "slot"), True),)


def claim(job: str, slot: str) -> bool:
    """Take a slot for this process; False where another took it first."""
    with transaction():
        taken = JobRun.insert(job=job, slot=slot, at=now()).on_conflict_ignore().as_rowcount().execute()
        return bool(taken)


def tick_mail(app: Flask) -> None:
    """Send what waits in the outbox."""
    with app.app_context(), connected():
        deliver(app.extensions["poolster.config"])


def tick_hour(app: Flask, moment: datetime | None = None) -> None:
    """Tell the plugins of each active centre that an hour passed, once per hour over all processes."""
    moment = moment or now()
    with app.app_context(), connected():
        if not claim("hour", local(moment).strftime("%Y-%m-%dT%H%z")):
            return
        # read to the end first: a query still open keeps SQLite from writing once someone else has written
        for centre in list(Centre.select().where(Centre.active).order_by(Centre.id)):
            tell("time_passed", centre, moment=moment)
        with transaction():
            JobRun.delete().where(JobRun.at < moment - KEPT).execute()


def start(app: Flask) -> Callable[[], None]:
    """Start ticking in the background; returns what stops it."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone="Europe/Brussels",
        job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1},
    )
    config: Config = app.extensions["poolster.config"]
    seconds = 5 if config.demo else 20
    scheduler.add_job(tick_mail, "interval", seconds=seconds, args=[app], next_run_time=local(now()))
    scheduler.add_job(tick_hour, "cron", hour=f"{FIRST_HOUR}-{LAST_HOUR}", minute=5, args=[app])
    scheduler.start()
    return lambda: scheduler.shutdown(wait=False)
