"""From answers to the result of a scan, in core's words."""

from __future__ import annotations

from collections.abc import Mapping

from core.cycle.result import BlockResult, ScanResult
from core.instrument_document import Instrument
from plugins.survey.answers import EMPTY, KEEP, Answer, Answers, chosen_one


def scan_result(document: Instrument, blocks: Mapping[str, Answers], closing: Answers) -> ScanResult:
    """The result that answers add up to: `blocks` by block key, `closing` by closing question key."""
    return ScanResult(
        ratings=tuple(
            block_result(document, block.key, blocks.get(block.key, {})) for block in document.blocks
        ),
        inspiring=_closing(document, closing, "inspiring"),
        priorities=_closing(document, closing, "priorities"),
    )


def _closing(document: Instrument, closing: Answers, role: str) -> tuple[str, ...]:
    question = document.closing_question(role)
    return closing.get(question.key, EMPTY).chosen if question else ()


def block_result(document: Instrument, block: str, answers: Answers) -> BlockResult:
    """One block's outcome. To keep is a wish equal to the stage; what is unanswered stays None."""
    stage = chosen_one(document, answers, "stage")
    value = document.stage_value(stage) if stage else None
    choice, differences = _answer(document, answers, "choice"), _answer(document, answers, "differences")
    levers, bottlenecks = _answer(document, answers, "levers"), _answer(document, answers, "bottlenecks")
    return BlockResult(
        block=block,
        stage=value,
        wish=_wish(document, answers, value),
        choice=_meaning(document, choice),
        choice_note=choice.note,
        differences=differences.chosen or None,
        differences_other=_other(document, differences),
        differences_note=differences.note,
        levers=_pillars(document, "levers", levers),
        levers_note=levers.note,
        bottlenecks=_pillars(document, "bottlenecks", bottlenecks),
        bottlenecks_note=bottlenecks.note,
    )


def _answer(document: Instrument, answers: Answers, role: str) -> Answer:
    question = document.question(role)
    return answers.get(question.key, EMPTY) if question else EMPTY


def _wish(document: Instrument, answers: Answers, stage: int | None) -> int | None:
    wish = chosen_one(document, answers, "wish")
    if wish is None:
        return None
    return stage if wish == KEEP else document.stage_value(wish)


def _meaning(document: Instrument, answer: Answer) -> str | None:
    question = document.question("choice")
    options = question.options if question else ()
    return next((option.meaning for option in options if option.key in answer.chosen), None)


def _other(document: Instrument, answer: Answer) -> str:
    """What "other" stands for, while it is chosen; a text left behind without it says nothing."""
    question = document.question("differences")
    options = question.options if question else ()
    return answer.other if any(option.other and option.key in answer.chosen for option in options) else ""


def _pillars(document: Instrument, role: str, answer: Answer) -> tuple[str, ...]:
    question = document.question(role)
    options = question.options if question else ()
    found = [option.pillar for option in options if option.key in answer.chosen and option.pillar]
    return tuple(dict.fromkeys(found))
