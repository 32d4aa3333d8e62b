"""The check in exports and in the demo."""

from __future__ import annotations

from typing import Any

from core.dates import today
from core.plugins import ask
from plugins.knoster import answers
from plugins.knoster.answers import Judgement
from plugins.knoster.models import MISSING, KnosterCriterion, KnosterElement
from tests.world import World, statements


def exported(world: World, years: list[int]) -> dict[str, Any]:
    return {table.name: table for table in ask("export_tables", world.centre, years=years)}


def test_each_element_of_a_goal_is_a_row_with_its_state(world: World) -> None:
    goal = world.add_goal()
    answers.save_elements(
        world.centre, goal, {"plan": Judgement(MISSING, "Nog niet.")}, 0, world.coordinator.id
    )
    rows = exported(world, [world.year.start_year])["knoster"].rows
    assert [row[2:] for row in rows] == [
        ["Visie", "nog niet bekeken", ""],
        ["Belang", "nog niet bekeken", ""],
        ["Plan", "ontbreekt nog", "Nog niet."],
        ["Middelen", "nog niet bekeken", ""],
        ["Competenties", "nog niet bekeken", ""],
    ]
    assert {row[0] for row in rows} == {f"D{goal.id}"}


def test_each_criterion_of_a_goal_is_a_row(world: World) -> None:
    goal = world.add_goal()
    answers.save_criteria(world.centre, goal, {"meetbaar": "Tien scholen."}, 0, world.coordinator.id)
    rows = exported(world, [world.year.start_year])["smarti"].rows
    assert [f"D{goal.id}", goal.title, "Meetbaar", "Tien scholen."] in rows
    assert len(rows) == 6


def test_a_goal_of_another_centre_or_year_stays_out(world: World) -> None:
    world.add_goal(centre=world.other)
    world.add_goal(starts_on=today(), ends_on=today())
    assert exported(world, [world.year.start_year - 3])["knoster"].rows == []
    assert {row[0] for row in exported(world, [world.year.start_year])["knoster"].rows} != set()
    assert len(exported(world, [world.year.start_year])["knoster"].rows) == 5


def test_exporting_many_goals_and_years_takes_no_more_queries(world: World) -> None:
    from plugins.knoster.tables import tables

    world.add_goal()
    with statements() as few:
        tables(world.centre, [world.year.start_year])
    for _ in range(5):
        world.add_goal()
    with statements() as many:
        tables(world.centre, [world.year.start_year - back for back in range(4)])
    assert len(many) == len(few) == 3


def test_the_demo_answers_for_running_goals_only(world: World) -> None:
    goal = world.add_goal()
    world.add_goal(running=False)
    ask("demo_data", world.centre)
    assert {row.goal_id for row in KnosterElement.select()} == {goal.id}
    assert {row.goal_id for row in KnosterCriterion.select()} == {goal.id}
    assert answers.revision_of(goal, "elements") == 1
