"""A centre's home, its first page, the rescan and the history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.cycle import Cycle, Evaluation, FollowUp, Scan, Verdict
from core.dates import today
from core.people import Centre, Role
from core.plugins import registry
from core.steps import plan
from tests.world import World, statements

pytestmark = pytest.mark.sqlite_only


@pytest.fixture(autouse=True)
def plain(world: World) -> None:
    """Core's own pages: every plugin is off."""
    for plugin in registry():
        world.switch(plugin.name, False)


# ── the first time ──


def test_a_centre_without_a_cycle_offers_its_leaders_the_first_step(world: World) -> None:
    for who in (Role.DIRECTOR, Role.COORDINATOR):
        page = world.client(who).get(f"/centrum/{world.centre.slug}/")
        assert page.status_code == 200
        assert f"Open de zelfscan voor {world.year}" in page.text


def test_others_read_who_opens_the_first_scan(world: World) -> None:
    for who in (Role.MEMBER, Role.STAFF, Role.GROUP_READER, Role.NETWORK_ADVISER):
        page = world.client(who).get(f"/centrum/{world.centre.slug}/").text
        assert "De directeur of de kwaliteitscoördinator opent de eerste zelfscan" in page
        assert "Open de zelfscan voor" not in page


def test_opening_leads_home_and_says_so(world: World) -> None:
    client = world.client(Role.DIRECTOR)
    answer = client.post(f"/centrum/{world.centre.slug}/openen", follow_redirects=True)
    assert answer.request.path == world.url()
    assert f"De zelfscan voor {world.year} staat open." in answer.text


def test_opening_twice_opens_one_and_says_why_not(world: World) -> None:
    client = world.client()
    for _ in range(2):
        answer = client.post(f"/centrum/{world.centre.slug}/openen", follow_redirects=True)
    assert "Dien eerst de lopende zelfscan in." in answer.text
    assert Cycle.select().count() == 1


# ── home ──


def test_a_centres_address_leads_to_its_present_school_year(world: World) -> None:
    world.submit()
    world.open_cycle()
    assert world.client().get(f"/centrum/{world.centre.slug}/").location == world.url()


def test_a_group_reader_is_led_to_the_result(world: World) -> None:
    world.submit()
    answer = world.client(Role.GROUP_READER).get(f"/centrum/{world.centre.slug}/")
    assert answer.location == world.url("resultaat")
    assert world.client(Role.GROUP_READER).get(world.url()).status_code == 403


@pytest.mark.parametrize("year", ["1999-2000", "2025-2027", "2024-2023", "0000-0001", "2090-2091"])
def test_a_school_year_that_is_none_or_never_opened_is_no_page(world: World, year: str) -> None:
    world.open_cycle()
    assert world.client().get(f"/centrum/{world.centre.slug}/{year}/").status_code == 404


def test_home_names_the_phase_what_is_next_and_one_thing_to_do(world: World) -> None:
    world.open_cycle()
    page = world.client().get(world.url()).text
    assert "Nu: zelfscan" in page
    assert "De zelfscan is nog niet ingediend." in page
    assert page.count("Ga verder met de zelfscan") == 1
    world.submit(Scan.get(Scan.cycle == Cycle.get(Cycle.centre == world.centre)))
    page = world.client().get(world.url()).text
    assert "Nu: prioriteiten" in page
    assert "Bevestig de prioriteiten" in page


def test_who_may_not_take_the_next_step_gets_no_button_for_it(world: World) -> None:
    world.submit()
    for who in (Role.MEMBER, Role.STAFF, Role.NETWORK_ADVISER):
        page = world.client(who).get(world.url())
        assert page.status_code == 200
        assert "Bevestig de prioriteiten</a>" not in page.text


def test_home_counts_what_is_late_what_comes_and_what_is_mine(world: World) -> None:
    world.submit()
    goal = world.add_goal(title="Elke week", starts_on=today() - timedelta(days=40))
    world.add_evaluation(goal, today() - timedelta(days=2))
    text = plan.ActionText("Bel de school", world.coordinator.id, today() + timedelta(days=3))
    plan.add_action(world.centre, goal, text, world.coordinator.id)
    far = plan.ActionText("Ooit", world.people[Role.MEMBER].id, today() + timedelta(days=60))
    plan.add_action(world.centre, goal, far, world.coordinator.id)
    page = world.client().get(world.url()).text
    assert "Te laat" in page
    assert "Bel de school" in page
    assert "over 3 dagen" in page
    assert "Ooit" not in page
    assert "Alle acties waarvan jij trekker bent" in page


