"""The pages of the improvement plan, as each role meets them."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from core.cycle import Action, Cycle, Evaluation, Goal, Priority, Scan
from core.dates import today
from core.instrument import document_of
from core.people import Role
from core.steps import plan as steps
from tests.world import World, statements

TODAY = date(2026, 2, 10)
LATER = date(2026, 6, 1)
XSS = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def a_day_in_february(time_machine: Any) -> None:
    time_machine.move_to("2026-02-10T09:00:00+01:00", tick=False)


@pytest.fixture
def scan(world: World) -> Scan:
    """This year's scan, handed in."""
    return world.submit()


def goal_url(world: World, goal: Goal, path: str = "") -> str:
    return f"/centrum/{world.centre.slug}/doelen/{goal.id}{path}"


def goal_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "title": "Elke school kent ons",
        "block": "preventie",
        "description": "Van binnen en van buiten",
        "owner_id": "",
        "starts_on": "2026-02-10",
        "ends_on": "2026-08-31",
        "revision": "1",
    }
    return {**fields, **changes}


def outcome_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "held_on": "2026-02-10",
        "verdict": "partly",
        "seen": "Twee teams werken zo.",
        "follow_up": "adjust",
        "next_due": str(LATER),
    }
    return {**fields, **changes}


def text_of(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def add_action(world: World, goal: Goal, owner: Role | None = None, **changes: Any) -> Action:
    values = {"title": "De scholen bellen", "due_on": LATER, **changes}
    text = steps.ActionText(owner_id=world.people[owner].id if owner else None, **values)
    return steps.add_action(world.centre, goal, text, world.coordinator.id)


# priorities


def test_before_the_scan_is_in_the_priorities_page_leads_to_it(world: World) -> None:
    world.open_cycle()
    page = text_of(world.client().get(world.url("prioriteiten")))
    assert "Dien eerst de zelfscan in" in page
    assert world.url("zelfscan") in page


def choose(world: World, blocks: list[str], who: Role = Role.COORDINATOR, **changes: str) -> Any:
    fields = {"priorities": blocks, "reason": "", "revision": "1", **changes}
    return world.client(who).post(world.url("prioriteiten"), data=fields)


def keys(scan: Scan) -> list[str]:
    return [block.key for block in document_of(scan.instrument_id).blocks]


def test_a_coordinator_confirms_the_priorities_and_is_named(world: World, scan: Scan) -> None:
    assert choose(world, [*keys(scan)[:3], "", ""]).status_code == 302
    page = text_of(world.client(Role.STAFF).get(world.url("prioriteiten")))
    assert world.coordinator.name in page
    assert "Bevestigd op 10 februari 2026" in page


def test_a_member_reads_the_priorities_and_cannot_choose_them(world: World, scan: Scan) -> None:
    page = text_of(world.client(Role.MEMBER).get(world.url("prioriteiten")))
    assert "Bevestig de prioriteiten" not in page
    assert choose(world, keys(scan)[:3], Role.MEMBER).status_code == 403


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (["behartiger", "preventie"], "minstens 3"),
        (["behartiger", "kernprocessen", "preventie", "teamwerk", "netwerk", "beleid"], "hoogstens 5"),
        (["preventie", "preventie", "beleid"], "meer dan één keer"),
        (["preventie", "verzonnen", "beleid"], "bestaat niet"),
        (["preventie", "beleid", "plg"], "Schrijf kort waarom"),
    ],
)
def test_wrong_priorities_come_back_as_chosen_with_a_sentence(
    world: World, scan: Scan, blocks: list[str], words: str
) -> None:
    before = [row.block for row in Priority.select()]
    answer = choose(world, blocks)
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    assert '<option value="preventie" selected>' in page
    assert [row.block for row in Priority.select()] == before


def test_a_typed_reason_is_kept_when_the_choice_is_refused(world: World, scan: Scan) -> None:
    assert "Omdat het moet" in text_of(choose(world, keys(scan)[:1], reason="Omdat het moet"))


