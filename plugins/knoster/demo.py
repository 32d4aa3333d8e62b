"""Invented answers for the demo's goals; their words stand in content/knoster/demo.yaml."""

from __future__ import annotations

from typing import Annotated

import msgspec

from core.cycle import Goal, GoalState
from core.dates import now
from core.people import Centre
from plugins.knoster.elements import content_file, read
from plugins.knoster.models import CRITERIA, ELEMENTS, KnosterCheck, KnosterCriterion, KnosterElement


class DemoElement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an invented centre says of one element."""

    state: str | None = None
    note: str = ""


class DemoFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """content/knoster/demo.yaml: judgements taken in turn, and SMARTI texts by building block."""

    judgements: Annotated[tuple[dict[str, DemoElement], ...], msgspec.Meta(min_length=1)]
    smarti: dict[str, dict[str, str]]
    otherwise: dict[str, str]


def fill(centre: Centre) -> None:
    """Answer for the running goals of a centre of the demo, the same way each time."""
    words = read(content_file("demo"), DemoFile)
    query = Goal.select().where((Goal.centre == centre.id) & (Goal.state == GoalState.RUNNING))
    for turn, goal in enumerate(query.order_by(Goal.starts_on, Goal.id)):
        judgements = words.judgements[(turn + len(centre.slug)) % len(words.judgements)]
        for key, judgement in judgements.items():
            KnosterElement.create(goal=goal, element=key, state=judgement.state, note=judgement.note)
        for key, text in words.smarti.get(goal.block, words.otherwise).items():
            KnosterCriterion.create(goal=goal, criterion=key, text=text)
        for part in (ELEMENTS, CRITERIA):
            KnosterCheck.create(goal=goal, part=part, saved_at=now())
