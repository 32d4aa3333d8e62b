"""Which mark is due on which day: rules without clock or tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.hookspecs import Deadline
from core.steps import Refused
from plugins.reminders.due import (
    Rules,
    mark_label,
    mark_reached,
    mark_to_send,
    marks,
    read_days,
    read_rules,
    to_send,
    upcoming,
)

DUE_ON = date(2026, 5, 20)
USUAL = Rules()


def days(number: int) -> timedelta:
    return timedelta(days=number)


def deadline(due_on: date = DUE_ON, key: str = "evaluation:1") -> Deadline:
    return Deadline(key, "Evaluatie", "Elke leerling wordt gehoord", due_on, None, "plan.show_goal", {})


def test_the_usual_marks_are_14_and_3_days_before_the_day_itself_and_four_weeks_after() -> None:
    assert [(mark.name, (mark.on - DUE_ON).days) for mark in marks(DUE_ON, USUAL)] == [
        ("before-14", -14),
        ("before-3", -3),
        ("due", 0),
        ("overdue-1", 7),
        ("overdue-2", 14),
        ("overdue-3", 21),
        ("overdue-4", 28),
    ]


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (-15, None),
        (-14, "before-14"),
        (-13, "before-14"),  # the night of the 14th day was missed
        (-4, "before-14"),
        (-3, "before-3"),
        (-1, "before-3"),
        (0, "due"),
        (1, "due"),
        (6, "due"),
        (7, "overdue-1"),
        (28, "overdue-4"),
        (34, "overdue-4"),
        (35, None),
        (400, None),
    ],
)
def test_a_mark_lasts_until_the_next_one(offset: int, name: str | None) -> None:
    mark = mark_reached(DUE_ON, USUAL, DUE_ON + days(offset))
    assert (mark.name if mark else None) == name


def test_a_mark_that_was_sent_is_not_sent_again_while_it_lasts() -> None:
    assert mark_to_send(DUE_ON, USUAL, {"before-14"}, DUE_ON - days(10)) is None


def test_only_the_last_mark_is_sent_after_a_month_without_a_clock() -> None:
    found = to_send([deadline()], USUAL, {}, DUE_ON + days(15))
    assert [it.mark.name for it in found] == ["overdue-2"]


def test_nothing_is_due_while_reminders_are_off() -> None:
    assert to_send([deadline()], Rules(enabled=False), {}, DUE_ON) == []
    assert upcoming([deadline()], Rules(enabled=False), {}, DUE_ON, 60) == []


def test_without_the_weekly_ones_the_day_itself_lapses_after_a_week() -> None:
    rules = Rules(weekly=False)
    assert mark_reached(DUE_ON, rules, DUE_ON + days(6)) is not None
    assert mark_reached(DUE_ON, rules, DUE_ON + days(7)) is None


def test_a_mark_ahead_lasts_when_nothing_follows_it() -> None:
    rules = Rules(days_before=(14,), on_the_day=False, weekly=False)
    mark = mark_reached(DUE_ON, rules, DUE_ON - days(2))
    assert mark is not None
    assert mark.name == "before-14"


def test_rules_without_marks_never_remind() -> None:
    assert mark_reached(DUE_ON, Rules(days_before=(), on_the_day=False, weekly=False), DUE_ON) is None


def test_what_is_coming_lists_each_mark_within_the_horizon_soonest_first() -> None:
    found = upcoming([deadline(), deadline(DUE_ON + days(1), "action:2")], USUAL, {}, DUE_ON - days(20), 18)
    assert [(it.deadline.key, it.mark.name) for it in found] == [
        ("evaluation:1", "before-14"),
        ("action:2", "before-14"),
        ("evaluation:1", "before-3"),
        ("action:2", "before-3"),
    ]


def test_nobody_plans_to_be_late() -> None:
    found = upcoming([deadline()], USUAL, {}, DUE_ON - days(1), 60)
    assert [it.mark.name for it in found] == ["before-3", "due"]


def test_what_is_late_shows_the_weeks_to_come() -> None:
    found = upcoming([deadline()], USUAL, {("evaluation:1", DUE_ON): {"due"}}, DUE_ON + days(1), 20)
    assert [it.mark.name for it in found] == ["overdue-1", "overdue-2", "overdue-3"]


def test_a_missed_mark_is_coming_today() -> None:
    (first, *_) = upcoming([deadline()], USUAL, {}, DUE_ON - days(10), 60)
    assert (first.mark.name, first.mark.on) == ("before-14", DUE_ON - days(10))


def test_what_was_sent_is_not_coming() -> None:
    found = upcoming([deadline()], USUAL, {("evaluation:1", DUE_ON): {"before-14"}}, DUE_ON - days(14), 60)
    assert next(it.mark.name for it in found) == "before-3"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("before-14", "14 dagen vooraf"),
        ("before-1", "1 dag vooraf"),
        ("due", "op de dag zelf"),
        ("overdue-1", "1 week te laat"),
        ("overdue-4", "4 weken te laat"),
    ],
)
def test_marks_have_dutch_names(name: str, label: str) -> None:
    assert mark_label(name) == label


@pytest.mark.parametrize(
    ("text", "expected"),
    [("14, 3", (14, 3)), ("3,14", (14, 3)), ("7; 7 ;1", (7, 1)), ("", ()), (" , ", ()), ("90,1", (90, 1))],
)
def test_days_are_read_as_people_type_them(text: str, expected: tuple[int, ...]) -> None:
    assert read_days(text) == expected


@pytest.mark.parametrize("text", ["0", "91", "-3", "3.5", "drie", "14 3", "1,2,3,4,5,6", "٣", "9" * 5000])
def test_days_that_make_no_sense_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_days(text)


def test_wrong_settings_are_named_at_each_field() -> None:
    with pytest.raises(Refused) as refused:
        read_rules(True, "honderd", True, True, "13")
    assert [field for field, _ in refused.value.messages] == ["days_before", "most_overdue"]


some_rules = st.builds(
    Rules,
    enabled=st.just(True),
    days_before=st.lists(st.integers(1, 90), max_size=5, unique=True).map(tuple),
    on_the_day=st.booleans(),
    weekly=st.booleans(),
    most_overdue=st.integers(0, 12),
)


@given(rules=some_rules, offsets=st.lists(st.integers(-120, 150), max_size=60))
def test_whatever_nights_are_missed_each_mark_is_sent_at_most_once_in_order_and_never_early(
    rules: Rules, offsets: list[int]
) -> None:
    sent: list[str] = []
    for offset in sorted(offsets):
        mark = mark_to_send(DUE_ON, rules, sent, DUE_ON + days(offset))
        if mark:
            assert mark.on <= DUE_ON + days(offset)
            sent.append(mark.name)
    order = [mark.name for mark in marks(DUE_ON, rules)]
    assert len(sent) == len(set(sent))
    assert sent == [name for name in order if name in sent]
    assert sum(name.startswith("overdue") for name in sent) <= rules.most_overdue


@given(rules=some_rules)
def test_when_every_night_runs_each_mark_is_sent_on_its_own_day(rules: Rules) -> None:
    sent: dict[str, date] = {}
    for offset in range(-100, 130):
        day = DUE_ON + days(offset)
        mark = mark_to_send(DUE_ON, rules, sent, day)
        if mark:
            sent[mark.name] = day
    assert sent == {mark.name: mark.on for mark in marks(DUE_ON, rules)}