def test_stale_priorities_show_both_lists_and_can_be_saved_after_all(world: World, scan: Scan) -> None:
    choose(world, keys(scan)[3:6], reason="eerst deze")
    answer = choose(world, keys(scan)[6:9], reason="liever deze")
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Intussen bewaard" in page
    assert "liever deze" in page
    assert choose(world, keys(scan)[6:9], reason="liever deze", revision="2").status_code == 302
    assert [row.block for row in Priority.select().order_by(Priority.rank)] == keys(scan)[6:9]


# the plan


def test_the_plan_groups_goals_by_priority_and_names_priorities_without_one(world: World, scan: Scan) -> None:
    world.add_goal("behartiger")
    page = text_of(world.client().get(world.url("plan")))
    assert "1. Behartiger van de leerling" in page
    assert "Nog geen doel voor deze prioriteit" in page
    assert "Elke leerling wordt gehoord" in page


def test_a_goal_of_last_year_is_in_this_years_plan_as_running_on(world: World, time_machine: Any) -> None:
    world.submit()
    goal = world.add_goal()
    time_machine.move_to("2026-10-01T09:00:00+02:00")
    world.submit()
    page = text_of(world.client().get(world.url("plan")))
    assert goal.title in page
    assert "doorgelopen uit 2025-2026" in page
    assert Goal.select().count() == 1


def test_late_actions_and_evaluations_are_marked(world: World, scan: Scan, time_machine: Any) -> None:
    goal = world.add_goal("behartiger")
    add_action(world, goal, due_on=TODAY)
    world.add_evaluation(goal, TODAY)
    time_machine.move_to("2026-02-12T09:00:00+01:00")
    page = text_of(world.client().get(world.url("plan")))
    assert "1 te laat" in page
    assert "Te laat" in page


def test_an_ended_goal_stands_apart_in_the_year_in_which_it_ended(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    evaluation = world.add_evaluation(goal, TODAY)
    ending = steps.Outcome(TODAY, "reached", "Gelukt", "secure")
    steps.record_evaluation(world.centre, evaluation, ending, world.coordinator.id)
    page = text_of(world.client().get(world.url("plan")))
    assert "Afgesloten in 2025-2026" in page
    assert "Geborgd" in page


def test_a_block_that_the_instrument_lacks_shows_its_key(world: World, scan: Scan) -> None:
    goal = world.add_goal("oude-steen")
    assert "oude-steen" in text_of(world.client().get(world.url("plan")))
    assert "oude-steen" in text_of(world.client().get(goal_url(world, goal, "/wijzigen")))


def fill(world: World, goals: int) -> None:
    for number in range(goals):
        goal = world.add_goal(("behartiger", "preventie", "beleid")[number % 3], title=f"Doel {number}")
        add_action(world, goal, Role.STAFF)
        world.add_evaluation(goal)


@pytest.mark.parametrize("path", ["plan", "mijn-acties"])
def test_pages_of_the_plan_send_as_many_statements_for_twenty_goals_as_for_two(
    world: World, scan: Scan, path: str
) -> None:
    client = world.client(Role.STAFF)
    fill(world, 2)
    client.get(world.url(path))
    with statements() as few:
        client.get(world.url(path))
    fill(world, 18)
    with statements() as many:
        client.get(world.url(path))
    assert len(many) == len(few)


def test_a_goals_page_sends_as_many_statements_for_twenty_actions_as_for_two(
    world: World, scan: Scan
) -> None:
    client, goal, counts = world.client(), world.add_goal(), []
    for more in (2, 18):
        for number in range(more):
            add_action(world, goal, Role.STAFF if number % 2 else Role.MEMBER)
            world.add_evaluation(goal, TODAY + timedelta(days=more + number))
        client.get(goal_url(world, goal))
        with statements() as sent:
            client.get(goal_url(world, goal))
        counts.append(len(sent))
    assert counts[0] == counts[1]


# goals


def test_a_new_goal_is_saved_with_its_first_evaluation_and_shown(world: World, scan: Scan) -> None:
    fields = goal_fields(first_evaluation=str(LATER))
    answer = world.client(Role.MEMBER).post(world.url("doelen/nieuw"), data=fields, follow_redirects=True)
    assert "Elke school kent ons" in text_of(answer)
    assert Evaluation.get().due_on == LATER


def test_a_new_goal_starts_from_the_chosen_block_with_what_the_scan_said_beside_it(
    world: World, scan: Scan
) -> None:
    page = text_of(world.client(Role.MEMBER).get(world.url("doelen/nieuw?bouwsteen=preventie")))
    assert '<option selected value="preventie">' in page
    assert "Uit de zelfscan 2025-2026" in page
    assert 'value="2026-08-31"' in page


def test_an_unknown_block_in_the_address_is_left_out(world: World, scan: Scan) -> None:
    assert world.client(Role.MEMBER).get(world.url("doelen/nieuw?bouwsteen=verzonnen")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Vul dit in."),
        ({"title": "x" * 201}, "hoogstens 200 tekens"),
        ({"description": "x" * 4001}, "hoogstens 4000 tekens"),
        ({"block": ""}, "Kies de bouwsteen"),
        ({"block": "verzonnen"}, "Kies een bouwsteen uit de lijst."),
        ({"owner_id": "999999"}, "Kies een trekker uit jullie eigen centrum."),
        ({"owner_id": "x; drop table"}, "Kies een trekker uit jullie eigen centrum."),
        ({"starts_on": "31 februari"}, "Dit is geen datum"),
        ({"ends_on": "2050-01-01"}, "Kies een dag tussen"),
        ({"ends_on": "2026-01-01"}, "Het einde ligt voor het begin."),
        ({"first_evaluation": "2030-01-01"}, "Kies een dag tussen"),
    ],
)
def test_a_wrong_goal_comes_back_as_typed_with_a_sentence_and_nothing_saved(
    world: World, scan: Scan, changes: dict[str, str], words: str
) -> None:
    fields = goal_fields(**{"description": "Wat ik typte", **changes})
    answer = world.client(Role.MEMBER).post(world.url("doelen/nieuw"), data=fields)
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    assert fields["description"] in page
    assert not Goal.select().exists()


