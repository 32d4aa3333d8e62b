"""Where the wheel stands: phases follow from what is there, advise, and never block."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.cycle import Cycle, Evaluation, FollowUp, Goal, Priority, Scan, Verdict
from core.cycle.history import by_year
from core.cycle.phases import (
    CURRENT,
    DONE,
    EVALUATION,
    OPEN,
    PLAN,
    PRIORITIES,
    RESCAN,
    SCAN,
    STARTED,
    carried_over,
    current,
    facts_of,
    goals_alive,
    goals_to_come,
    open_actions,
    phases,
)
from core.dates import SchoolYear, today
from core.steps import plan
from tests.world import World, statements

NAMES = {"behartiger": "Behartiger van de leerling"}

pytestmark = pytest.mark.sqlite_only


def states(scan: Scan) -> dict[str, str]:
    return {phase.key: phase.state for phase in found(scan)}


def found(scan: Scan) -> list:
    return phases(facts_of(Cycle.get_by_id(scan.cycle_id), Scan.get_by_id(scan.id)), NAMES, today())


def missing(scan: Scan, key: str) -> tuple[str, ...]:
    return next(phase.missing for phase in found(scan) if phase.key == key)


def confirm(world: World, scan: Scan) -> None:
    cycle = Cycle.get_by_id(scan.cycle_id)
    blocks = [row.block for row in Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)]
    plan.choose_priorities(world.centre, cycle, scan, blocks, "", cycle.revision, world.coordinator.id)


def plan_everything(world: World, scan: Scan) -> list[Goal]:
    """A running goal with an owner and an evaluation for each priority."""
    goals = []
    for row in Priority.select().where(Priority.cycle == scan.cycle_id):
        goal = world.add_goal(row.block, title=f"Doel {row.rank}")
        world.add_evaluation(goal)
        goals.append(goal)
    return goals


def evaluate(world: World, goal: Goal, follow_up: FollowUp = FollowUp.SECURE) -> None:
    row = Evaluation.get((Evaluation.goal == goal) & Evaluation.recorded_at.is_null())
    again = today() + timedelta(days=60) if follow_up == FollowUp.ADJUST else None
    plan.record_evaluation(
        world.centre, row, plan.Outcome(today(), Verdict.PARTLY, "x", follow_up, again), world.coordinator.id
    )


def test_a_fresh_cycle_stands_in_its_scan(world: World) -> None:
    scan = world.open_cycle()
    assert states(scan) == {SCAN: CURRENT, PRIORITIES: OPEN, PLAN: OPEN, EVALUATION: OPEN, RESCAN: OPEN}
    assert missing(scan, SCAN) == ("De zelfscan is nog niet ingediend.",)


def test_the_wheel_goes_through_every_phase_to_the_rescan(world: World) -> None:
    scan = world.submit()
    assert current(found(scan)).key == PRIORITIES
    confirm(world, scan)
    assert current(found(scan)).key == PLAN
    goals = plan_everything(world, scan)
    assert current(found(scan)).key == EVALUATION
    for goal in goals:
        evaluate(world, goal)
    assert current(found(scan)).key == RESCAN
    world.open_cycle()
    assert set(states(scan).values()) == {DONE}
    assert current(found(scan)).key == RESCAN


def test_a_phase_that_runs_ahead_is_started_not_current(world: World) -> None:
    scan = world.open_cycle()
    world.add_goal()
    assert states(scan)[PLAN] == STARTED
    assert current(found(scan)).key == SCAN


def test_the_plan_says_what_each_goal_still_lacks(world: World) -> None:
    scan = world.submit()
    confirm(world, scan)
    world.add_goal(title="Opmaak", running=False)
    world.add_goal(title="Wees", owner_id=None)
    world.add_goal(title="Dagloos")
    gaps = missing(scan, PLAN)
    assert "“Opmaak” is nog niet afgesproken." in gaps
    assert "“Wees” heeft nog geen trekker." in gaps
    assert "“Dagloos” heeft nog geen evaluatiedatum." in gaps
    assert "Nog geen doel voor Behartiger van de leerling." not in gaps
    assert len([gap for gap in gaps if gap.startswith("Nog geen doel voor")]) == 2


def test_before_the_priorities_are_chosen_the_plan_asks_for_those_alone(world: World) -> None:
    scan = world.submit()
    world.add_goal(title="Opmaak", running=False)
    assert missing(scan, PLAN) == ("Kies eerst de prioriteiten van dit schooljaar.",)


def test_a_late_evaluation_is_missing_and_said_to_be_late(world: World) -> None:
    scan = world.submit()
    goal = world.add_goal(title="Traag", starts_on=today() - timedelta(days=20))
    row = world.add_evaluation(goal, today() - timedelta(days=1))
    assert missing(scan, EVALUATION) == ("De evaluatie van “Traag” is te laat.",)
    Evaluation.update(due_on=today()).where(Evaluation.id == row.id).execute()
    assert missing(scan, EVALUATION) == ("“Traag” is dit schooljaar nog niet geëvalueerd.",)


def test_what_is_late_in_a_later_school_year_leaves_the_wheel_of_this_one_alone(world: World) -> None:
    scan, day = world.submit(), world.year.last_day
    goal = world.add_goal(title="Traag")
    world.add_evaluation(goal, world.year.next.first_day)
    cycle, scan = Cycle.get_by_id(scan.cycle_id), Scan.get_by_id(scan.id)
    wheel = phases(facts_of(cycle, scan), NAMES, day + timedelta(days=30))
    said = next(phase.missing for phase in wheel if phase.key == EVALUATION)
    assert said == ("“Traag” is dit schooljaar nog niet geëvalueerd.",)


def test_a_goal_runs_on_into_the_next_year_until_an_evaluation_ends_it(world: World) -> None:
    goal, year = world.add_goal(), world.year
    assert [g.id for g in goals_alive(world.centre.id, year.next)] == [goal.id]
    assert carried_over(goal, year.next)
    assert not carried_over(goal, year)
    world.add_evaluation(goal, today())
    evaluate(world, goal, FollowUp.ADJUST)
    assert goals_alive(world.centre.id, year.next)
    evaluate(world, goal, FollowUp.STOP)
    assert goals_alive(world.centre.id, year)
    assert goals_alive(world.centre.id, year.next) == []


def test_a_goal_of_a_year_to_come_is_not_alive_yet(world: World) -> None:
    first = world.year.next.first_day
    goal = world.add_goal(starts_on=first, ends_on=world.year.next.last_day)
    assert goals_alive(world.centre.id, world.year) == []
    assert [g.id for g in goals_to_come(world.centre.id, world.year)] == [goal.id]


def test_open_actions_come_soonest_first_and_those_without_a_day_last(world: World) -> None:
    scan, goal, me = world.submit(), world.add_goal(), world.coordinator.id
    for title, days in (("later", 9), ("geen dag", None), ("eerst", 2)):
        due = None if days is None else today() + timedelta(days=days)
        plan.add_action(world.centre, goal, plan.ActionText(title, None, due), me)
    plan.add_action(world.centre, goal, plan.ActionText("klaar", None, None, "done"), me)
    facts = facts_of(Cycle.get_by_id(scan.cycle_id), scan)
    assert [action.title for action in open_actions(facts)] == ["eerst", "later", "geen dag"]


def test_the_facts_take_a_constant_number_of_statements(world: World) -> None:
    scan = world.submit()
    cycle = Cycle.get_by_id(scan.cycle_id)
    world.add_goal()
    with statements() as few:
        facts_of(cycle, scan)
    for _ in range(5):
        world.add_evaluation(world.add_goal())
    with statements() as many:
        facts = facts_of(cycle, scan)
        _ = [goal.owner and goal.owner.name for goal in facts.goals]
    assert len(few) == len(many) <= 6


# ── history ──


def history(world: World) -> list:
    query = Cycle.select(Cycle, Scan).join(Scan, on=(Scan.cycle == Cycle.id), attr="scan")
    return by_year(world.centre, list(query.where(Cycle.centre == world.centre).order_by(Cycle.year.desc())))


def test_history_says_what_moved_since_the_scan_before(world: World) -> None:
    first = world.open_cycle()
    base = world.result(first)
    world.submit(first)
    rescan = world.open_cycle()
    changed = list(base.ratings)
    changed[0] = type(changed[0])(changed[0].block, stage=4, wish=4)
    changed[1] = type(changed[1])(changed[1].block, stage=1, wish=4)
    world.submit(rescan, ratings=tuple(changed))
    newest, oldest = history(world)
    assert [(move.before, move.after, move.up) for move in newest.moves] == [
        ("Planmatig", "Systematisch", True),
        ("Planmatig", "Fragmentair", False),
    ]
    assert (oldest.moves, oldest.has_previous, newest.has_previous) == ((), False, True)


def test_history_skips_a_scan_that_was_never_handed_in(world: World) -> None:
    world.submit()
    world.open_cycle()
    newest, _ = history(world)
    assert newest.moves == ()
    assert newest.priorities == ()


def test_history_shows_a_goal_in_every_year_it_was_alive_with_that_years_evaluations(world: World) -> None:
    world.submit()
    goal = world.add_goal()
    world.add_evaluation(goal, today())
    evaluate(world, goal, FollowUp.ADJUST)
    world.open_cycle()
    newest, oldest = history(world)
    assert [(item.goal.id, item.carried_over, len(item.evaluations)) for item in oldest.goals] == [
        (goal.id, False, 1)
    ]
    assert [(item.goal.id, item.carried_over, len(item.evaluations)) for item in newest.goals] == [
        (goal.id, True, 0)
    ]


def test_history_takes_the_same_statements_for_any_number_of_years(world: World) -> None:
    world.submit()
    with statements() as one:
        history(world)
    world.submit(world.open_cycle())
    world.add_goal()
    with statements() as two:
        history(world)
    assert len(one) == len(two)


def test_school_years_of_cycles_are_those_they_were_opened_for(world: World) -> None:
    first = world.submit()
    second = world.open_cycle()
    assert [row.cycle.school_year for row in (first, second)] == [
        SchoolYear.of(today()),
        SchoolYear.of(today()).next,
    ]
