"""Which reminder is due when: plain functions on days. Nothing here reads a clock, a table or a mailbox.

A deadline has marks: so many days before, the day itself, weekly while it is overdue. A mark lasts from
its day until the next mark's, so a night on which nothing ran loses nothing; only the last mark that was
reached counts, so a deadline never brings a burst of old ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.hookspecs import Deadline
from core.steps import Refused

WEEK = timedelta(days=7)
MOST_BEFORE = 5  # reminders ahead of one deadline
FARTHEST = 90  # days ahead
MOST_OVERDUE = 12  # weeks

DUE = "due"


@dataclass(frozen=True)
class Rules:
    """When a centre wants to be reminded. The defaults are the usual rules."""

    enabled: bool = True
    days_before: tuple[int, ...] = (14, 3)
    on_the_day: bool = True
    weekly: bool = True
    most_overdue: int = 4

    @property
    def reach(self) -> timedelta:
        """How far ahead of a deadline its first mark lies."""
        return timedelta(days=max(self.days_before, default=0))


@dataclass(frozen=True, order=True)
class Mark:
    """A day on which a deadline asks for a reminder; `name` is "before-14", "due" or "overdue-1"."""

    on: date
    name: str


@dataclass(frozen=True)
class Coming:
    """A reminder still to be sent: the mark, and what it is about."""

    mark: Mark
    deadline: Deadline


def marks(due_on: date, rules: Rules) -> list[Mark]:
    """All marks of a deadline, in order of day."""
    found = [Mark(due_on - timedelta(days=days), f"before-{days}") for days in set(rules.days_before)]
    if rules.on_the_day:
        found.append(Mark(due_on, DUE))
    if rules.weekly:
        found += [Mark(due_on + week * WEEK, f"overdue-{week}") for week in range(1, rules.most_overdue + 1)]
    return sorted(found)


def mark_reached(due_on: date, rules: Rules, day: date) -> Mark | None:
    """The mark that counts on `day`: the last one reached. The very last one lapses after a week."""
    reached = [mark for mark in marks(due_on, rules) if mark.on <= day] if rules.enabled else []
    if not reached or day >= max(reached[-1].on, due_on) + WEEK:
        return None
    return reached[-1]


def mark_to_send(due_on: date, rules: Rules, sent: Collection[str], day: date) -> Mark | None:
    """The mark that has to be mailed on `day`; `sent` names those mailed already for this date."""
    mark = mark_reached(due_on, rules, day)
    return mark if mark and mark.name not in sent else None


Sent = dict[tuple[str, date], set[str]]  # names of marks, by a deadline's key and date


def to_send(deadlines: Iterable[Deadline], rules: Rules, sent: Sent, day: date) -> list[Coming]:
    """What has to be mailed on `day`, soonest date first."""
    found = [
        Coming(mark, deadline)
        for deadline in deadlines
        if (mark := mark_to_send(deadline.due_on, rules, sent.get((deadline.key, deadline.due_on), ()), day))
    ]
    return sorted(found, key=lambda it: (it.deadline.due_on, it.deadline.key))


def upcoming(
    deadlines: Sequence[Deadline], rules: Rules, sent: Sent, day: date, horizon: int
) -> list[Coming]:
    """What will be mailed from `day` until `horizon` days later if nothing changes, soonest first.

    A mark that was reached and not mailed yet counts as coming on `day` itself. Of what is not late yet,
    the marks for being late are left out: nobody plans those.
    """
    if not rules.enabled:
        return []
    waiting = to_send(deadlines, rules, sent, day)
    last = day + timedelta(days=horizon)
    found = [Coming(Mark(day, it.mark.name), it.deadline) for it in waiting]
    found += [
        Coming(mark, deadline)
        for deadline in deadlines
        for mark in marks(deadline.due_on, rules)
        if day < mark.on <= last and (mark.on <= deadline.due_on or deadline.due_on < day)
    ]
    return sorted(found, key=lambda it: (it.mark.on, it.deadline.due_on, it.deadline.key))


def mark_label(name: str) -> str:
    """A mark in Dutch, as in "14 dagen vooraf"."""
    kind, _, number = name.partition("-")
    if kind == "before":
        return "1 dag vooraf" if number == "1" else f"{number} dagen vooraf"
    if kind == "overdue":
        return "1 week te laat" if number == "1" else f"{number} weken te laat"
    return "op de dag zelf"


def read_rules(enabled: bool, days_before: str, on_the_day: bool, weekly: bool, most_overdue: str) -> Rules:
    """Rules as people type them. Raises Refused with a sentence at each field that is wrong."""
    wrong: list[tuple[str, str]] = []
    days: tuple[int, ...] = ()
    most = 0
    try:
        days = read_days(days_before)
    except ValueError as error:
        wrong.append(("days_before", str(error)))
    try:
        most = _number(most_overdue)
    except ValueError:
        most = -1
    if not 0 <= most <= MOST_OVERDUE:
        wrong.append(("most_overdue", f"Vul een geheel getal in van 0 tot {MOST_OVERDUE}."))
    if wrong:
        raise Refused(messages=wrong)
    return Rules(enabled, days, on_the_day, weekly, most)


def read_days(text: str) -> tuple[int, ...]:
    """Days as in "14, 3", the farthest first. Raises ValueError with a Dutch sentence."""
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    try:
        days = {_number(part) for part in parts}
    except ValueError as error:
        raise ValueError("Schrijf hele getallen met een komma ertussen, zoals 14, 3.") from error
    if any(not 1 <= number <= FARTHEST for number in days):
        raise ValueError(f"Kies getallen van 1 tot {FARTHEST}.")
    if len(days) > MOST_BEFORE:
        raise ValueError(f"Kies hoogstens {MOST_BEFORE} momenten vooraf.")
    return tuple(sorted(days, reverse=True))


def _number(text: str) -> int:
    text = text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise ValueError(text)
    return int(text)
