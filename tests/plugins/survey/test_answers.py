"""What a form says, what can be kept, and what is missing."""

from __future__ import annotations

import pytest

from core.instrument_document import ClosingQuestion
from plugins.survey.answers import (
    COMPLETE,
    KEEP,
    OPEN,
    STARTED,
    Answer,
    closing_faults,
    from_json,
    judge,
    state_of,
    to_json,
    typed_answers,
    words_of,
)
from tests.plugins.survey.instruments import instrument

DOCUMENT = instrument()
WHOLE = {"nu": ["laag"], "straks": ["hoog"], "bewust": ["ja"], "verschil": ["geen"], "helpt": ["een"]}


def judged(form: dict[str, list[str]], before: dict[str, Answer] | None = None, document=DOCUMENT):
    return judge(document, typed_answers(document, form), before or {})


def test_a_sound_form_is_kept_whole():
    found = judged(WHOLE)
    assert found.kept["straks"] == Answer(chosen=("hoog",))
    assert not found.messages


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nu": ["bestaat-niet"]}, "nu"),
        ({"nu": ["laag", "midden"]}, "nu"),
        ({"straks": ["bestaat-niet"]}, "straks"),
        ({"straks": ["laag"]}, "straks"),
        ({"bewust": ["misschien"]}, "bewust"),
        ({"bewust": ["ja", "nee"]}, "bewust"),
        ({"bewust_note": ["x" * 21]}, "bewust_note"),
        ({"verschil": ["geen", "teams"]}, "verschil"),
        ({"verschil": ["anders"], "verschil_other": ["x" * 201]}, "verschil_other"),
        ({"helpt": ["drie"]}, "helpt"),
    ],
)
def test_what_is_wrong_is_refused_at_its_own_field(change, field):
    assert list(judged({**WHOLE, **change}).refused) == [field]


def test_what_is_refused_leaves_the_answer_from_before_and_keeps_the_rest():
    before = {"bewust": Answer(chosen=("nee",), note="Oud")}
    found = judged({**WHOLE, "bewust_note": ["x" * 21]}, before)
    assert found.kept["bewust"] == Answer(chosen=("ja",), note="Oud")
    assert found.kept["nu"].chosen == ("laag",)


@pytest.mark.parametrize(
    ("stage", "wish", "fits"),
    [
        ("laag", KEEP, True),
        ("laag", "midden", True),
        ("midden", "midden", False),
        ("hoog", "midden", False),
        ("hoog", KEEP, True),
    ],
)
def test_a_wish_has_to_lie_above_the_stage(stage, wish, fits):
    assert ("straks" not in judged({"nu": [stage], "straks": [wish]}).refused) == fits


def test_a_wish_that_the_stage_overtook_is_not_kept_and_said():
    found = judged({"nu": ["hoog"], "straks": ["midden"]}, {"straks": Answer(chosen=("midden",))})
    assert found.refused["straks"]
    assert found.kept["straks"] == Answer()
    assert found.kept["nu"].chosen == ("hoog",)


def test_a_wish_without_a_stage_is_kept():
    assert judged({"straks": ["midden"]}).kept["straks"].chosen == ("midden",)


def test_anders_without_saying_which_is_kept_and_asked_for():
    found = judged({**WHOLE, "verschil": ["anders"]})
    assert found.kept["verschil"].chosen == ("anders",)
    assert list(found.asked) == ["verschil_other"]
    assert not found.refused


def test_a_text_is_measured_with_single_line_ends_and_without_control_characters():
    found = judged({**WHOLE, "bewust_note": ["1234567\r\n1234567\x00\r\n123"]})
    assert found.kept["bewust"].note == "1234567\n1234567\n123"
    assert not found.refused


def test_fields_that_no_question_has_are_ignored():
    assert set(judged({**WHOLE, "helpt_note": ["x"], "rol": ["directeur"]}).kept) == set(WHOLE)


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({}, OPEN),
        ({"bewust_note": ["Een gedachte"]}, STARTED),
        ({"nu": ["laag"]}, STARTED),
        (WHOLE, COMPLETE),
        ({**WHOLE, "verschil": ["anders"]}, STARTED),
        ({**WHOLE, "verschil": ["anders"], "verschil_other": ["per leeftijd"]}, COMPLETE),
    ],
)
def test_a_block_is_open_started_or_complete(form, state):
    assert state_of(DOCUMENT, judged(form).kept) == state


@pytest.mark.parametrize("stages", [3, 4, 5, 6])
def test_any_number_of_stages_will_do(stages):
    document = instrument("stage", "wish", stages=stages)
    last = document.stages[-1].key
    assert not judged({"nu": ["laag"], "straks": [last]}, document=document).refused
    assert judged({"nu": [last], "straks": [last]}, document=document).refused


def test_an_instrument_that_only_asks_the_stage_is_complete_with_it():
    document = instrument("stage")
    assert state_of(document, judged({"nu": ["laag"]}, document=document).kept) == COMPLETE


def test_answers_come_back_from_a_draft_as_they_were():
    kept = judged({**WHOLE, "bewust_note": ["“Ja” <b>"]}).kept
    assert from_json(to_json(kept)) == kept


def test_answers_read_in_the_words_of_the_instrument():
    questions = {question.role: question for question in DOCUMENT.questions}
    assert words_of(DOCUMENT, questions["wish"], Answer(chosen=(KEEP,))) == ["Zo laten"]
    assert words_of(DOCUMENT, questions["stage"], Answer(chosen=("midden",))) == ["Midden"]
    other = Answer(chosen=("anders",), other="per leeftijd", note="Omdat.")
    assert words_of(DOCUMENT, questions["differences"], other) == [
        "Anders: per leeftijd",
        "Toelichting: Omdat.",
    ]


RANKED = ClosingQuestion(key="eerst", role="priorities", text="Eerst?", least=1, most=2)
INSPIRING = ClosingQuestion(key="sterk", role="inspiring", text="Sterk?", most=1, none="Nog geen")


@pytest.mark.parametrize(
    ("question", "chosen", "none", "sound"),
    [
        (RANKED, ["a"], False, True),
        (RANKED, ["b", "a"], False, True),
        (RANKED, [], False, False),
        (RANKED, ["a", "a"], False, False),
        (RANKED, ["a", "b", "c"], False, False),
        (RANKED, ["onbekend"], False, False),
        (INSPIRING, [], True, True),
        (INSPIRING, ["a"], False, True),
        (INSPIRING, [], False, False),
        (INSPIRING, ["a", "b"], False, False),
        (INSPIRING, ["a"], True, False),
    ],
)
def test_a_closing_question_takes_so_many_known_blocks_once_each(question, chosen, none, sound):
    assert (closing_faults(DOCUMENT, question, chosen, none) == []) == sound
