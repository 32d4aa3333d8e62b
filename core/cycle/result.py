"""The result of a scan, in core's own words: what anyone may know of a scan without its questions.

Whatever form asked the questions hands in a `ScanResult`; `faults` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.cycle import BOTTLENECK, LEVER, Factor, Rating, Scan
from core.db import tuples
from core.instrument_document import LONGEST_NOTE, Instrument

CHOICES = ("deliberate", "context", "both")


@dataclass(frozen=True)
class BlockResult:
    """One block's outcome. Stages count from 1; None is unanswered; factor tuples hold pillar keys."""

    block: str
    stage: int | None = None
    wish: int | None = None
    choice: str | None = None
    choice_note: str = ""
    differences: tuple[str, ...] | None = None
    differences_other: str = ""
    differences_note: str = ""
    levers: tuple[str, ...] = ()
    levers_note: str = ""
    bottlenecks: tuple[str, ...] = ()
    bottlenecks_note: str = ""

    @property
    def potential(self) -> int:
        """How many stages lie between today and the wish; 0 when either is unanswered."""
        return (self.wish - self.stage) if self.stage and self.wish else 0


@dataclass(frozen=True)
class ScanResult:
    """A whole scan's outcome: ratings in the instrument's order, and what holds over all blocks."""

    ratings: tuple[BlockResult, ...]
    inspiring: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    _by_block: dict[str, BlockResult] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_block.update({rating.block: rating for rating in self.ratings})

    def of(self, block: str) -> BlockResult:
        """The outcome for a block; an unanswered one where the scan has none."""
        return self._by_block.get(block) or BlockResult(block)

    def rank(self, block: str) -> int | None:
        """The block's place among the priorities, from 1."""
        return self.priorities.index(block) + 1 if block in self.priorities else None


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a result: the block it is about (or None), the field, and a Dutch sentence."""

    block: str | None
    field: str
    message: str


def faults(result: ScanResult, instrument: Instrument) -> list[Fault]:
    """Everything that keeps a result from being handed in; empty when it is complete and sound."""
    known = {block.key for block in instrument.blocks}
    found = [
        Fault(None, "block", f"De bouwsteen “{r.block}” bestaat niet.")
        for r in result.ratings
        if r.block not in known
    ]
    for block in instrument.blocks:
        found += block_faults(result.of(block.key), instrument)
    return [*found, *_closing_faults(result, instrument, known)]


def block_faults(rating: BlockResult, instrument: Instrument) -> list[Fault]:
    """What is missing or impossible in one block's outcome. The result may know the block or not."""
    highest = len(instrument.stages)
    checks = (
        ("stage", rating.stage is None, "Kies het stadium waarin jullie vandaag staan."),
        ("stage", rating.stage is not None and not 1 <= rating.stage <= highest, "Dit stadium bestaat niet."),
        (
            "wish",
            rating.wish is None and instrument.question("wish") is not None,
            "Kies jullie ambitie: aanhouden, of een hoger stadium.",
        ),
        (
            "wish",
            bool(rating.wish and rating.stage and not rating.stage <= rating.wish <= highest),
            "De ambitie kan niet lager liggen dan het stadium van vandaag.",
        ),
        ("choice", rating.choice not in (None, *CHOICES), "Dit antwoord bestaat niet."),
        ("levers", not _known_pillars(rating.levers, instrument), "Deze hefboom bestaat niet."),
        ("bottlenecks", not _known_pillars(rating.bottlenecks, instrument), "Dit knelpunt bestaat niet."),
    )
    found = [Fault(rating.block, name, message) for name, wrong, message in checks if wrong]
    notes = (rating.choice_note, rating.differences_note, rating.levers_note, rating.bottlenecks_note)
    if any(len(note) > LONGEST_NOTE for note in notes):
        found.append(Fault(rating.block, "note", "Een toelichting is te lang."))
    return found


def _known_pillars(keys: tuple[str, ...], instrument: Instrument) -> bool:
    return set(keys) <= {pillar.key for pillar in instrument.pillars}


