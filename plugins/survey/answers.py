"""The rules of answering: what a form says, what of it can be kept, and what is still missing.

All follows from the instrument's document; only the roles of questions have a meaning here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from core.cycle import NAME_LIMIT
from core.instrument_document import ClosingQuestion, Instrument, Option, Question

KEEP = "keep"  # the wish to stay at the present stage; any other wish is the key of a stage
STATES = COMPLETE, STARTED, OPEN = "complete", "started", "open"
SINGLE = ("stage", "wish", "choice")  # roles that take one answer

#: What a question is about, by its role, where its full text would be too long.
SUBJECTS = {
    "stage": "Vandaag",
    "wish": "Ambitie",
    "choice": "Bewuste keuze",
    "differences": "Verschillen",
    "levers": "Hefbomen",
    "bottlenecks": "Knelpunten",
    "inspiring": "Inspirerende praktijken",
    "priorities": "Prioriteiten",
}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one question: the keys chosen, in order, and what was written with them.

    The answer to a closing question that chooses nothing means "none of them".
    """

    chosen: tuple[str, ...] = ()
    other: str = ""
    note: str = ""


Answers = Mapping[str, Answer]  # by the question's key
EMPTY = Answer()

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Answer]).decode


def to_json(answers: Answers) -> str:
    """Answers as a draft keeps them; unanswered questions are left out."""
    return _encode({key: answer for key, answer in answers.items() if answer != EMPTY}).decode()


def from_json(text: str) -> dict[str, Answer]:
    """What `to_json` wrote."""
    return _decode(text)


# A form has one field per question under the question's key, and up to two more. Keys hold no
# underscore, so that these names never meet another question's key.


def note_name(question: Question) -> str:
    return f"{question.key}_note"


def other_name(question: Question) -> str:
    return f"{question.key}_other"