def test_an_owner_of_another_centre_is_refused_at_the_field(world: World, scan: Scan) -> None:
    fields = goal_fields(owner_id=str(world.outsider.id))
    answer = world.client(Role.MEMBER).post(world.url("doelen/nieuw"), data=fields)
    assert answer.status_code == 422
    assert 'id="owner_id-error"' in text_of(answer)


def test_the_line_breaks_of_a_browser_are_no_change_of_the_text(world: World, scan: Scan) -> None:
    goal, client = world.add_goal("preventie", description="Eerst\nDan"), world.client(Role.MEMBER)
    fields = goal_fields(
        title=goal.title, description="Eerst\r\nDan", owner_id=str(goal.owner_id), ends_on=str(goal.ends_on)
    )
    client.post(goal_url(world, goal, "/wijzigen"), data={**fields, "revision": str(goal.revision)})
    assert Goal.get_by_id(goal.id).revision == goal.revision


def test_a_stale_goal_shows_both_texts_and_can_be_saved_after_all(world: World, scan: Scan) -> None:
    goal, client = world.add_goal("preventie"), world.client(Role.MEMBER)
    url = goal_url(world, goal, "/wijzigen")
    same = {"owner_id": str(goal.owner_id), "ends_on": str(goal.ends_on)}
    mine = goal_fields(title="Mijn titel", **same, revision=str(goal.revision))
    assert client.post(url, data={**mine, "title": "Hun titel"}).status_code == 302
    answer = client.post(url, data=mine)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Hun titel" in page
    assert "Mijn titel" in page
    fresh = Goal.get_by_id(goal.id)
    assert fresh.title == "Hun titel"
    assert client.post(url, data={**mine, "revision": str(fresh.revision)}).status_code == 302
    assert Goal.get_by_id(goal.id).title == "Mijn titel"


@pytest.mark.parametrize("revision", ["", "veel", "-1", "9" * 40])
def test_a_made_up_revision_is_a_stale_form(world: World, scan: Scan, revision: str) -> None:
    goal = world.add_goal("preventie")
    fields = goal_fields(title="Mijn titel", ends_on=str(goal.ends_on), revision=revision)
    assert world.client(Role.MEMBER).post(goal_url(world, goal, "/wijzigen"), data=fields).status_code == 409


