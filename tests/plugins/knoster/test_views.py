"""The pages of the check: who sees them, who writes, and what happens with bad or late input."""

from __future__ import annotations

import pytest

from core.cycle import Goal, GoalState
from core.people import Role
from core.plugins import ask
from plugins.knoster import answers
from plugins.knoster.models import CRITERIA, ELEMENTS, MISSING, PRESENT
from tests.world import World, statements

WRITERS = [Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER]
READERS = [Role.STAFF, Role.NETWORK_ADVISER, Role.NETWORK_ADMIN]


@pytest.fixture
def goal(world: World) -> Goal:
    world.open_cycle()
    return world.add_goal()


def url(goal: Goal, page: str = "knoster", slug: str = "clb-aalrijk") -> str:
    return f"/centrum/{slug}/doelen/{goal.id}/{page}"


@pytest.mark.parametrize("page", ["knoster", "smarti"])
@pytest.mark.parametrize("role", WRITERS)
def test_who_edits_goals_gets_the_form(world: World, goal: Goal, role: Role, page: str) -> None:
    text = world.client(role).get(url(goal, page)).text
    assert "<textarea" in text
    assert "Bewaren" in text


@pytest.mark.parametrize("page", ["knoster", "smarti"])
@pytest.mark.parametrize("role", READERS)
def test_a_reader_reads_and_cannot_write(world: World, goal: Goal, role: Role, page: str) -> None:
    client = world.client(role)
    text = client.get(url(goal, page)).text
    assert "<textarea" not in text
    assert "Je leest mee" in text
    assert client.post(url(goal, page), data={}).status_code == 403


@pytest.mark.parametrize("page", ["knoster", "smarti"])
def test_a_school_group_reader_sees_no_check(world: World, goal: Goal, page: str) -> None:
    assert world.client(Role.GROUP_READER).get(url(goal, page)).status_code == 403


@pytest.mark.parametrize("page", ["knoster", "smarti"])
def test_an_outsider_gets_404_for_a_goal(world: World, goal: Goal, page: str) -> None:
    client = world.client(world.outsider)
    assert client.get(url(goal, page)).status_code == 404
    assert client.get(url(goal, page, slug="clb-beverdam")).status_code == 404


@pytest.mark.parametrize("page", ["knoster", "smarti"])
def test_the_pages_are_gone_when_the_plugin_is_off(world: World, goal: Goal, page: str) -> None:
    world.switch("knoster", False)
    assert world.client().get(url(goal, page)).status_code == 404
    assert world.client().post(url(goal, page)).status_code == 404


def test_every_element_stands_there_with_its_questions(world: World, goal: Goal) -> None:
    text = world.client().get(url(goal)).text
    for element in answers.elements():
        assert element.name in text
        assert all(question.replace("'", "&#39;") in text for question in element.questions)


def test_judging_says_what_the_gap_predicts_and_returns_to_the_goal(world: World, goal: Goal) -> None:
    client = world.client()
    answer = client.post(
        url(goal), data={"state_visie": PRESENT, "state_middelen": MISSING, "note_middelen": "Geen uren."}
    )
    assert answer.status_code == 302
    assert answer.location.endswith(f"/doelen/{goal.id}")
    assert answers.judgements_of(goal)["middelen"] == answers.Judgement(MISSING, "Geen uren.")
    with client.session_transaction() as session:
        assert "Middelen ontbreken: kans op frustratie." in session["_flashes"][0][1]


def test_everything_may_stay_empty(world: World, goal: Goal) -> None:
    assert world.client().post(url(goal), data={}).status_code == 302
    assert world.client().post(url(goal, "smarti"), data={}).status_code == 302


def test_a_line_break_counts_as_one_character(world: World, goal: Goal) -> None:
    world.client().post(url(goal, "smarti"), data={"text_meetbaar": "a\r\n" * 1000})
    assert answers.texts_of(goal)["meetbaar"] == ("a\n" * 1000).strip()


@pytest.mark.parametrize(
    ("page", "field", "value", "sentence"),
    [
        ("knoster", "state_visie", "perfect", "Kies een van de drie antwoorden."),
        ("knoster", "note_visie", "x" * 2001, "hoogstens 2000 tekens"),
        ("smarti", "text_meetbaar", "x" * 2001, "hoogstens 2000 tekens"),
    ],
)
def test_bad_input_comes_back_with_the_reason_and_all_that_was_typed(
    world: World, goal: Goal, page: str, field: str, value: str, sentence: str
) -> None:
    typed = {"note_plan": "Dit blijft staan.", "text_specifiek": "Dit blijft staan.", field: value}
    answer = world.client().post(url(goal, page), data=typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Dit blijft staan." in answer.text
    assert answers.revision_of(goal, ELEMENTS if page == "knoster" else CRITERIA) == 0


def test_a_stale_judgement_shows_both_texts_and_can_then_be_saved(world: World, goal: Goal) -> None:
    client = world.client()
    client.post(url(goal), data={"revision": "0", "note_plan": "Van de ander."})
    answer = client.post(url(goal), data={"revision": "0", "note_plan": "Van mij."})
    assert answer.status_code == 409
    assert "Van de ander." in answer.text
    assert "Van mij." in answer.text
    assert client.post(url(goal), data={"revision": "1", "note_plan": "Van mij."}).status_code == 302
    assert answers.judgements_of(goal)["plan"].note == "Van mij."


@pytest.mark.parametrize("revision", ["0", "7", "-1", "abc", "9" * 40])
def test_a_stale_criterion_shows_both_texts(world: World, goal: Goal, revision: str) -> None:
    client = world.client()
    client.post(url(goal, "smarti"), data={"revision": "0", "text_meetbaar": "Van de ander."})
    answer = client.post(url(goal, "smarti"), data={"revision": revision, "text_meetbaar": "Van mij."})
    assert answer.status_code == 409
    assert "Van de ander." in answer.text
    assert "Van mij." in answer.text


def test_a_closed_goal_is_read_only_and_says_so(world: World, goal: Goal) -> None:
    Goal.update(state=GoalState.SECURED).where(Goal.id == goal.id).execute()
    assert "Dit doel is afgesloten" in world.client().get(url(goal)).text
    answer = world.client().post(url(goal), data={"note_plan": "Te laat getypt."})
    assert answer.status_code == 422
    assert "Te laat getypt." in answer.text


def test_script_in_a_note_is_shown_as_text(world: World, goal: Goal) -> None:
    world.client().post(url(goal), data={"note_plan": "<script>alert(1)</script>"})
    for role in (Role.COORDINATOR, Role.STAFF):
        assert "<script>alert" not in world.client(role).get(url(goal)).text


def test_the_panel_on_the_goal_shows_the_gap_and_what_it_predicts(world: World, goal: Goal) -> None:
    data = {"state_visie": PRESENT, "state_middelen": MISSING}
    world.client().post(url(goal), data=data)
    with world.client() as client:
        client.get(url(goal))
        (panel,) = (panel for panel in ask("goal_panels", world.centre, goal=goal) if "stones" in panel)
    assert "Middelen ontbreken: kans op frustratie." in panel
    assert "Nog niet bekeken" in panel
    assert "nog leeg" in panel
    assert url(goal) in panel
    assert url(goal, "smarti") in panel


def test_the_panel_takes_two_queries(world: World, goal: Goal) -> None:
    from plugins.knoster.views import panel

    with world.client() as client:
        client.get(url(goal))
        with statements() as sent:
            panel(goal)
    assert len(sent) == 2
