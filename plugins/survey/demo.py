"""Invented answers for the open scans of the demo: a team that is halfway."""

from __future__ import annotations

from random import Random

from core.cycle import Cycle, Scan
from core.dates import now
from core.instrument import document_of
from core.instrument_document import Instrument, Question
from core.people import Centre, Membership, Role
from plugins.survey.answers import KEEP, Answer, to_json
from plugins.survey.models import SurveyDraft

FEWEST, MOST = 5, 8

#: What a team writes with its answers, by the role of the question.
NOTES = {
    "choice": (
        "We kozen vorig jaar samen voor deze aanpak, na een studiedag met het hele team.",
        "Door de vele wissels in het team bleef dit liggen; we willen er dit jaar tijd voor maken.",
    ),
    "differences": (
        "Het onthaalteam staat het verst. In de andere teams hangt het nog af van wie er is.",
        "Op de kleinste vestiging is er minder overleg mogelijk, en dat zie je.",
    ),
    "levers": (
        "Onze teamcoaches nemen dit stevig op, en de directie geeft er ruimte voor.",
        "De vaste overlegmomenten zorgen dat iedereen mee is.",
    ),
    "bottlenecks": (
        "Het registratiesysteem maakt het moeilijk om gegevens naast elkaar te leggen.",
        "Nieuwe collega's vinden de afspraken niet gemakkelijk terug.",
    ),
}


def fill(centre: Centre) -> None:
    """Write drafts for the open scans of a centre; the same ones for the same centre every time."""
    scans = (
        Scan.select(Scan, Cycle).join(Cycle).where((Cycle.centre == centre.id) & Scan.submitted_at.is_null())
    )
    for scan in scans:
        _fill_scan(centre, scan)


def _fill_scan(centre: Centre, scan: Scan) -> None:
    dice = Random(f"{centre.slug} {scan.cycle.year}")  # nosec B311
    document = document_of(scan.instrument_id)
    blocks = document.blocks[: dice.randint(FEWEST, MOST)]
    filler = Membership.get_or_none((Membership.centre == centre.id) & (Membership.role == Role.COORDINATOR))
    for place, block in enumerate(blocks, start=1):
        answers = _answers(document, dice)
        if place == len(blocks):  # the last one was only begun
            answers = dict(list(answers.items())[:2])
        SurveyDraft.create(
            scan=scan,
            block=block.key,
            answers=to_json(answers),
            saved_at=now(),
            saved_by=filler.user_id if filler else None,
        )


def _answers(document: Instrument, dice: Random) -> dict[str, Answer]:
    stage = dice.randrange(len(document.stages) - 1)
    found = {}
    for question in document.questions:
        chosen = _pick(document, question, stage, dice)
        note = _note(question, chosen, dice) if question.note and dice.random() < 0.5 else ""
        found[question.key] = Answer(chosen=(chosen,), note=note)
    return found


def _note(question: Question, chosen: str, dice: Random) -> str:
    """A note that fits the answer: none where nothing is felt, and the choice's own words for each choice."""
    option = next((option for option in question.options if option.key == chosen), None)
    if option is None or option.exclusive or question.role not in NOTES:
        return ""
    if question.role == "choice":
        return NOTES["choice"][0 if option.meaning == "deliberate" else 1]
    return dice.choice(NOTES[question.role])


def _pick(document: Instrument, question: Question, stage: int, dice: Random) -> str:
    if question.role == "stage":
        return document.stages[stage].key
    if question.role == "wish":
        return KEEP if dice.random() < 0.3 else document.stages[stage + 1].key
    return dice.choice([option.key for option in question.options if not option.other])