def test_another_period_of_a_running_goal_asks_for_a_reason(world: World, scan: Scan) -> None:
    goal, client = world.add_goal("preventie"), world.client(Role.MEMBER)
    fields = goal_fields(ends_on="2027-06-30", revision=str(goal.revision))
    answer = client.post(goal_url(world, goal, "/wijzigen"), data=fields)
    assert answer.status_code == 422
    assert 'id="reason-error"' in text_of(answer)
    client.post(goal_url(world, goal, "/wijzigen"), data={**fields, "reason": "Meer tijd nodig"})
    assert "Meer tijd nodig" in text_of(client.get(goal_url(world, goal)))


def test_a_goal_is_agreed_with_one_button(world: World, scan: Scan) -> None:
    goal = world.add_goal(running=False)
    client = world.client(Role.MEMBER)
    assert "Spreek dit doel af" in text_of(client.get(goal_url(world, goal)))
    client.post(goal_url(world, goal, "/afspreken"))
    assert Goal.get_by_id(goal.id).state == "running"


@pytest.mark.parametrize(
    ("planned", "words"),
    [(None, "Plan een evaluatie"), (TODAY, "Vul de evaluatie in"), (date(2026, 8, 1), "Nieuwe actie")],
)
def test_a_running_goal_has_one_main_button_for_what_comes_next(
    world: World, scan: Scan, planned: date | None, words: str
) -> None:
    goal = world.add_goal()
    if planned:
        world.add_evaluation(goal, planned)
    page = text_of(world.client().get(goal_url(world, goal)))
    assert page.count('class="button primary"') == 1
    assert f">{words}</a>" in page.split('class="button primary"')[1]


def test_a_goal_shows_stage_and_ambition_of_its_block(world: World, scan: Scan) -> None:
    page = text_of(world.client().get(goal_url(world, world.add_goal("preventie"))))
    assert "Planmatig" in page
    assert "Geïntegreerd" in page


@pytest.mark.parametrize("path", ["", "/wijzigen", "/acties/nieuw", "/evaluaties/nieuw"])
def test_a_goal_of_another_centre_is_not_there(world: World, scan: Scan, path: str) -> None:
    goal = world.add_goal()
    address = f"/centrum/{world.other.slug}/doelen/{goal.id}{path}"
    assert world.client(world.outsider).get(address).status_code == 404
    assert world.client(world.outsider).get(goal_url(world, goal, path)).status_code == 404


def test_an_impossible_number_in_the_address_is_no_page(world: World, scan: Scan) -> None:
    assert world.client().get(f"/centrum/{world.centre.slug}/doelen/{'9' * 30}").status_code == 404


# actions


