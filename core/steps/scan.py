"""Opening, rating, submitting and reopening a self-scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peewee import IntegrityError

from core.audit import record, take_turn
from core.cycle import Cycle, Priority, Rating, Scan
from core.cycle.result import ScanResult, faults, result_of, store_result
from core.dates import SchoolYear, day_label, now, today
from core.db import transaction
from core.instrument import document_of, offered_version
from core.instrument_document import Instrument
from core.mail import absolute_link, queue
from core.people import Centre, directors_of, group_readers_of
from core.plugins import tell
from core.steps import Refused, Stale


def next_year_to_open(centre: Centre) -> SchoolYear | None:
    """The school year whose cycle the centre may open now, or None while the last scan is not in."""
    this_year = SchoolYear.of(today())
    last = Cycle.select().where(Cycle.centre == centre).order_by(Cycle.year.desc()).first()
    if last is None:
        return this_year
    if not Scan.select().where((Scan.cycle == last) & Scan.submitted_at.is_null(False)).exists():
        return None
    year = max(last.school_year.next, this_year)
    return year if year <= this_year.next else None


def open_cycle(centre: Centre, year: SchoolYear, actor_id: int | None) -> Cycle:
    """Open a centre's cycle for a school year, with its scan: the first one, or the rescan."""
    if year != next_year_to_open(centre):
        raise Refused(f"De zelfscan van {year} kan nu niet geopend worden: dien eerst de vorige in.")
    try:
        with transaction():
            cycle = Cycle.create(centre=centre, year=year.start_year, opened_at=now(), opened_by=actor_id)
            Scan.create(cycle=cycle, instrument=offered_version(), opened_at=now())
            record(
                "cycle.opened",
                user_id=actor_id,
                centre_id=centre.id,
                subject=f"cycle:{cycle.id}",
                year=str(year),
            )
    except IntegrityError as error:
        raise Refused(f"De zelfscan van {year} is al geopend.") from error
    return cycle


@dataclass(frozen=True)
class PlainRating:
    """What core's plain form asks of a block."""

    stage: int | None
    wish: int | None


def rate_blocks(
    centre: Centre, scan: Scan, ratings: Mapping[str, PlainRating], revision: int, actor_id: int
) -> None:
    """Keep stages and wishes from core's plain form. Blocks left open stay unanswered."""
    document = document_of(scan.instrument_id)
    wrong = [(block, f"De bouwsteen “{block}” bestaat niet.") for block in set(ratings) - _keys(document)]
    for block, rating in ratings.items():
        wrong += [(block, message) for message in _plain_faults(rating, document)]
    if wrong:
        raise Refused(messages=wrong)
    with transaction():
        take_turn()
        _claim_revision(scan, revision)
        for block, rating in ratings.items():
            row, _ = Rating.get_or_create(scan=scan, block=block)
            row.stage, row.wish, row.revision = rating.stage, rating.wish, row.revision + 1
            row.save()
        record(
            "scan.rated",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"scan:{scan.id}",
            blocks=sorted(ratings),
        )


def _keys(document: Instrument) -> set[str]:
    return {block.key for block in document.blocks}


def _plain_faults(rating: PlainRating, document: Instrument) -> list[str]:
    highest = len(document.stages)
    if rating.stage is not None and not 1 <= rating.stage <= highest:
        return ["Dit stadium bestaat niet."]
    if rating.wish is not None and not 1 <= rating.wish <= highest:
        return ["Deze ambitie bestaat niet."]
    if rating.wish is not None and rating.stage is None:
        return ["Kies eerst het stadium van vandaag."]
    if rating.wish is not None and rating.stage is not None and rating.wish < rating.stage:
        return ["De ambitie kan niet lager liggen dan het stadium van vandaag."]
    return []


def _claim_revision(scan: Scan, revision: int) -> None:
    """Move an open scan to its next revision, if it still is at `revision`."""
    moved = (
        Scan.update(revision=Scan.revision + 1)
        .where((Scan.id == scan.id) & (Scan.revision == revision) & Scan.submitted_at.is_null())
        .execute()
    )
    if not moved:
        current = Scan.get_by_id(scan.id)
        if current.submitted:
            raise Refused("De zelfscan is intussen ingediend en kan niet meer veranderen.")
        raise Stale(result_of(current))