def _closing_faults(result: ScanResult, instrument: Instrument, known: set[str]) -> Iterator[Fault]:
    for role, chosen, name in (
        ("inspiring", result.inspiring, "inspirerende praktijken"),
        ("priorities", result.priorities, "prioriteiten"),
    ):
        question = instrument.closing_question(role)
        if len(set(chosen)) < len(chosen):
            yield Fault(None, role, f"Dezelfde bouwsteen staat twee keer bij de {name}.")
        if set(chosen) - known:
            yield Fault(None, role, f"Bij de {name} staat een bouwsteen die niet bestaat.")
        if question and len(chosen) > question.most:
            yield Fault(None, role, f"Kies hoogstens {question.most} {name}.")
        if (
            question and len(chosen) < question.least and (chosen or role != "inspiring")
        ):  # none is an answer there
            yield Fault(None, role, f"Kies minstens {question.least} {name}.")


def result_of(scan: Scan) -> ScanResult:
    """The stored result of a scan, in two queries; unanswered blocks are simply absent."""
    return results_of([scan])[scan.id]


def results_of(scans: Sequence[Scan]) -> dict[int, ScanResult]:
    """The stored results of scans by key, in two queries, whatever their number."""
    ids = [scan.id for scan in scans]
    ratings: dict[int, list[Rating]] = {key: [] for key in ids}
    for row in Rating.select().where(Rating.scan.in_(ids)).order_by(Rating.id):
        ratings[row.scan_id].append(row)
    factors: dict[tuple[int, str], list[str]] = {}
    rows = Factor.select(Factor.rating, Factor.kind, Factor.pillar).join(Rating).where(Rating.scan.in_(ids))
    for rating_id, kind, pillar in tuples(rows.order_by(Factor.id)):
        factors.setdefault((rating_id, kind), []).append(pillar)
    return {key: _scan_result(found, factors) for key, found in ratings.items()}


def _scan_result(ratings: Sequence[Rating], factors: dict[tuple[int, str], list[str]]) -> ScanResult:
    return ScanResult(
        ratings=tuple(_block_result(row, factors) for row in ratings),
        inspiring=tuple(row.block for row in ratings if row.inspiring),
        priorities=tuple(
            row.block for row in sorted(ratings, key=lambda r: r.priority_rank or 0) if row.priority_rank
        ),
    )


def _block_result(row: Rating, factors: dict[tuple[int, str], list[str]]) -> BlockResult:
    return BlockResult(
        block=row.block,
        stage=row.stage,
        wish=row.wish,
        choice=row.choice,
        choice_note=row.choice_note,
        differences=None if row.differences is None else tuple(filter(None, row.differences.split(","))),
        differences_other=row.differences_other,
        differences_note=row.differences_note,
        levers=tuple(factors.get((row.id, LEVER), ())),
        levers_note=row.levers_note,
        bottlenecks=tuple(factors.get((row.id, BOTTLENECK), ())),
        bottlenecks_note=row.bottlenecks_note,
    )


def store_result(scan: Scan, result: ScanResult) -> None:
    """Replace a scan's stored result. Call inside a transaction; checks nothing."""
    old = Rating.select(Rating.id).where(Rating.scan == scan)
    Factor.delete().where(Factor.rating.in_(old)).execute()
    Rating.delete().where(Rating.scan == scan).execute()
    for outcome in result.ratings:
        row = Rating.create(
            scan=scan,
            block=outcome.block,
            stage=outcome.stage,
            wish=outcome.wish,
            choice=outcome.choice,
            choice_note=outcome.choice_note,
            differences=None if outcome.differences is None else ",".join(outcome.differences),
            differences_other=outcome.differences_other,
            differences_note=outcome.differences_note,
            levers_note=outcome.levers_note,
            bottlenecks_note=outcome.bottlenecks_note,
            inspiring=outcome.block in result.inspiring,
            priority_rank=result.rank(outcome.block),
        )
        for kind, pillars in ((LEVER, outcome.levers), (BOTTLENECK, outcome.bottlenecks)):
            for pillar in pillars:
                Factor.create(rating=row, kind=kind, pillar=pillar)
