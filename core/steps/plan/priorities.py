"""Settling the priorities of a cycle."""

from __future__ import annotations

from core.audit import record
from core.cycle import Cycle, Priority, Scan
from core.cycle.result import result_of
from core.dates import now
from core.db import transaction
from core.instrument import document_of
from core.instrument_document import Instrument
from core.people import Centre
from core.steps import Refused, Stale
from core.steps.plan.checks import Faults, length_faults, refuse


def choose_priorities(
    centre: Centre, cycle: Cycle, scan: Scan, blocks: list[str], reason: str, revision: int, actor_id: int
) -> None:
    """Settle the priorities of a cycle, in order; what differs from the scan needs a reason.

    Raises Stale, with the block keys that stand now, when someone settled them since `revision`.
    """
    if not Scan.select().where((Scan.id == scan.id) & Scan.submitted_at.is_null(False)).exists():
        raise Refused("Dien eerst de zelfscan in. Daarna kiezen jullie de prioriteiten.")
    reason = reason.strip()
    refuse([*_block_faults(blocks, document_of(scan.instrument_id)), *length_faults(reason, "reason")])
    if tuple(blocks) != result_of(scan).priorities and not reason:
        raise Refused("De prioriteiten wijken af van de zelfscan. Schrijf kort waarom.", "reason")
    with transaction():
        moved = (
            Cycle.update(priorities_chosen_at=now(), priorities_reason=reason, revision=Cycle.revision + 1)
            .where((Cycle.id == cycle.id) & (Cycle.revision == revision))
            .execute()
        )
        if not moved:
            raise Stale(
                [
                    row.block
                    for row in Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)
                ]
            )
        Priority.delete().where(Priority.cycle == cycle).execute()
        for rank, block in enumerate(blocks, start=1):
            Priority.create(cycle=cycle, block=block, rank=rank)
        record(
            "priorities.chosen",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"cycle:{cycle.id}",
            blocks=blocks,
            reason=reason,
        )


def bounds(document: Instrument) -> tuple[int, int]:
    """The least and the most priorities that an instrument asks for."""
    question = document.closing_question("priorities")
    return (question.least, question.most) if question else (1, len(document.blocks))


def _block_faults(blocks: list[str], document: Instrument) -> Faults:
    least, most = bounds(document)
    names = {block.key: block.name for block in document.blocks}
    if set(blocks) - set(names):
        yield "priorities", "Een van deze bouwstenen bestaat niet. Kies opnieuw uit de lijst."
    for block in dict.fromkeys(block for block in blocks if blocks.count(block) > 1):
        yield (
            "priorities",
            f"“{names.get(block, block)}” staat er meer dan één keer. Kies elke bouwsteen één keer.",
        )
    if not least <= len(blocks) <= most:
        yield "priorities", f"Kies minstens {least} en hoogstens {most} prioriteiten."
