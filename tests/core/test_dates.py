"""School years, the local calendar and days in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from core.dates import SchoolYear, local, moment_label, near_label, now, seen_from, today


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2025, 8, 31), 2024),
        (date(2025, 9, 1), 2025),
        (date(2026, 1, 1), 2025),
        (date(2026, 8, 31), 2025),
    ],
)
def test_a_school_year_runs_from_september_to_august(day: date, year: int) -> None:
    assert SchoolYear.of(day) == SchoolYear(year)


def test_a_school_year_holds_its_first_and_last_day_and_no_others() -> None:
    year = SchoolYear(2025)
    assert year.first_day in year
    assert year.last_day in year
    assert date(2025, 8, 31) not in year
    assert date(2026, 9, 1) not in year


def test_school_years_follow_and_sort() -> None:
    year = SchoolYear(2025)
    assert (str(year), str(year.next), str(year.previous)) == ("2025-2026", "2026-2027", "2024-2025")
    assert sorted([year.next, year.previous, year]) == [year.previous, year, year.next]


def test_a_school_year_reads_back_what_it_writes() -> None:
    assert SchoolYear.parse(str(SchoolYear(2031))) == SchoolYear(2031)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025",
        "2025-2025",
        "2025-2027",
        "2026-2025",
        "1999-2000",
        "2100-2101",
        "2025-2026 ",
        "٢٠٢٥-٢٠٢٦",
        "25-26",
    ],
)
def test_what_is_no_school_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="school year"):
        SchoolYear.parse(text)


@time_machine.travel(datetime(2026, 8, 31, 22, 30, tzinfo=UTC), tick=False)
def test_a_day_turns_at_midnight_in_brussels() -> None:
    assert today() == date(2026, 9, 1)
    assert SchoolYear.of(today()) == SchoolYear(2026)


def test_what_is_seen_from_a_moment_ends_with_the_block() -> None:
    moment = datetime(2020, 3, 1, 9, tzinfo=UTC)
    with seen_from(moment):
        assert now() == moment
    assert now() != moment


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2),
    ],
)
def test_the_local_clock_follows_both_nights_on_which_it_changes(moment: datetime, hour: int) -> None:
    assert local(moment).hour == hour


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 5, 10), "vandaag (10 mei 2026)"),
        (date(2026, 5, 11), "morgen (11 mei 2026)"),
        (date(2026, 5, 9), "gisteren (9 mei 2026)"),
        (date(2026, 5, 13), "over 3 dagen (13 mei 2026)"),
        (date(2026, 5, 5), "5 dagen geleden (5 mei 2026)"),
        (date(2026, 9, 1), "1 september 2026"),
    ],
)
def test_days_near_now_are_said_in_words(day: date, words: str) -> None:
    assert near_label(day, seen_from=date(2026, 5, 10)) == words


def test_a_moment_is_written_on_the_local_clock() -> None:
    assert moment_label(datetime(2026, 9, 1, 12, 2, tzinfo=UTC)) == "1 september 2026 om 14:02"
