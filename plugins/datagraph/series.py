"""What the data graph shows: a scan's result, beside the one before it, as rows per cluster.

Everything here follows from the numbers; nothing asks the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.cycle.result import BlockResult, ScanResult
from core.instrument_document import Block, Instrument, Pillar

LONGEST_LABEL = 28  # characters of a name beside a graph; a longer one gives way to the block's short name
MOST_NAMED = 3  # blocks that a sentence names; more of them are counted
STEPS = {1: "één stadium", 2: "twee stadia", 3: "drie stadia", 4: "vier stadia", 5: "vijf stadia"}


@dataclass(frozen=True)
class Row:
    """One block: stages count from 1, None is unanswered; levers and bottlenecks hold pillar keys."""

    block: str
    name: str
    short: str
    stage: int | None = None
    wish: int | None = None
    previous: int | None = None
    choice: str | None = None
    rank: int | None = None
    inspiring: bool = False
    levers: tuple[str, ...] = ()
    bottlenecks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name, or the short name where that is too long for a graph or a sentence."""
        return self.name if len(self.name) <= LONGEST_LABEL else self.short

    @property
    def growth(self) -> int:
        """How many stages the wish lies above today; 0 when either is unanswered."""
        return self.wish - self.stage if self.stage and self.wish else 0

    @property
    def keeps(self) -> bool:
        """Whether the wish is to keep today's stage."""
        return self.stage is not None and self.wish == self.stage

    @property
    def moved(self) -> int:
        """How many stages the block went up (or down, below 0) since the previous scan."""
        return self.stage - self.previous if self.stage and self.previous else 0


@dataclass(frozen=True)
class Group:
    """A cluster with its rows."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Series:
    """A whole scan, with the names of the stages from the lowest up."""

    stages: tuple[str, ...]
    pillars: tuple[Pillar, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, over the clusters, in order."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def compared(self) -> bool:
        """Whether any block has a stage from the previous scan."""
        return any(row.previous for row in self.rows)

    @property
    def moved(self) -> tuple[Row, ...]:
        """The rows that stand in another stage than in the previous scan."""
        return tuple(row for row in self.rows if row.moved)

    def stage_name(self, value: int | None) -> str:
        """The name of a stage; an empty text for none."""
        return self.stages[value - 1] if value else ""


def series_of(
    result: ScanResult,
    document: Instrument,
    previous: ScanResult | None = None,
    previous_document: Instrument | None = None,
) -> Series:
    """The rows of a result in its instrument's order, each with its stage in the `previous` result.

    `previous_document` is the instrument of that result where it is another one: a stage then
    counts as the stage of the same key, and as unknown where there is none.
    """
    before = _stages_before(previous, previous_document or document, document)
    return Series(
        stages=tuple(stage.name for stage in document.stages),
        pillars=document.pillars,
        groups=tuple(
            Group(cluster.name, tuple(_row(block, result, before) for block in cluster.blocks))
            for cluster in document.clusters
        ),
    )


def _row(block: Block, result: ScanResult, before: dict[str, int]) -> Row:
    rating: BlockResult = result.of(block.key)
    return Row(
        block=block.key,
        name=block.name,
        short=block.short,
        stage=rating.stage,
        wish=rating.wish,
        previous=before.get(block.key),
        choice=rating.choice,
        rank=result.rank(block.key),
        inspiring=block.key in result.inspiring,
        levers=rating.levers,
        bottlenecks=rating.bottlenecks,
    )


def _stages_before(previous: ScanResult | None, old: Instrument, new: Instrument) -> dict[str, int]:
    values = {stage.key: value for value, stage in enumerate(new.stages, start=1)}
    found: dict[str, int] = {}
    for rating in previous.ratings if previous else ():
        value = values.get(old.stage(rating.stage).key) if rating.stage else None
        if value:
            found[rating.block] = value
    return found


def message(series: Series) -> str:
    """The sentence that the graph says: where the centre wants to grow most."""
    rows = series.rows
    growing = [row for row in rows if row.growth > 0]
    if not any(row.stage for row in rows):
        return "Voor geen enkele bouwsteen is een stadium ingevuld"
    if not any(row.wish for row in rows):
        return "Jullie legden nog geen ambities vast"
    if not growing:
        return "Jullie willen aanhouden wat jullie vandaag bereikt hebben"
    return _about_growth(rows, growing)


def _about_growth(rows: Sequence[Row], growing: list[Row]) -> str:
    steps = max(row.growth for row in growing)
    widest = [row for row in growing if row.growth == steps]
    if len(widest) == len(rows) > MOST_NAMED:
        return f"Jullie willen in elke bouwsteen {STEPS[steps]} groeien"
    first = _most_wanted(widest)
    if not first:
        return f"Jullie willen groeien in {len(growing)} van de {len(rows)} bouwstenen"
    if len(first) < len(growing):
        return f"Jullie willen vooral groeien in {_listed(first)}"
    rest = [row for row in rows if row not in first]
    tail = " en de rest aanhouden" if rest and all(row.keeps for row in rest) else ""
    return f"Jullie willen groeien in {_listed(first)}{tail}"


def _most_wanted(widest: list[Row]) -> list[Row]:
    """The few rows to name: all of the widest, or the priorities among them where they are many."""
    if len(widest) <= MOST_NAMED:
        return widest
    return sorted((row for row in widest if row.rank), key=lambda row: row.rank or 0)[:MOST_NAMED]


def movement(series: Series, since: str = "") -> str:
    """What moved since the previous scan, as a sentence; empty where there is nothing to compare.

    `since` names that scan in running text ("vorig schooljaar"), where the sentence is to say it.
    """
    if not series.compared:
        return ""
    up = [row for row in series.moved if row.moved > 0]
    down = [row for row in series.moved if row.moved < 0]
    if not up and not down:
        start = f"Sinds {since} bleef elke bouwsteen" if since else "Elke bouwsteen bleef"
        return f"{start} in hetzelfde stadium"
    ways = [f"{way} in {_named(rows)}" for way, rows in (("vooruit", up), ("achteruit", down)) if rows]
    return f"{f'Sinds {since} gingen jullie' if since else 'Jullie gingen'} {', en '.join(ways)}"


def _named(rows: list[Row]) -> str:
    return _listed(rows) if len(rows) <= MOST_NAMED else f"{len(rows)} bouwstenen"


def _listed(rows: Sequence[Row]) -> str:
    """Names in running text: "Preventie, Integraal beleid en Sterk teamwerk"."""
    names = [row.label for row in rows]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} en {names[-1]}"