def test_a_member_adds_an_action(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    fields = {
        "title": "Bellen",
        "owner_id": str(world.people[Role.STAFF].id),
        "due_on": "1/6/2026",
        "note": "",
    }
    world.client(Role.MEMBER).post(goal_url(world, goal, "/acties/nieuw"), data=fields)
    action = Action.get()
    assert (action.title, action.due_on, action.state) == ("Bellen", LATER, "open")


def test_a_wrong_action_comes_back_as_typed(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    fields = {"title": "Bellen", "due_on": "2020-01-01", "owner_id": str(world.outsider.id)}
    answer = world.client(Role.MEMBER).post(goal_url(world, goal, "/acties/nieuw"), data=fields)
    assert answer.status_code == 422
    assert 'value="Bellen"' in text_of(answer)
    assert not Action.select().exists()


def test_staff_tell_how_their_own_action_goes_and_change_nothing_else(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    action = add_action(world, goal, Role.STAFF)
    fields = {"state": "done", "note": "Gebeld", "title": "Anders", "owner_id": "", "revision": "1"}
    answer = world.client(Role.STAFF).post(goal_url(world, goal, f"/acties/{action.id}"), data=fields)
    stored = Action.get_by_id(action.id)
    assert answer.status_code == 302
    assert (stored.state, stored.note, stored.title) == ("done", "Gebeld", "De scholen bellen")


def test_staff_read_the_action_of_another_and_cannot_change_it(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    url = goal_url(world, goal, f"/acties/{add_action(world, goal, Role.MEMBER).id}")
    client = world.client(Role.STAFF)
    page = text_of(client.get(url))
    assert "De scholen bellen" in page
    assert 'name="state"' not in page
    assert client.post(url, data={"state": "done", "note": "", "revision": "1"}).status_code == 403


def test_a_made_up_state_is_refused_in_dutch(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    url = goal_url(world, goal, f"/acties/{add_action(world, goal, Role.STAFF).id}")
    answer = world.client(Role.STAFF).post(
        url, data={"state": "vergeten", "note": "Mijn nota", "revision": "1"}
    )
    assert answer.status_code == 422
    assert "Kies een stand uit de lijst." in text_of(answer)
    assert "Mijn nota" in text_of(answer)


def test_a_stale_action_shows_both_notes(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    action = add_action(world, goal, Role.STAFF)
    steps.report_action(world.centre, action, "started", "Hun nota", 1, world.coordinator.id)
    fields = {"state": "done", "note": "Mijn nota", "revision": "1"}
    answer = world.client(Role.STAFF).post(goal_url(world, goal, f"/acties/{action.id}"), data=fields)
    assert answer.status_code == 409
    assert "Hun nota" in text_of(answer)
    assert "Mijn nota" in text_of(answer)


def test_an_action_of_another_goal_is_not_there(world: World, scan: Scan) -> None:
    action = add_action(world, world.add_goal())
    assert world.client().get(goal_url(world, world.add_goal(), f"/acties/{action.id}")).status_code == 404


def test_my_actions_are_mine_and_open_and_the_soonest_stands_first(
    world: World, scan: Scan, time_machine: Any
) -> None:
    goal = world.add_goal()
    add_action(world, goal, Role.STAFF, title="Zonder dag", due_on=None)
    add_action(world, goal, Role.STAFF, title="Later", due_on=LATER)
    add_action(world, goal, Role.STAFF, title="Eerst", due_on=TODAY)
    add_action(world, goal, Role.STAFF, title="Klaar", state="done")
    add_action(world, goal, Role.MEMBER, title="Van een ander")
    time_machine.move_to("2026-02-12T09:00:00+01:00")
    page = text_of(world.client(Role.STAFF).get(world.url("mijn-acties")))
    assert page.index("Eerst") < page.index("Te laat") < page.index("Later") < page.index("Zonder dag")
    assert "Van een ander" not in page
    assert ">Klaar</a>" not in page


# evaluations


def test_a_member_edits_goals_but_does_not_evaluate_them(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    evaluation, client = world.add_evaluation(goal, TODAY), world.client(Role.MEMBER)
    assert client.get(goal_url(world, goal, "/wijzigen")).status_code == 200
    for path in (
        "/evaluaties/nieuw",
        f"/evaluaties/{evaluation.id}",
        f"/evaluaties/{evaluation.id}/verzetten",
    ):
        assert client.get(goal_url(world, goal, path)).status_code == 403
        assert client.post(goal_url(world, goal, path), data=outcome_fields()).status_code == 403
    assert not Evaluation.get_by_id(evaluation.id).recorded


def test_staff_and_advisers_read_the_plan_without_a_way_to_change_it(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    for role in (Role.STAFF, Role.NETWORK_ADVISER):
        client = world.client(role)
        assert "Nieuw doel" not in text_of(client.get(world.url("plan")))
        assert "/wijzigen" not in text_of(client.get(goal_url(world, goal)))
        assert client.get(goal_url(world, goal, "/wijzigen")).status_code == 403


def test_an_evaluation_is_planned_moved_and_recorded(world: World, scan: Scan) -> None:
    goal, client = world.add_goal(), world.client()
    client.post(goal_url(world, goal, "/evaluaties/nieuw"), data={"due_on": "2026-05-04"})
    evaluation = Evaluation.get()
    move = {"due_on": "2026-05-11", "reason": "Facultatieve dag", "was": "2026-05-04"}
    client.post(goal_url(world, goal, f"/evaluaties/{evaluation.id}/verzetten"), data=move)
    assert Evaluation.get().due_on == date(2026, 5, 11)
    client.post(goal_url(world, goal, f"/evaluaties/{evaluation.id}"), data=outcome_fields())
    page = text_of(client.get(goal_url(world, goal)))
    assert "Gedeeltelijk bereikt, bijsturen" in page
    assert "Facultatieve dag" in page
    assert "1 juni 2026" in page


def test_moving_without_a_reason_keeps_the_chosen_day(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    evaluation = world.add_evaluation(goal, LATER)
    url = goal_url(world, goal, f"/evaluaties/{evaluation.id}/verzetten")
    answer = world.client().post(url, data={"due_on": "2026-05-11", "reason": "", "was": str(LATER)})
    assert answer.status_code == 422
    assert 'id="reason-error"' in text_of(answer)
    assert 'value="2026-05-11"' in text_of(answer)


def test_an_evaluation_moved_by_another_is_stale(world: World, scan: Scan) -> None:
    goal = world.add_goal()
    url = goal_url(world, goal, f"/evaluaties/{world.add_evaluation(goal, LATER).id}/verzetten")
    answer = world.client().post(url, data={"due_on": "2026-05-11", "reason": "Ziek", "was": "2026-05-30"})
    assert answer.status_code == 409
    assert "Ziek" in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verdict": ""}, "verdict"),
        ({"verdict": "super"}, "verdict"),
        ({"follow_up": "vergeten"}, "follow_up"),
        ({"seen": " "}, "seen"),
        ({"held_on": "2026-02-11"}, "held_on"),
        ({"next_due": ""}, "next_due"),
    ],
)
def test_a_wrong_outcome_comes_back_as_typed(
    world: World, scan: Scan, changes: dict[str, str], field: str
) -> None:
    goal = world.add_goal()
    evaluation = world.add_evaluation(goal, TODAY)
    answer = world.client().post(
        goal_url(world, goal, f"/evaluaties/{evaluation.id}"), data={**outcome_fields(), **changes}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert "Twee teams werken zo." in page or field == "seen"
    assert not Evaluation.get_by_id(evaluation.id).recorded


def test_a_second_click_records_nothing_more_and_is_no_error(world: World, scan: Scan) -> None:
    goal, client = world.add_goal(), world.client()
    url = goal_url(world, goal, f"/evaluaties/{world.add_evaluation(goal, TODAY).id}")
    assert client.post(url, data=outcome_fields()).status_code == 302
    assert client.post(url, data=outcome_fields()).status_code == 302
    assert Evaluation.select().count() == 2


def test_an_evaluation_that_another_recorded_shows_both_texts(world: World, scan: Scan) -> None:
    goal, client = world.add_goal(), world.client()
    url = goal_url(world, goal, f"/evaluaties/{world.add_evaluation(goal, TODAY).id}")
    client.post(url, data=outcome_fields())
    answer = client.post(url, data=outcome_fields(seen="Ik zag iets anders."))
    assert answer.status_code == 409
    assert "Ik zag iets anders." in text_of(answer)
    assert "Twee teams werken zo." in text_of(answer)


def test_a_closed_goal_offers_nothing_to_change(world: World, scan: Scan) -> None:
    goal, client = world.add_goal(), world.client()
    url = goal_url(world, goal, f"/evaluaties/{world.add_evaluation(goal, TODAY).id}")
    client.post(url, data=outcome_fields(follow_up="stop"))
    page = text_of(client.get(goal_url(world, goal)))
    assert "Gestopt op 10 februari 2026" in page
    assert "/wijzigen" not in page
    for path in ("/wijzigen", "/acties/nieuw", "/evaluaties/nieuw"):
        assert client.get(goal_url(world, goal, path)).status_code == 302


def test_a_script_in_any_text_shows_as_text(world: World, scan: Scan) -> None:
    goal = world.add_goal("preventie", title=XSS, description=XSS)
    add_action(world, goal, Role.COORDINATOR, title=XSS, note=XSS)
    steps.record_evaluation(
        world.centre,
        world.add_evaluation(goal, TODAY),
        steps.Outcome(TODAY, "partly", XSS, "adjust", LATER),
        world.coordinator.id,
    )
    client = world.client()
    Cycle.update(priorities_reason=XSS, priorities_chosen_at=scan.submitted_at).execute()
    action = Action.get()
    for url in (
        world.url("plan"),
        world.url("prioriteiten"),
        world.url("mijn-acties"),
        goal_url(world, goal),
        goal_url(world, goal, "/wijzigen"),
        goal_url(world, goal, f"/acties/{action.id}"),
        goal_url(world, goal, "/evaluaties/nieuw"),
    ):
        assert XSS not in client.get(url).get_data(as_text=True)
    assert today() == TODAY
