"""Filling in the shipped instrument: forms as a browser sends them, and drafts put straight into the tables."""

from __future__ import annotations

from typing import Any

from core.cycle import Scan
from core.dates import now
from core.instrument import document_of
from plugins.survey.answers import KEEP, Answer, to_json
from plugins.survey.drafts import part_of
from plugins.survey.models import SurveyDraft
from tests.world import World

BLOCK = "behartiger"
FORM = {
    "stadium": "planmatig",
    "ambitie": "systematisch",
    "keuze": "bewust",
    "keuze_note": "Zo spraken we het af.",
    "verschillen": ["teams", "disciplines"],
    "hefbomen": "mensen",
    "knelpunten": "geen",
}


def form(revision: int = 0, **changes: Any) -> dict[str, Any]:
    """A complete, sound form of a block."""
    return {**FORM, "draft_revision": revision, **changes}


def fill(world: World, scan: Scan, blocks: int | None = None, closing: bool = True) -> None:
    """Complete the first `blocks` blocks of a scan (all by default), and the closing questions."""
    document = document_of(scan.instrument_id)
    answers = {"stadium": Answer(("planmatig",)), "ambitie": Answer((KEEP,)), "keuze": Answer(("beide",))}
    answers |= {key: Answer(("geen",)) for key in ("hefbomen", "knelpunten")} | {
        "verschillen": Answer(("nee",))
    }
    for block in document.blocks[:blocks]:
        keep(world, scan, block.key, answers)
    if closing:
        inspiring, priorities = document.closing
        keep(world, scan, part_of(inspiring), {})
        keep(
            world,
            scan,
            part_of(priorities),
            {"prioriteiten": Answer(tuple(b.key for b in document.blocks[:3]))},
        )


def keep(world: World, scan: Scan, part: str, answers: dict[str, Answer]) -> None:
    SurveyDraft.create(
        scan=scan, block=part, answers=to_json(answers), saved_at=now(), saved_by=world.coordinator
    )


def draft(part: str = BLOCK) -> SurveyDraft:
    """The draft of a part in the only scan that has one."""
    return SurveyDraft.get(SurveyDraft.block == part)