def cleaned(text: str) -> str:
    """Typed text with the line ends that we count and without what no database or page can show."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def typed_answers(document: Instrument, form: Mapping[str, Sequence[str]]) -> dict[str, Answer]:
    """What a form says, sound or not. `form` gives the values per field name; other fields are ignored."""
    return {
        question.key: Answer(
            chosen=tuple(dict.fromkeys(form.get(question.key, ()))),
            other=_text(form, other_name(question)) if _other(question) else "",
            note=_text(form, note_name(question)) if question.note else "",
        )
        for question in document.questions
    }


def _text(form: Mapping[str, Sequence[str]], name: str) -> str:
    return cleaned(next(iter(form.get(name, ())), ""))


def form_values(answers: Answers) -> dict[str, tuple[str, ...]]:
    """The other way round: per field name the values that a form shows."""
    values: dict[str, tuple[str, ...]] = {}
    for key, answer in answers.items():
        values[key] = answer.chosen
        values[f"{key}_other"] = (answer.other,)
        values[f"{key}_note"] = (answer.note,)
    return values


def _other(question: Question) -> Option | None:
    return next((option for option in question.options if option.other), None)


def known_keys(document: Instrument, question: Question) -> tuple[str, ...]:
    """The answers that a question takes. Nobody wishes for the lowest stage: one has it or is past it."""
    stages = tuple(stage.key for stage in document.stages)
    if question.role == "stage":
        return stages
    if question.role == "wish":
        return (KEEP, *stages[1:])
    return tuple(option.key for option in question.options)


@dataclass(frozen=True)
class Judged:
    """What becomes of typed answers: what can be kept, and messages by field name.

    What `refused` is about is not kept: there the answer from before stands. What `asked` is about
    is kept, but says too little.
    """

    kept: dict[str, Answer]
    refused: dict[str, list[str]] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def messages(self) -> dict[str, list[str]]:
        return {**self.refused, **self.asked}


def judge(document: Instrument, typed: Answers, before: Answers) -> Judged:
    """Split typed answers into what can be kept and what cannot, where the answers from `before` stay."""
    judged = Judged({})
    for question in document.questions:
        answer, old = typed.get(question.key, EMPTY), before.get(question.key, EMPTY)
        wrong = dict(_faults(document, question, answer))
        for name, message in wrong.items():
            judged.refused[name] = [message]
        judged.kept[question.key] = Answer(
            chosen=old.chosen if question.key in wrong else answer.chosen,
            other=old.other if other_name(question) in wrong else answer.other,
            note=old.note if note_name(question) in wrong else answer.note,
        )
    _weigh_wish(document, judged, before)
    for question in document.questions:
        if _lacks_other(question, judged.kept[question.key]):
            judged.asked[other_name(question)] = ["Schrijf erbij wat je met “anders” bedoelt."]
    return judged


def _faults(document: Instrument, question: Question, answer: Answer) -> Iterator[tuple[str, str]]:
    known = known_keys(document, question)
    exclusive = {option.key for option in question.options if option.exclusive}
    if any(key not in known for key in answer.chosen):
        yield question.key, "Dit antwoord bestaat niet. Kies een van de antwoorden hieronder."
    elif question.role in SINGLE and len(answer.chosen) > 1:
        yield question.key, "Kies één antwoord."
    elif len(answer.chosen) > 1 and exclusive.intersection(answer.chosen):
        words = next(option.text for option in question.options if option.exclusive)
        yield question.key, f"“{words}” gaat niet samen met een ander antwoord. Kies het een of het ander."
    if len(answer.other) > NAME_LIMIT:
        yield other_name(question), _too_long("Dit antwoord", len(answer.other), NAME_LIMIT)
    if question.note and len(answer.note) > question.note.limit:
        yield note_name(question), _too_long("De toelichting", len(answer.note), question.note.limit)


def _too_long(what: str, length: int, limit: int) -> str:
    return f"{what} is te lang: {length} tekens, en er kunnen er {limit}. Kort {length - limit} tekens in."


def _weigh_wish(document: Instrument, judged: Judged, before: Answers) -> None:
    """Refuse a wish at or below the stage that is kept; the wish from before stays if it fits that stage."""
    question = document.question("wish")
    if question is None or wish_fits(document, judged.kept):
        return
    judged.refused[question.key] = [
        "Jullie staan al op dat stadium of verder. Kies aanhouden of een hoger stadium."
    ]
    chosen = before.get(question.key, EMPTY).chosen
    kept = {**judged.kept, question.key: Answer(chosen=chosen)}
    judged.kept[question.key] = kept[question.key] if wish_fits(document, kept) else EMPTY


def wish_fits(document: Instrument, answers: Answers) -> bool:
    """Whether the wish lies above the stage, as far as both are there."""
    stage, wish = chosen_one(document, answers, "stage"), chosen_one(document, answers, "wish")
    if stage is None or wish in (None, KEEP):
        return True
    return document.stage_value(str(wish)) > document.stage_value(stage)


def chosen_one(document: Instrument, answers: Answers, role: str) -> str | None:
    """The one answer to the question with a role that takes one; None where it is not there."""
    question = document.question(role)
    chosen = answers.get(question.key, EMPTY).chosen if question else ()
    return chosen[0] if chosen else None


def _lacks_other(question: Question, answer: Answer) -> bool:
    other = _other(question)
    return other is not None and other.key in answer.chosen and not answer.other


def unanswered(document: Instrument, answers: Answers) -> list[Question]:
    """The questions of a block that still lack their answer. Explanations are never required."""
    return [
        question
        for question in document.questions
        if not (answer := answers.get(question.key, EMPTY)).chosen or _lacks_other(question, answer)
    ]


def state_of(document: Instrument, answers: Answers) -> str:
    """How far a block is: complete, started, or open while nothing at all is filled in."""
    if not unanswered(document, answers):
        return COMPLETE
    return STARTED if any(answer != EMPTY for answer in answers.values()) else OPEN


def words_of(document: Instrument, question: Question, answer: Answer) -> list[str]:
    """An answer in the instrument's words, with what was written with it."""
    words = [_word(document, question, key, answer) for key in answer.chosen]
    return words + ([f"Toelichting: {answer.note}"] if answer.note else [])


def _word(document: Instrument, question: Question, key: str, answer: Answer) -> str:
    if question.role == "wish" and key == KEEP:
        return question.keep or ""
    if question.role in ("stage", "wish"):
        return document.stage(document.stage_value(key)).name
    option = next(option for option in question.options if option.key == key)
    return f"{option.text}: {answer.other}" if option.other and answer.other else option.text


def closing_faults(
    document: Instrument, question: ClosingQuestion, chosen: Sequence[str], none: bool
) -> list[str]:
    """What is wrong with an answer to a closing question; `none` says "none of them" in so many words."""
    known = {block.key for block in document.blocks}
    if none and chosen:
        return [f"Kies ofwel bouwstenen, ofwel “{question.none}”."]
    if none:
        return []
    found = []
    if set(chosen) - known:
        found.append("Er staat een bouwsteen bij die niet bestaat.")
    if len(set(chosen)) < len(chosen):
        found.append("Dezelfde bouwsteen staat er twee keer. Kies elke bouwsteen hoogstens één keer.")
    if len(chosen) > question.most:
        found.append(f"Kies hoogstens {_blocks(question.most)}. Het zijn er nu {len(chosen)}.")
    if len(chosen) < question.least:
        way_out = f", of duid aan: “{question.none}”" if question.none else ""
        found.append(f"Kies minstens {_blocks(question.least)}{way_out}.")
    return found


def _blocks(number: int) -> str:
    return "één bouwsteen" if number == 1 else f"{number} bouwstenen"
