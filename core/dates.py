"""Dates as a centre counts them: the clock, the local calendar and the school year.

Moments are aware datetimes in UTC; days are dates in Europe/Brussels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
FIRST_MONTH = 9  # a school year runs from 1 September to 31 August
EARLIEST, LATEST = 2000, 2099


_seen_from: ContextVar[datetime | None] = ContextVar("seen_from", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _seen_from.get() or datetime.now(UTC)


@contextmanager
def seen_from(moment: datetime) -> Iterator[None]:
    """Do what is inside as if it were `moment` (aware): how the demo gets a past through the real steps."""
    token = _seen_from.set(moment)
    try:
        yield
    finally:
        _seen_from.reset(token)


def today() -> date:
    """The present day in Brussels."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """An aware moment on the Brussels clock."""
    return moment.astimezone(BRUSSELS)


@dataclass(frozen=True, order=True)
class SchoolYear:
    """A school year, named by the calendar year in which it starts: 2025 is "2025-2026"."""

    start_year: int

    def __str__(self) -> str:
        return f"{self.start_year}-{self.start_year + 1}"

    @property
    def first_day(self) -> date:
        return date(self.start_year, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        return date(self.start_year + 1, FIRST_MONTH - 1, 31)

    @property
    def next(self) -> SchoolYear:
        return SchoolYear(self.start_year + 1)

    @property
    def previous(self) -> SchoolYear:
        return SchoolYear(self.start_year - 1)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    @classmethod
    def of(cls, day: date) -> SchoolYear:
        """The school year that holds `day`."""
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @classmethod
    def parse(cls, text: str) -> SchoolYear:
        """Read "2025-2026". Raises ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{4})", text, flags=re.ASCII)
        if not match or int(match[2]) != int(match[1]) + 1 or not EARLIEST <= int(match[1]) <= LATEST:
            raise ValueError(f"not a school year: {text!r}")
        return cls(int(match[1]))


def day_label(day: date) -> str:
    """A day written out, as in "1 september 2026"."""
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale="nl_BE")


def moment_label(moment: datetime) -> str:
    """A moment on the Brussels clock, as in "1 september 2026 om 14:02"."""
    at = local(moment)
    return f"{day_label(at.date())} om {at:%H:%M}"


def near_label(day: date, seen_from: date | None = None) -> str:
    """A day as seen from today: near days in words, with the date."""
    distance = (day - (seen_from or today())).days
    if abs(distance) > 31:
        return day_label(day)
    if distance in NEAR:
        return f"{NEAR[distance]} ({day_label(day)})"
    words = f"over {distance} dagen" if distance > 0 else f"{-distance} dagen geleden"
    return f"{words} ({day_label(day)})"


NEAR = {-1: "gisteren", 0: "vandaag", 1: "morgen"}
