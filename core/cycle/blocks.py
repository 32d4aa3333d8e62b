"""A centre's building blocks by name, and what its last submitted scan says of them."""

from __future__ import annotations

from dataclasses import dataclass

from core.cycle import Cycle, Scan
from core.cycle.result import BlockResult, ScanResult, result_of
from core.dates import SchoolYear
from core.instrument import document_of, offered_version
from core.instrument_document import Instrument
from core.people import Centre


@dataclass(frozen=True)
class Blocks:
    """The blocks of a centre's latest scan, in order, and the names of all that it ever rated.

    A goal can carry a block that newer instruments lack: it keeps its last known name.
    """

    document: Instrument
    names: dict[str, str]
    submitted: Scan | None  # the last one, with its cycle

    def name(self, key: str) -> str:
        """A block's name; its key where no instrument of the centre knows it."""
        return self.names.get(key, key)

    @property
    def choices(self) -> dict[str, str]:
        """The blocks to choose from, in order: names by key."""
        return {block.key: block.name for block in self.document.blocks}


def blocks_of(centre: Centre) -> Blocks:
    """The blocks that a centre's scans know, in one query."""
    scans = list(Scan.select(Scan, Cycle).join(Cycle).where(Cycle.centre == centre.id).order_by(Cycle.year))
    documents = [document_of(scan.instrument_id) for scan in scans] or [document_of(offered_version().id)]
    return Blocks(
        document=documents[-1],
        names={block.key: block.name for document in documents for block in document.blocks},
        submitted=next((scan for scan in reversed(scans) if scan.submitted), None),
    )


@dataclass(frozen=True)
class Standing:
    """What a submitted scan says of the blocks, in its own instrument's words."""

    year: SchoolYear
    document: Instrument
    result: ScanResult

    @property
    def names(self) -> dict[str, str]:
        """The names of the blocks that the scan asked about, in order, by key."""
        return {block.key: block.name for block in self.document.blocks}

    def rating(self, block: str) -> BlockResult:
        """The outcome for a block; an unanswered one where the scan has none."""
        return self.result.of(block)

    def stage_name(self, value: int | None) -> str:
        """The name of a stage counted from 1; "" for none."""
        return self.document.stage(value).name if value else ""

    def line(self, block: str) -> str:
        """Stage and ambition in a few words; "" where the scan says nothing of the block."""
        rating = self.rating(block)
        if not rating.stage:
            return ""
        if not rating.wish:
            return self.stage_name(rating.stage)
        if rating.wish == rating.stage:
            return f"{self.stage_name(rating.stage)}, aanhouden"
        return f"{self.stage_name(rating.stage)} → {self.stage_name(rating.wish)}"

    def pillar_names(self, keys: tuple[str, ...]) -> list[str]:
        """The names of pillars, in the instrument's order."""
        return [pillar.name for pillar in self.document.pillars if pillar.key in keys]


def standing_of(scan: Scan) -> Standing:
    """What a submitted scan says, in two queries; its cycle has to be loaded with it."""
    return Standing(scan.cycle.school_year, document_of(scan.instrument_id), result_of(scan))
