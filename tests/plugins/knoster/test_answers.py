"""Judging the elements and wording the criteria: saved, stale, refused, and summed up as advice."""

from __future__ import annotations

import pytest

from core.audit import AuditEntry
from core.cycle import Goal, GoalState
from core.plugins import ask
from core.steps import Refused, Stale
from plugins.knoster import answers
from plugins.knoster.answers import Judgement
from plugins.knoster.models import CRITERIA, ELEMENTS, MISSING, PRESENT, KnosterElement
from tests.world import World, statements

ALL_PRESENT = {key: Judgement(PRESENT) for key in ("visie", "belang", "plan", "middelen", "competenties")}
NO_MEANS = {**ALL_PRESENT, "middelen": Judgement(MISSING, "Geen uren.")}


def judge(world: World, goal: Goal, judgements: dict[str, Judgement], revision: int = 0) -> None:
    answers.save_elements(world.centre, goal, judgements, revision, world.coordinator.id)


def word(world: World, goal: Goal, texts: dict[str, str], revision: int = 0) -> None:
    answers.save_criteria(world.centre, goal, texts, revision, world.coordinator.id)


def test_judgements_come_back_as_they_were_saved(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    assert answers.judgements_of(goal) == NO_MEANS


def test_an_element_that_nobody_judged_is_not_missing(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, {"visie": Judgement(PRESENT), "plan": Judgement(None, "Later.")})
    assert answers.judgements_of(goal)["middelen"] == Judgement()
    assert answers.judgements_of(goal)["plan"] == Judgement(None, "Later.")
    assert KnosterElement.select().count() == 2


def test_an_emptied_text_leaves_nothing_behind(world: World) -> None:
    goal = world.add_goal()
    word(world, goal, {"meetbaar": "Tien scholen."})
    word(world, goal, {"meetbaar": "  ", "specifiek": "Elk team."}, revision=1)
    assert {key: text for key, text in answers.texts_of(goal).items() if text} == {"specifiek": "Elk team."}


def test_the_second_of_two_who_saw_the_same_page_is_stale_and_writes_nothing(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    with pytest.raises(Stale) as stale:
        judge(world, goal, ALL_PRESENT)
    assert stale.value.current == NO_MEANS
    assert answers.judgements_of(goal) == NO_MEANS


def test_a_save_on_an_older_revision_is_stale(world: World) -> None:
    goal = world.add_goal()
    word(world, goal, {"meetbaar": "Eerst."})
    word(world, goal, {"meetbaar": "Dan."}, revision=1)
    with pytest.raises(Stale):
        word(world, goal, {"meetbaar": "Te laat."}, revision=1)
    assert answers.texts_of(goal)["meetbaar"] == "Dan."


def test_the_two_parts_are_saved_apart(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    word(world, goal, {"meetbaar": "Tien scholen."})
    assert (answers.revision_of(goal, ELEMENTS), answers.revision_of(goal, CRITERIA)) == (1, 1)


@pytest.mark.parametrize("judgements", [{"geld": Judgement(PRESENT)}, {"visie": Judgement("perfect")}])
def test_a_made_up_element_or_state_is_refused(world: World, judgements: dict[str, Judgement]) -> None:
    goal = world.add_goal()
    with pytest.raises(Refused):
        judge(world, goal, judgements)
    assert answers.revision_of(goal, ELEMENTS) == 0


def test_a_note_over_its_limit_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(Refused) as refused:
        judge(world, world.add_goal(), {"visie": Judgement(PRESENT, "x" * 2001)})
    assert refused.value.messages[0][0] == "note_visie"


def test_a_closed_goal_does_not_change(world: World) -> None:
    goal = world.add_goal()
    goal.state = GoalState.SECURED
    with pytest.raises(Refused):
        word(world, goal, {"meetbaar": "Nog iets."})


def test_saving_leaves_a_trace_in_the_trail(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    entry = AuditEntry.get(AuditEntry.verb == "knoster.judged")
    assert (entry.user_id, entry.subject) == (world.coordinator.id, f"goal:{goal.id}")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ([], ""),
        (["middelen"], "Middelen ontbreken: kans op frustratie."),
        (["visie"], "Visie ontbreekt: kans op verwarring."),
        (["plan", "visie"], "Visie ontbreekt en plan ontbreekt: kans op verwarring en een valse start."),
    ],
)
def test_missing_elements_predict_their_tension(missing: list[str], sentence: str) -> None:
    assert answers.missing_sentence(missing) == sentence


@pytest.mark.parametrize(
    ("empty", "sentence"),
    [
        (0, ""),
        (1, "SMARTI: inspirerend is nog leeg."),
        (2, "SMARTI: tijdsgebonden en inspirerend zijn nog leeg."),
        (3, "SMARTI: 3 van de 6 criteria zijn nog leeg."),
    ],
)
def test_empty_criteria_are_named_while_they_are_few(empty: int, sentence: str) -> None:
    keys = [criterion.key for criterion in answers.criteria()]
    assert answers.empty_sentence(keys[: len(keys) - empty]) == sentence


def test_the_plan_is_warned_of_a_missing_element_and_of_empty_criteria(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    word(
        world, goal, {criterion.key: "Ja." for criterion in answers.criteria() if criterion.key != "meetbaar"}
    )
    assert ask("goal_warnings", world.centre, goals=[goal]) == [
        (goal.id, "Middelen ontbreken: kans op frustratie."),
        (goal.id, "SMARTI: meetbaar is nog leeg."),
    ]


def test_a_complete_goal_and_a_closed_one_bring_no_warning(world: World) -> None:
    goal, closed = world.add_goal(), world.add_goal()
    closed.state = GoalState.STOPPED
    judge(world, goal, ALL_PRESENT)
    word(world, goal, {criterion.key: "Ja." for criterion in answers.criteria()})
    assert answers.warnings([goal, closed]) == []


def test_an_untouched_goal_gets_one_piece_of_advice(world: World) -> None:
    goal = world.add_goal()
    assert answers.warnings([goal]) == [(goal.id, "Nog niet bekeken met Knoster en SMARTI.")]


@pytest.mark.parametrize("goals", [1, 12])
def test_warnings_take_one_query_however_many_goals(world: World, goals: int) -> None:
    made = [world.add_goal() for _ in range(goals)]
    judge(world, made[0], NO_MEANS)
    with statements() as sent:
        answers.warnings(made)
    assert len(sent) == 1


def test_no_advice_comes_from_a_plugin_that_is_off(world: World) -> None:
    goal = world.add_goal()
    world.switch("knoster", False)
    assert ask("goal_warnings", world.centre, goals=[goal]) == []


def test_what_was_judged_comes_back_when_the_plugin_is_switched_on_again(world: World) -> None:
    goal = world.add_goal()
    judge(world, goal, NO_MEANS)
    world.switch("knoster", False)
    world.switch("knoster", True)
    assert (goal.id, "Middelen ontbreken: kans op frustratie.") in ask(
        "goal_warnings", world.centre, goals=[goal]
    )