def submit_scan(
    centre: Centre, scan: Scan, result: ScanResult | Callable[[], ScanResult], actor_id: int
) -> None:
    """Hand a scan in, once and for all: freeze it, take its priorities over, mail those who are to know.

    A `result` that is a function is called while nobody else writes, and may refuse. Raises Stale, with
    the result that stands now, when someone rated blocks since `scan` was read.
    """
    document = document_of(scan.instrument_id)
    with transaction():
        take_turn()
        result = result() if callable(result) else result
        _check_result(result, document)
        _freeze(scan, actor_id)
        store_result(scan, result)
        _take_priorities(scan.cycle_id, result.priorities)
        record("scan.submitted", user_id=actor_id, centre_id=centre.id, subject=f"scan:{scan.id}")
        _mail_result(centre, Cycle.get_by_id(scan.cycle_id), result, document)
    tell("scan_submitted", centre, scan=Scan.get_by_id(scan.id))


def _check_result(result: ScanResult, document: Instrument) -> None:
    wrong = faults(result, document)
    if wrong:
        raise Refused(
            messages=[
                (f"{f.block or 'scan'}-{f.field}", _about(f.block, document) + f.message) for f in wrong
            ]
        )


def _about(block: str | None, document: Instrument) -> str:
    return f"{document.block(block).name}: " if block in _keys(document) else ""


def _freeze(scan: Scan, actor_id: int) -> None:
    frozen = (
        Scan.update(submitted_at=now(), submitted_by=actor_id, revision=Scan.revision + 1)
        .where((Scan.id == scan.id) & (Scan.revision == scan.revision) & Scan.submitted_at.is_null())
        .execute()
    )
    if not frozen:
        current = Scan.get_by_id(scan.id)
        if current.submitted:
            raise Refused("Deze zelfscan is al ingediend.")
        raise Stale(result_of(current))


def _take_priorities(cycle_id: int, blocks: tuple[str, ...]) -> None:
    """What a scan puts first; a centre that settled its priorities before a reopening settles them again."""
    Cycle.update(priorities_chosen_at=None, priorities_reason="", revision=Cycle.revision + 1).where(
        (Cycle.id == cycle_id) & Cycle.priorities_chosen_at.is_null(False)
    ).execute()
    Priority.delete().where(Priority.cycle == cycle_id).execute()
    for rank, block in enumerate(blocks, start=1):
        Priority.create(cycle=cycle_id, block=block, rank=rank)


def _mail_result(centre: Centre, cycle: Cycle, result: ScanResult, document: Instrument) -> None:
    lines = [_line(block.key, result, document) for block in document.blocks]
    lines += [
        f"Prioriteit {rank}: {document.block(key).name}"
        for rank, key in enumerate(result.priorities, start=1)
    ]
    year = str(cycle.school_year)
    link = absolute_link("scan.show_result", slug=centre.slug, year=cycle.school_year)
    for email, template in [(to, "scan_submitted") for to in directors_of(centre)] + [
        (to, "scan_submitted_group") for to in group_readers_of(centre)
    ]:
        queue(
            email,
            template,
            centre_id=centre.id,
            link=link,
            lines=lines,
            centre=centre.name,
            year=year,
            day=day_label(today()),
        )


def _line(block: str, result: ScanResult, document: Instrument) -> str:
    rating = result.of(block)
    stage = document.stage(rating.stage).name if rating.stage else "niet ingevuld"
    wish = (
        "aanhouden"
        if rating.wish == rating.stage
        else f"naar {document.stage(rating.wish).name}"
        if rating.wish
        else ""
    )
    return f"{document.block(block).name}: {stage}, {wish}".rstrip(", ")


def reopen_scan(centre: Centre, scan: Scan, reason: str, actor_id: int) -> None:
    """Let a centre change a submitted scan again: a step of the network admin, with a reason, in the trail."""
    if not reason.strip():
        raise Refused("Schrijf waarom je de zelfscan heropent.", "reason")
    with transaction():
        take_turn()
        reopened = (
            Scan.update(submitted_at=None, submitted_by=None, revision=Scan.revision + 1)
            .where((Scan.id == scan.id) & Scan.submitted_at.is_null(False))
            .execute()
        )
        if not reopened:
            raise Refused("Deze zelfscan is niet ingediend.")
        record(
            "scan.reopened",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"scan:{scan.id}",
            reason=reason.strip(),
        )
