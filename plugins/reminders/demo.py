"""Reminders that the demo's centres would have had by now."""

from __future__ import annotations

from datetime import datetime, time

from core.cycle import NAME_LIMIT
from core.dates import BRUSSELS, today
from core.people import Centre
from plugins.reminders.due import Rules, marks
from plugins.reminders.models import KIND_LIMIT, ReminderSent
from plugins.reminders.sending import FIRST_HOUR, deadlines_near, people_of

TICK = time(FIRST_HOUR, 5)


def fill(centre: Centre) -> None:
    """Write down every mark before today as sent on its day; today's are left to the clock."""
    day, rules, people = today(), Rules(), people_of(centre)
    for deadline in deadlines_near(centre, day, day + rules.reach):
        to = ",".join(str(user.id) for user in people.to_remind(deadline))
        for mark in marks(deadline.due_on, rules):
            if mark.on < day and to:
                ReminderSent.create(
                    centre=centre,
                    key=deadline.key,
                    mark=mark.name,
                    due_on=deadline.due_on,
                    kind=deadline.kind[:KIND_LIMIT],
                    title=deadline.title[:NAME_LIMIT],
                    local_day=mark.on,
                    sent_to=to,
                    at=datetime.combine(mark.on, TICK, tzinfo=BRUSSELS),
                )
