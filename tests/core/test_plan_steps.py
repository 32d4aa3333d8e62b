"""The steps of the improvement plan: what they refuse, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.audit import AuditEntry
from core.cycle import Action, Cycle, Evaluation, Goal, GoalState, Priority, Scan
from core.cycle.phases import carried_over, goals_alive, goals_to_come
from core.dates import SchoolYear, today
from core.instrument import document_of
from core.people import Role, User
from core.steps import Refused, Stale
from core.steps import plan as steps
from tests.world import World

TODAY = date(2026, 2, 10)  # in 2025-2026
LATER = TODAY + timedelta(days=60)


@pytest.fixture(autouse=True)
def a_day_in_february(time_machine: Any) -> None:
    time_machine.move_to("2026-02-10T09:00:00+01:00", tick=False)


def refusal(step: Callable[..., Any], *values: Any, **named: Any) -> dict[str, str]:
    """What a step refuses, by field; fails when it does not."""
    with pytest.raises(Refused) as caught:
        step(*values, **named)
    return dict(caught.value.messages)


def blocks_of(scan: Scan) -> list[str]:
    return [block.key for block in document_of(scan.instrument_id).blocks]


def goal_text(**changes: Any) -> steps.GoalText:
    text = steps.GoalText("behartiger", "Elke leerling wordt gehoord", "", None, TODAY, date(2026, 8, 31))
    return replace(text, **changes)


def text_of(goal: Goal, **changes: Any) -> steps.GoalText:
    stored = {
        name: getattr(goal, name)
        for name in ("block", "title", "description", "owner_id", "starts_on", "ends_on")
    }
    return steps.GoalText(**{**stored, **changes})


def outcome(**changes: Any) -> steps.Outcome:
    return replace(steps.Outcome(TODAY, "partly", "Twee teams werken zo.", "adjust", LATER), **changes)


# priorities


def choose(world: World, scan: Scan, blocks: list[str], reason: str = "", revision: int = 1) -> None:
    cycle = Cycle.get_by_id(scan.cycle_id)
    steps.choose_priorities(world.centre, cycle, scan, blocks, reason, revision, world.coordinator.id)


def test_the_order_of_the_scan_is_settled_without_a_reason(world: World) -> None:
    scan = world.submit()
    choose(world, scan, blocks_of(scan)[:3])
    assert [row.block for row in Priority.select().order_by(Priority.rank)] == blocks_of(scan)[:3]
    assert Cycle.get_by_id(scan.cycle_id).priorities_chosen_at


def test_another_order_needs_a_reason_and_the_trail_keeps_it(world: World) -> None:
    scan = world.submit()
    turned = blocks_of(scan)[2::-1]
    assert "reason" in refusal(choose, world, scan, turned)
    choose(world, scan, turned, "De scholen vroegen dit eerst")
    assert "De scholen vroegen dit eerst" in AuditEntry.get(AuditEntry.verb == "priorities.chosen").detail


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (lambda blocks: blocks[:2], "minstens 3"),
        (lambda blocks: blocks[:6], "hoogstens 5"),
        (lambda blocks: [blocks[0], blocks[0], blocks[1]], "meer dan één keer"),
        (lambda blocks: [*blocks[:2], "verzonnen"], "bestaat niet"),
    ],
)
def test_priorities_outside_the_rules_are_refused_and_change_nothing(
    world: World, pick: Callable[[list[str]], list[str]], words: str
) -> None:
    scan = world.submit()
    assert words in refusal(choose, world, scan, pick(blocks_of(scan)), "reden")["priorities"]
    assert [row.block for row in Priority.select().order_by(Priority.rank)] == blocks_of(scan)[:3]


def test_priorities_wait_for_the_scan(world: World) -> None:
    scan = world.open_cycle()
    assert "zelfscan" in refusal(choose, world, scan, blocks_of(scan)[:3])[""]


def test_a_stale_choice_of_priorities_brings_what_stands_now(world: World) -> None:
    scan = world.submit()
    choose(world, scan, blocks_of(scan)[3:6], "eerst")
    with pytest.raises(Stale) as caught:
        choose(world, scan, blocks_of(scan)[:3])
    assert caught.value.current == blocks_of(scan)[3:6]


# goals


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"block": "verzonnen"}, "block"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 4001}, "description"),
        ({"starts_on": date(1999, 9, 1)}, "starts_on"),
        ({"ends_on": date(2045, 1, 1)}, "ends_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
    ],
)
def test_a_goal_outside_the_rules_is_refused_at_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    found = refusal(
        steps.add_goal, world.centre, goal_text(**changes), {"behartiger"}, None, world.coordinator.id
    )
    assert field in found
    assert not Goal.select().exists()


def test_a_goal_cannot_belong_to_someone_of_another_centre(world: World) -> None:
    text = goal_text(owner_id=world.outsider.id)
    assert "owner_id" in refusal(
        steps.add_goal, world.centre, text, {"behartiger"}, None, world.coordinator.id
    )


def test_all_faults_of_a_goal_show_at_once(world: World) -> None:
    text = goal_text(title="", ends_on=TODAY - timedelta(days=1))
    assert set(refusal(steps.add_goal, world.centre, text, {"behartiger"}, None, world.coordinator.id)) == {
        "title",
        "ends_on",
    }


def test_a_first_evaluation_outside_the_period_is_refused_and_no_goal_is_left(world: World) -> None:
    found = refusal(
        steps.add_goal, world.centre, goal_text(), {"behartiger"}, date(2026, 9, 1), world.coordinator.id
    )
    assert "first_evaluation" in found
    assert not Goal.select().exists()


def change(
    world: World, goal: Goal, text: steps.GoalText, reason: str = "", revision: int | None = None
) -> None:
    seen = goal.revision if revision is None else revision
    steps.change_goal(world.centre, goal, text, {"behartiger"}, reason, seen, world.coordinator.id)


def test_the_period_of_a_running_goal_changes_only_with_a_reason(world: World) -> None:
    goal = world.add_goal()
    longer = text_of(goal, ends_on=date(2028, 6, 30))
    assert "reason" in refusal(change, world, goal, longer)
    change(world, goal, longer, "Er kwam een werkgroep bij")
    assert Goal.get_by_id(goal.id).ends_on == date(2028, 6, 30)


def test_the_period_of_a_draft_changes_freely(world: World) -> None:
    goal = world.add_goal(running=False)
    change(world, goal, text_of(goal, ends_on=date(2026, 6, 30)))
    assert Goal.get_by_id(goal.id).ends_on == date(2026, 6, 30)


def test_a_stale_change_brings_the_goal_as_it_stands(world: World) -> None:
    goal = world.add_goal()
    change(world, goal, text_of(goal, title="Van een ander"))
    with pytest.raises(Stale) as caught:
        change(world, goal, text_of(goal, title="Van mij"))
    assert isinstance(caught.value.current, Goal)
    assert Goal.get_by_id(goal.id).title == "Van een ander"


def test_saving_a_goal_unchanged_writes_nothing(world: World) -> None:
    goal = world.add_goal()
    entries = AuditEntry.select().count()
    change(world, goal, text_of(goal))
    assert AuditEntry.select().count() == entries


def test_a_period_does_not_shrink_past_a_planned_evaluation(world: World) -> None:
    goal = world.add_goal()
    world.add_evaluation(goal, date(2027, 3, 1))
    assert "ends_on" in refusal(change, world, goal, text_of(goal, ends_on=date(2026, 6, 30)), "korter")


def test_a_goal_that_began_long_ago_can_still_get_another_title(world: World) -> None:
    goal = world.add_goal()
    Goal.update(starts_on=date(2014, 9, 1)).execute()
    goal = Goal.get_by_id(goal.id)
    change(world, goal, text_of(goal, title="Nieuwe titel"))
    assert Goal.get_by_id(goal.id).title == "Nieuwe titel"


def test_an_owner_who_left_the_centre_may_stay_with_the_goal_but_not_come_to_it(world: World) -> None:
    member = world.people[Role.MEMBER]
    kept, other = world.add_goal(owner_id=member.id), world.add_goal(owner_id=None)
    User.update(active=False).where(User.id == member.id).execute()
    change(world, kept, text_of(kept, title="Nieuwe titel"))
    assert "owner_id" in refusal(change, world, other, text_of(other, owner_id=member.id))


def test_a_goal_keeps_a_block_that_the_instrument_dropped(world: World) -> None:
    goal = world.add_goal("oude-steen")
    change(world, goal, text_of(goal, title="Nieuwe titel"))
    assert Goal.get_by_id(goal.id).block == "oude-steen"


def test_a_goal_is_agreed_once(world: World) -> None:
    goal = world.add_goal(running=False)
    steps.agree_goal(world.centre, goal, world.coordinator.id)
    assert Goal.get_by_id(goal.id).state == GoalState.RUNNING
    refusal(steps.agree_goal, world.centre, goal, world.coordinator.id)


# evaluations


def test_an_evaluation_is_planned_within_the_goals_school_years_and_once_a_day(world: World) -> None:
    goal = world.add_goal(ends_on=date(2026, 5, 1))
    plan = (steps.plan_evaluation, world.centre, goal)
    assert "due_on" in refusal(*plan, TODAY - timedelta(days=1), world.coordinator.id)
    assert "due_on" in refusal(*plan, date(2026, 9, 1), world.coordinator.id)
    steps.plan_evaluation(world.centre, goal, date(2026, 6, 15), world.coordinator.id)
    assert "due_on" in refusal(*plan, date(2026, 6, 15), world.coordinator.id)


def test_moving_an_evaluation_asks_why_and_keeps_both_days_in_the_trail(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(), LATER)
    move = (steps.move_evaluation, world.centre, evaluation, LATER + timedelta(days=7))
    assert "reason" in refusal(*move, " ", world.coordinator.id)
    steps.move_evaluation(world.centre, evaluation, LATER + timedelta(days=7), "Ziekte", world.coordinator.id)
    detail = AuditEntry.get(AuditEntry.verb == "evaluation.moved").detail
    assert str(LATER) in detail
    assert str(LATER + timedelta(days=7)) in detail


def test_an_evaluation_that_another_moved_meanwhile_is_stale(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(), LATER)
    steps.move_evaluation(world.centre, evaluation, LATER + timedelta(days=7), "Ziekte", world.coordinator.id)
    with pytest.raises(Stale):
        steps.move_evaluation(
            world.centre, evaluation, LATER + timedelta(days=9), "Vakantie", world.coordinator.id, was=LATER
        )


def test_a_recorded_evaluation_does_not_move(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(), TODAY)
    steps.record_evaluation(world.centre, evaluation, outcome(), world.coordinator.id)
    assert "due_on" in refusal(
        steps.move_evaluation, world.centre, evaluation, LATER, "toch", world.coordinator.id
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
        ({"held_on": TODAY - timedelta(days=1)}, "held_on"),
        ({"verdict": "super"}, "verdict"),
        ({"seen": " "}, "seen"),
        ({"seen": "x" * 4001}, "seen"),
        ({"follow_up": "vergeten"}, "follow_up"),
        ({"next_due": None}, "next_due"),
        ({"next_due": TODAY}, "next_due"),
        ({"next_due": date(2050, 1, 1)}, "next_due"),
    ],
)
def test_an_outcome_outside_the_rules_is_refused_at_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    evaluation = world.add_evaluation(world.add_goal(), TODAY)
    found = refusal(
        steps.record_evaluation, world.centre, evaluation, outcome(**changes), world.coordinator.id
    )
    assert field in found
    assert not Evaluation.get_by_id(evaluation.id).recorded


def test_a_draft_is_not_evaluated(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(running=False), TODAY)
    refusal(steps.record_evaluation, world.centre, evaluation, outcome(), world.coordinator.id)


def test_bijsturen_lets_the_goal_run_on_to_the_next_look(world: World) -> None:
    goal = world.add_goal(ends_on=date(2026, 3, 1))
    steps.record_evaluation(world.centre, world.add_evaluation(goal, TODAY), outcome(), world.coordinator.id)
    goal = Goal.get_by_id(goal.id)
    assert (goal.state, goal.closed_on, goal.ends_on) == (GoalState.RUNNING, None, LATER)
    assert Evaluation.select().where(Evaluation.recorded_at.is_null()).get().due_on == LATER


def test_bijsturen_to_the_day_that_the_evaluation_itself_was_planned_for_is_refused(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(), LATER)
    found = refusal(
        steps.record_evaluation, world.centre, evaluation, outcome(next_due=LATER), world.coordinator.id
    )
    assert "next_due" in found


@pytest.mark.parametrize(("follow_up", "state"), [("secure", GoalState.SECURED), ("stop", GoalState.STOPPED)])
def test_borgen_and_stoppen_close_the_goal_and_drop_what_was_planned(
    world: World, follow_up: str, state: str
) -> None:
    goal = world.add_goal()
    world.add_evaluation(goal, LATER)
    closing = outcome(follow_up=follow_up, next_due=None)
    steps.record_evaluation(world.centre, world.add_evaluation(goal, TODAY), closing, world.coordinator.id)
    goal = Goal.get_by_id(goal.id)
    assert (goal.state, goal.closed_on) == (state, TODAY)
    assert [row.due_on for row in Evaluation.select()] == [TODAY]


def test_an_evaluation_is_recorded_once(world: World) -> None:
    evaluation = world.add_evaluation(world.add_goal(), TODAY)
    steps.record_evaluation(world.centre, evaluation, outcome(), world.coordinator.id)
    with pytest.raises(Stale):
        steps.record_evaluation(world.centre, evaluation, outcome(seen="Iets anders"), world.coordinator.id)
    assert Evaluation.get_by_id(evaluation.id).seen == "Twee teams werken zo."


def test_a_closed_goal_takes_nothing_more(world: World) -> None:
    goal = world.add_goal()
    action = steps.add_action(
        world.centre, goal, steps.ActionText("Bellen", None, None), world.coordinator.id
    )
    closing = outcome(follow_up="stop", next_due=None)
    steps.record_evaluation(world.centre, world.add_evaluation(goal, TODAY), closing, world.coordinator.id)
    stored, actor = Goal.get_by_id(goal.id), world.coordinator.id
    refusal(steps.plan_evaluation, world.centre, stored, LATER, actor)
    refusal(steps.add_action, world.centre, stored, steps.ActionText("Nog iets", None, None), actor)
    refusal(steps.report_action, world.centre, action, "done", "", 1, actor)
    refusal(change, world, stored, text_of(stored, title="Anders"))


# actions


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"note": "x" * 4001}, "note"),
        ({"state": "misschien"}, "state"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"due_on": date(2050, 1, 1)}, "due_on"),
    ],
)
def test_an_action_outside_the_rules_is_refused_at_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    goal = world.add_goal()
    text = replace(steps.ActionText("Bellen", None, None), **changes)
    assert field in refusal(steps.add_action, world.centre, goal, text, world.coordinator.id)
    assert not Action.select().exists()


def test_an_action_cannot_belong_to_someone_of_another_centre(world: World) -> None:
    text = steps.ActionText("Bellen", world.outsider.id, None)
    assert "owner_id" in refusal(steps.add_action, world.centre, world.add_goal(), text, world.coordinator.id)


def test_reporting_an_action_changes_its_state_and_note_only(world: World) -> None:
    text = steps.ActionText("Bellen", world.people[Role.STAFF].id, LATER)
    action = steps.add_action(world.centre, world.add_goal(), text, world.coordinator.id)
    steps.report_action(world.centre, action, "done", "Iedereen is gebeld", 1, world.people[Role.STAFF].id)
    stored = Action.get_by_id(action.id)
    assert (stored.state, stored.note) == ("done", "Iedereen is gebeld")
    assert (stored.title, stored.due_on, stored.owner_id) == ("Bellen", LATER, world.people[Role.STAFF].id)


def test_a_stale_report_brings_the_action_as_it_stands(world: World) -> None:
    action = steps.add_action(
        world.centre, world.add_goal(), steps.ActionText("Bellen", None, None), world.coordinator.id
    )
    steps.report_action(world.centre, action, "started", "", 1, world.coordinator.id)
    with pytest.raises(Stale):
        steps.report_action(world.centre, action, "done", "", 1, world.coordinator.id)


# over the school years


def test_a_goal_runs_on_into_the_next_school_year_without_a_copy(world: World, time_machine: Any) -> None:
    world.submit()
    goal = world.add_goal()
    time_machine.move_to("2026-10-01T09:00:00+02:00")
    world.submit()
    year = SchoolYear.of(today())
    assert [row.id for row in goals_alive(world.centre.id, year)] == [goal.id]
    assert carried_over(goal, year)
    assert Goal.select().count() == 1


def test_a_goal_that_starts_next_year_waits_beside_this_years_plan(world: World) -> None:
    goal = world.add_goal(starts_on=date(2026, 9, 1), ends_on=date(2027, 6, 30))
    year = SchoolYear.of(TODAY)
    assert not goals_alive(world.centre.id, year)
    assert [row.id for row in goals_to_come(world.centre.id, year)] == [goal.id]