def test_home_shows_the_goals_that_ran_on(world: World) -> None:
    world.submit()
    world.add_goal(title="Loopt door")
    world.submit(world.open_cycle())
    assert "Doorgelopen uit een vorig schooljaar" in world.client().get(world.url(year=world.year.next)).text
    assert "Doorgelopen uit een vorig schooljaar" not in world.client().get(world.url()).text


def test_home_takes_the_same_statements_whatever_the_centre_holds(world: World) -> None:
    world.submit()
    client = world.client()
    world.add_evaluation(world.add_goal())
    with statements() as few:
        client.get(world.url())
    for number in range(6):
        goal = world.add_goal(title=f"Doel {number}")
        world.add_evaluation(goal)
        plan.add_action(
            world.centre, goal, plan.ActionText("x", world.coordinator.id, today()), world.coordinator.id
        )
    world.submit(world.open_cycle())
    with statements() as many:
        client.get(world.url())
    assert len(few) == len(many), "\n".join(many)


def test_an_inactive_centre_is_gone_for_everyone(world: World) -> None:
    world.open_cycle()
    Centre.update(active=False).where(Centre.id == world.centre.id).execute()
    for who in Role:
        assert world.client(who).get(world.url()).status_code == 404


# ── the rescan ──


def test_the_rescan_says_what_is_open_and_what_goes_along_and_opens(world: World) -> None:
    world.submit()
    world.add_goal(title="Gaat mee")
    client = world.client()
    page = client.get(world.url("herscan")).text
    assert "Gaat mee" in page
    assert "Dit houdt de herscan niet tegen." in page
    assert f"Open de herscan voor {world.year.next}" in page
    answer = client.post(f"/centrum/{world.centre.slug}/openen", follow_redirects=True)
    assert answer.request.path == world.url(year=world.year.next)
    assert f"De zelfscan voor {world.year.next} staat open." in client.get(world.url("herscan")).text


def test_the_rescan_waits_for_the_scan_that_is_open(world: World) -> None:
    world.open_cycle()
    page = world.client().get(world.url("herscan")).text
    assert "is nog niet ingediend. Daarna kan de herscan openen." in page
    assert "Open de herscan voor" not in page


def test_no_rescan_opens_more_than_a_year_ahead(world: World) -> None:
    world.submit()
    world.submit(world.open_cycle())
    client = world.client()
    assert "Open de herscan voor" not in client.get(world.url("herscan", year=world.year.next)).text
    client.post(f"/centrum/{world.centre.slug}/openen")
    assert Cycle.select().where(Cycle.centre == world.centre).count() == 2


# ── history ──


def test_an_empty_history_says_how_it_will_grow(world: World) -> None:
    page = world.client().get(f"/centrum/{world.centre.slug}/geschiedenis")
    assert page.status_code == 200
    assert "Na jullie eerste zelfscan" in page.text


def test_history_tells_each_year_with_its_goals_and_what_was_decided(world: World) -> None:
    world.submit(stage=1, wish=2)
    goal = world.add_goal(title="Samen <sterk>")
    evaluation = world.add_evaluation(goal, today())
    outcome = plan.Outcome(today(), Verdict.PARTLY, "Half", FollowUp.ADJUST, today() + timedelta(days=90))
    plan.record_evaluation(world.centre, Evaluation.get_by_id(evaluation.id), outcome, world.coordinator.id)
    world.submit(world.open_cycle(), stage=2, wish=3)
    page = world.client(Role.STAFF).get(f"/centrum/{world.centre.slug}/geschiedenis").text
    assert str(world.year) in page
    assert str(world.year.next) in page
    assert "van fragmentair naar planmatig" in page
    assert "gedeeltelijk bereikt, bijsturen" in page
    assert "doorgelopen" in page
    assert "Samen &lt;sterk&gt;" in page
    assert "<sterk>" not in page
