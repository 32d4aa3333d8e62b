"""Answers become a result in core's words."""

from __future__ import annotations

from core.instrument_document import ClosingQuestion
from plugins.survey.answers import KEEP, Answer
from plugins.survey.result import block_result, scan_result
from tests.plugins.survey.instruments import instrument

DOCUMENT = instrument()


def test_a_stage_counts_from_one_and_to_keep_is_a_wish_equal_to_it():
    found = block_result(DOCUMENT, "a", {"nu": Answer(("midden",)), "straks": Answer((KEEP,))})
    assert (found.stage, found.wish) == (2, 2)


def test_what_is_unanswered_is_none_and_never_the_lowest_stage():
    found = block_result(DOCUMENT, "a", {})
    assert (found.stage, found.wish, found.choice, found.differences) == (None, None, None, None)


def test_to_keep_what_is_not_there_is_no_wish():
    assert block_result(DOCUMENT, "a", {"straks": Answer((KEEP,))}).wish is None


def test_options_become_meanings_and_pillars():
    answers = {"bewust": Answer(("nee",), note="Tja"), "helpt": Answer(("een", "twee"))}
    found = block_result(DOCUMENT, "a", answers)
    assert (found.choice, found.choice_note, found.levers) == ("context", "Tja", ("mensen",))


def test_what_other_stands_for_only_counts_while_it_is_chosen():
    left_behind = Answer(("teams",), other="per leeftijd")
    assert block_result(DOCUMENT, "a", {"verschil": left_behind}).differences_other == ""
    assert block_result(DOCUMENT, "a", {"verschil": Answer(("anders",), other="x")}).differences_other == "x"


def test_priorities_keep_their_order():
    ranked = ClosingQuestion(key="eerst", role="priorities", text="Eerst?", most=2)
    document = instrument(closing=(ranked,))
    found = scan_result(document, {}, {"eerst": Answer(("b", "a"))})
    assert found.priorities == ("b", "a")
    assert [rating.block for rating in found.ratings] == ["a", "b"]
