"""The network's list of centres, and what a school group reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.cycle import Action, Cycle, Evaluation, Goal
from core.cycle.overview import standings
from core.cycle.phases import current, facts_of, phases
from core.dates import today
from core.people import Centre, CentreGroup, Role
from core.steps import scan as steps
from tests.world import World, statements


@pytest.fixture
def adviser(world: World):
    return world.client(Role.NETWORK_ADVISER)


def test_admins_and_advisers_see_the_network_and_nobody_else(world: World) -> None:
    for role in Role:
        allowed = role in (Role.NETWORK_ADMIN, Role.NETWORK_ADVISER)
        for path in ("/netwerk", "/netwerk.csv"):
            assert world.client(role).get(path).status_code == (200 if allowed else 403), role


def test_the_network_shows_phase_submission_and_priorities(world: World, adviser) -> None:
    world.submit()
    page = adviser.get("/netwerk").text
    assert "Prioriteiten" in page
    assert "1. Behartiger van de leerling" in page
    assert "nog niet begonnen" in page
    assert "/centrum/clb-aalrijk/" in page


def test_an_inactive_centre_is_left_out(world: World, adviser) -> None:
    Centre.update(active=False).where(Centre.id == world.other.id).execute()
    assert "CLB Beverdam" not in adviser.get("/netwerk").text


def test_the_network_is_searched_narrowed_and_sorted(world: World, adviser) -> None:
    world.submit()
    assert "CLB Beverdam" not in adviser.get("/netwerk?zoek=behartiger").text
    assert "CLB Beverdam" not in adviser.get(f"/netwerk?groep={world.group.id}").text
    assert "CLB Beverdam" not in adviser.get("/netwerk?fase=priorities").text
    for order in ("naam", "fase", "ingediend", "laat"):
        for sign in ("", "-"):
            assert adviser.get(f"/netwerk?volgorde={sign}{order}").status_code == 200


def test_the_file_of_the_network_holds_the_same(world: World, adviser) -> None:
    world.submit()
    lines = adviser.get("/netwerk.csv").data.decode("utf-8-sig").splitlines()
    assert "Behartiger van de leerling; " in lines[1]
    assert lines[2].startswith("CLB Beverdam;Zuid;")


def test_the_network_takes_a_constant_number_of_statements(world: World, adviser) -> None:
    world.submit()
    counts = []
    for more in (0, 3, 25):
        for number in range(more):
            centre = world.add_centre(f"CLB {more} {number}", world.group)
            scan = world.open_cycle(centre)
            if number % 2:
                world.submit(scan)
                world.add_goal(centre=centre)
        with statements() as sent:
            assert adviser.get("/netwerk").status_code == 200
        counts.append(len(sent))
    assert len(set(counts)) == 1


def test_the_overview_says_the_same_as_each_centres_own_wheel(world: World) -> None:
    world.submit()
    world.add_evaluation(world.add_goal())
    world.add_goal(running=False)
    world.open_cycle(world.other)
    steps.open_cycle(world.centre, world.year.next, world.coordinator.id)
    for row in standings([world.centre, world.other], today()):
        assert row.scan is not None
        assert row.cycle.school_year == world.year
        names = {"behartiger": "Behartiger van de leerling"}
        assert row.phase.key == current(phases(facts_of(row.cycle, row.scan), names, today())).key


def test_what_is_late_is_what_the_deadlines_say(world: World) -> None:
    from core.plugins import registry

    world.submit()
    goal = world.add_goal(starts_on=today().replace(day=1))
    world.add_evaluation(goal)
    draft = world.add_goal(running=False)
    for owner, state in ((goal, "open"), (goal, "started"), (goal, "done"), (draft, "open")):
        Action.create(goal=owner, title="x", state=state, due_on=today(), created_at=goal.created_at)
    Evaluation.update(due_on=today()).execute()
    assert standings([world.centre], today())[0].late == 0  # due today is not late
    with time_machine.travel(today() + timedelta(days=200), tick=False):
        (row,) = standings([world.centre], today())
        answers = registry().answers("deadlines", frozenset(), centre=world.centre, until=today())
        assert row.late == sum(len(found) for _, found in answers) == 4


def test_a_centre_whose_last_cycle_is_of_an_earlier_year_says_which(world: World) -> None:
    world.submit()
    year = world.year
    with time_machine.travel(year.next.last_day, tick=False):
        (row,) = standings([world.centre], today())
        assert row.cycle.school_year == year
        assert f"nog in {year}" in world.client(Role.NETWORK_ADVISER).get("/netwerk").text


# a school group


def test_a_school_group_reads_submitted_scans_only(world: World) -> None:
    second = world.add_centre("CLB Noordster", world.group)
    world.open_cycle(second)
    world.submit()
    page = world.client(Role.GROUP_READER).get(f"/scholengroep/{world.group.id}").text
    assert page.count("Bekijk het resultaat") == 1
    assert "CLB Noordster" in page
    assert "CLB Beverdam" not in page


def test_a_school_group_sees_nothing_of_the_plan(world: World) -> None:
    world.submit()
    world.add_goal(title="Geheim doel")
    page = world.client(Role.GROUP_READER).get(f"/scholengroep/{world.group.id}").text
    assert "Geheim doel" not in page
    assert Goal.select().count() == 1


def test_another_school_group_does_not_exist_for_its_reader(world: World) -> None:
    assert world.client(Role.GROUP_READER).get(f"/scholengroep/{world.other_group.id}").status_code == 404
    assert world.client(Role.GROUP_READER).get("/scholengroep/999").status_code == 404


def test_the_network_opens_every_school_group_and_centres_open_none(world: World) -> None:
    for role in Role:
        expected = 200 if role in (Role.NETWORK_ADMIN, Role.NETWORK_ADVISER, Role.GROUP_READER) else 404
        assert world.client(role).get(f"/scholengroep/{world.group.id}").status_code == expected, role


def test_an_empty_school_group_explains_what_will_be_there(world: World) -> None:
    reader = world.client(Role.GROUP_READER)
    assert "Nog geen resultaten" in reader.get(f"/scholengroep/{world.group.id}").text
    CentreGroup.delete().execute()
    assert "Nog geen centra" in reader.get(f"/scholengroep/{world.group.id}").text


def test_the_page_of_a_school_group_takes_a_constant_number_of_statements(world: World) -> None:
    world.submit()
    reader, counts = world.client(Role.GROUP_READER), []
    for more in (0, 12):
        for number in range(more):
            world.submit(world.open_cycle(world.add_centre(f"CLB {number}", world.group)))
        with statements() as sent:
            reader.get(f"/scholengroep/{world.group.id}")
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert Cycle.select().count() == 13
