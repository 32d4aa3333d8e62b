"""From a mark to a mail: the rules of a centre, what was sent already, who gets it, and the sending itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.audit import record
from core.cycle import NAME_LIMIT
from core.dates import day_label, local, now
from core.db import transaction, tuples
from core.hookspecs import Deadline
from core.mail import absolute_link, queue
from core.people import CENTRE_ROLES, Centre, Membership, Role, User
from core.plugins import ask
from core.steps import Stale
from plugins.reminders.due import MOST_OVERDUE, Coming, Rules, Sent, to_send
from plugins.reminders.models import KIND_LIMIT, ReminderRule, ReminderSent

log = logging.getLogger(__name__)

FIRST_HOUR, LAST_HOUR = 6, 21  # local; clear of both nights on which the clock changes
REMEMBERED = timedelta(weeks=MOST_OVERDUE + 1)  # no mark lies farther behind its deadline


@dataclass(frozen=True)
class People:
    """The active people of a centre, by key, and which of them coordinate."""

    users: dict[int, User]
    coordinators: frozenset[int]

    def to_remind(self, deadline: Deadline) -> list[User]:
        """The owner, then the coordinators; each once, and only people of this centre."""
        ids = [deadline.owner_id, *sorted(self.coordinators)]
        return [self.users[key] for key in dict.fromkeys(ids) if key is not None and key in self.users]


def people_of(centre: Centre) -> People:
    """Who can be reminded in a centre; one query."""
    query = (
        User.select(User.id, User.name, User.email, Membership.role)
        .join(Membership)
        .where((Membership.centre == centre.id) & Membership.role.in_([*CENTRE_ROLES]) & User.active)
    )
    users: dict[int, User] = {}
    coordinators: set[int] = set()
    for user_id, name, email, role in tuples(query):
        users[user_id] = User(id=user_id, name=name, email=email)
        if role == Role.COORDINATOR:
            coordinators.add(user_id)
    return People(users, frozenset(coordinators))


def rules_of(centre: Centre) -> tuple[Rules, int]:
    """The rules of a centre with their revision; the usual ones, at revision 0, where it never chose."""
    row = ReminderRule.get_or_none(ReminderRule.centre == centre.id)
    if row is None:
        return Rules(), 0
    days = tuple(int(part) for part in row.days_before.split(",") if part)
    return Rules(row.enabled, days, row.on_the_day, row.weekly, row.most_overdue), row.revision


def save_rules(centre: Centre, rules: Rules, revision: int, actor_id: int) -> None:
    """Keep the rules of a centre. Raises Stale, with the rules that stand now, where someone else was first."""
    values: dict[str, Any] = {
        "enabled": rules.enabled,
        "days_before": ",".join(map(str, rules.days_before)),
        "on_the_day": rules.on_the_day,
        "weekly": rules.weekly,
        "most_overdue": rules.most_overdue,
    }
    with transaction():
        if revision == 0:
            kept = (
                ReminderRule.insert(centre=centre.id, **values).on_conflict_ignore().as_rowcount().execute()
            )
        else:
            kept = (
                ReminderRule.update(revision=ReminderRule.revision + 1, **values)
                .where((ReminderRule.centre == centre.id) & (ReminderRule.revision == revision))
                .execute()
            )
        if not kept:
            raise Stale(rules_of(centre)[0])
        record("reminders.ruled", user_id=actor_id, centre_id=centre.id, **values)


def deadlines_near(centre: Centre, day: date, until: date) -> list[Deadline]:
    """What is due up to `until`, from core and from every plugin that is on; not what is overdue past all marks."""
    found: list[Deadline] = ask("deadlines", centre, until=until)
    return [deadline for deadline in found if deadline.due_on >= day - REMEMBERED]


def sent_marks(centre: Centre, deadlines: Iterable[Deadline]) -> Sent:
    """Which marks of these deadlines were mailed, by key and date; one query."""
    first = min((deadline.due_on for deadline in deadlines), default=None)
    if first is None:
        return {}
    query = ReminderSent.select(ReminderSent.key, ReminderSent.due_on, ReminderSent.mark)
    query = query.where((ReminderSent.centre == centre.id) & (ReminderSent.due_on >= first))
    found: Sent = {}
    for key, due_on, mark in tuples(query):
        found.setdefault((key, due_on), set()).add(mark)
    return found


def send_due(centre: Centre, moment: datetime) -> int:
    """Put every reminder that is due in the outbox, once over all processes. Returns how many."""
    clock = local(moment)
    if not FIRST_HOUR <= clock.hour <= LAST_HOUR:
        return 0
    day = clock.date()
    rules, _ = rules_of(centre)
    if not rules.enabled:
        return 0
    deadlines = deadlines_near(centre, day, day + rules.reach)
    waiting = to_send(deadlines, rules, sent_marks(centre, deadlines), day)
    people = people_of(centre) if waiting else None
    return _send_each(centre, people, waiting, day) if people else 0


def _send_each(centre: Centre, people: People, waiting: Sequence[Coming], day: date) -> int:
    """Send all of them; one that fails holds up none of the others, and is raised at the end."""
    count, failed = 0, None
    for coming in waiting:
        try:
            count += _send(centre, people, coming, day)
        except Exception as error:  # another plugin's deadline may hold anything
            log.exception("reminder %s of %s not sent", coming.mark.name, coming.deadline.key)
            failed = error
    if failed:
        raise failed
    return count


def _send(centre: Centre, people: People, coming: Coming, day: date) -> bool:
    """Write the reminder and its mails together, or neither; False where it went already or nobody is there."""
    deadline, to = coming.deadline, people.to_remind(coming.deadline)
    if not to:
        return False  # not written down: whoever joins while the mark lasts still gets it
    link = absolute_link(deadline.endpoint, **deadline.values)
    owner = people.users.get(deadline.owner_id or 0)
    with transaction():
        if not _claimed(centre, coming, day, to):
            return False
        for user in to:
            queue(
                user.email,
                "reminder",
                link=link,
                centre_id=centre.id,
                name=user.name,
                centre=centre.name,
                kind=deadline.kind,
                title=deadline.title,
                days=(deadline.due_on - day).days,
                day=day_label(deadline.due_on),
                short_day=short_day(deadline.due_on, day),
                owner=owner.name if owner else "",
                mine=user.id == deadline.owner_id,
            )
        record(
            "reminder.sent",
            centre_id=centre.id,
            subject=deadline.key,
            mark=coming.mark.name,
            due_on=str(deadline.due_on),
            to=[user.id for user in to],
        )
    return True


def _claimed(centre: Centre, coming: Coming, day: date, to: Sequence[User]) -> bool:
    deadline = coming.deadline
    row = ReminderSent.insert(
        centre=centre.id,
        key=deadline.key,
        mark=coming.mark.name,
        due_on=deadline.due_on,
        kind=deadline.kind[:KIND_LIMIT],
        title=deadline.title[:NAME_LIMIT],
        local_day=day,
        sent_to=",".join(str(user.id) for user in to),
        at=now(),
    )
    return bool(row.on_conflict_ignore().as_rowcount().execute())


def short_day(day: date, seen_from: date) -> str:
    """A day for a subject: "3 mei", with the year only where it is another one."""
    if day.year != seen_from.year:
        return day_label(day)
    from babel.dates import format_date

    return format_date(day, "d MMMM", locale="nl_BE")


def sent_lately(centre: Centre, most: int) -> list[tuple[ReminderSent, list[str]]]:
    """The last reminders of a centre, newest first, with the names of who got them; two queries."""
    query = ReminderSent.select().where(ReminderSent.centre == centre.id)
    rows = list(query.order_by(ReminderSent.at.desc(), ReminderSent.id.desc()).limit(most))
    ids = {int(key) for row in rows for key in row.sent_to.split(",") if key}
    users = User.select(User.id, User.name).where(User.id.in_(ids))
    names: dict[int, str] = dict(row for row in tuples(users)) if ids else {}
    return [
        (row, [names[int(key)] for key in row.sent_to.split(",") if key and int(key) in names])
        for row in rows
    ]
