"""Drafts: read together, saved one by one, and turned into a result once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from peewee import Value, fn

from core.audit import record
from core.cycle import Scan
from core.cycle.result import ScanResult
from core.dates import moment_label, now
from core.db import Prepared, transaction
from core.instrument import document_of
from core.instrument_document import ClosingQuestion, Instrument
from core.people import Centre
from core.steps import Refused, Stale
from core.steps.scan import submit_scan
from plugins.survey.answers import COMPLETE, EMPTY, OPEN, Answer, Answers, from_json, state_of, to_json
from plugins.survey.models import SurveyDraft
from plugins.survey.result import scan_result


def part_of(question: ClosingQuestion) -> str:
    """The name under which a closing question's draft is kept; no block's key holds a dot."""
    return f".{question.key}"


class Survey:
    """A scan with all its drafts, and how far each part of it is."""

    def __init__(self, scan: Scan, document: Instrument, drafts: Mapping[str, SurveyDraft]) -> None:
        self.scan = scan
        self.document = document
        self.drafts = drafts

    def answers(self, part: str) -> dict[str, Answer]:
        """The answers of a block, or of a closing question, as far as they are there."""
        draft = self.drafts.get(part)
        return from_json(draft.answers) if draft else {}

    def closing_answer(self, question: ClosingQuestion) -> Answer | None:
        """The answer to a closing question; None while it is open."""
        part = part_of(question)
        return self.answers(part).get(question.key, EMPTY) if part in self.drafts else None

    def revision(self, part: str) -> int:
        """How often a part was saved; 0 for never."""
        draft = self.drafts.get(part)
        return draft.revision if draft else 0

    @property
    def saves(self) -> int:
        """How often anything was saved: another number means that something changed."""
        return sum(draft.revision for draft in self.drafts.values())

    @cached_property
    def states(self) -> dict[str, str]:
        """How far each part is, in the order in which they are filled in."""
        found = {block.key: self._block_state(block.key) for block in self.document.blocks}
        for question in self.document.closing:
            found[part_of(question)] = COMPLETE if part_of(question) in self.drafts else OPEN
        return found

    def _block_state(self, block: str) -> str:
        return state_of(self.document, self.answers(block)) if block in self.drafts else OPEN

    @property
    def done(self) -> int:
        return sum(state == COMPLETE for state in self.states.values())

    @property
    def total(self) -> int:
        return len(self.states)

    @property
    def first_gap(self) -> str | None:
        """The first part that is not complete."""
        return next((part for part, state in self.states.items() if state != COMPLETE), None)


@Prepared
def _drafts(scan_id: Any) -> Any:
    return SurveyDraft.select().where(SurveyDraft.scan == scan_id)


def survey_of(scan: Scan) -> Survey:
    """A scan with its drafts, in one query."""
    return Survey(scan, document_of(scan.instrument_id), {row.block: row for row in _drafts(scan.id)})


def draft_of(scan: Scan, part: str) -> SurveyDraft | None:
    """The draft of one part."""
    found: SurveyDraft | None = SurveyDraft.get_or_none(
        (SurveyDraft.scan == scan.id) & (SurveyDraft.block == part)
    )
    return found


def frozen_since(scan: Scan) -> str:
    """Why a submitted scan cannot change."""
    return f"Ingediend op {moment_label(scan.submitted_at)}. De antwoorden liggen nu vast."


def save(centre: Centre, scan: Scan, part: str, answers: Answers, revision: int, actor_id: int) -> datetime:
    """Keep the answers of a part, if it still is at `revision`; returns when. The new revision is one more.

    Raises Stale with the draft that stands now, or Refused once the scan is submitted.
    """
    moment = now()
    values = {"answers": to_json(answers), "saved_at": moment, "saved_by": actor_id}
    try:
        with transaction():
            # The entry first: it makes writers wait for each other, so that what follows sees a submission.
            record(
                "scan.answered", user_id=actor_id, centre_id=centre.id, subject=f"scan:{scan.id}", block=part
            )
            if not (_update(scan, part, values, revision) if revision else _insert(scan, part, values)):
                raise _NotSaved
    except _NotSaved:
        current = Scan.get_by_id(scan.id)
        if current.submitted:
            raise Refused(frozen_since(current)) from None
        raise Stale(draft_of(scan, part)) from None
    return moment


class _NotSaved(Exception):
    """Nothing was written: roll the audit entry back too."""


@Prepared
def _change(answers: Any, saved_at: Any, saved_by: Any, scan_id: Any, part: Any, revision: Any) -> Any:
    still_open = Scan.select(Value(1)).where((Scan.id == scan_id) & Scan.submitted_at.is_null())
    draft = (SurveyDraft.scan == scan_id) & (SurveyDraft.block == part) & (SurveyDraft.revision == revision)
    values = {"answers": answers, "saved_at": saved_at, "saved_by": saved_by}
    return SurveyDraft.update(revision=SurveyDraft.revision + 1, **values).where(
        draft & fn.EXISTS(still_open)
    )


def _update(scan: Scan, part: str, values: dict[str, Any], revision: int) -> int:
    saved_at = SurveyDraft.saved_at.db_value(values["saved_at"])
    changed: int = _change(values["answers"], saved_at, values["saved_by"], scan.id, part, revision)
    return changed


def _insert(scan: Scan, part: str, values: dict[str, Any]) -> int:
    row = {"block": part, "revision": 1, **values}
    columns = [SurveyDraft._meta.fields[name] for name in row]
    literals = [
        Value(column.db_value(value), converter=False)
        for column, value in zip(columns, row.values(), strict=True)
    ]
    still_open = Scan.select(Scan.id, *literals).where((Scan.id == scan.id) & Scan.submitted_at.is_null())
    inserted: int = (
        SurveyDraft.insert_from(still_open, [SurveyDraft.scan, *columns])
        .on_conflict_ignore()
        .as_rowcount()
        .execute()
    )
    return inserted


def submit(centre: Centre, scan: Scan, seen: int, actor_id: int) -> None:
    """Hand a scan in as its drafts stand. `seen` is `Survey.saves` as the submitter saw it.

    Raises Stale when something was saved since, Refused while something is missing or after a submission.
    """

    def handed_in() -> ScanResult:
        survey = survey_of(scan)
        if survey.saves != seen:
            raise Stale(survey)
        if survey.first_gap is not None:
            raise Refused("De zelfscan is nog niet volledig. Kijk na wat er nog ontbreekt.")
        return result_of_survey(survey)

    submit_scan(centre, scan, handed_in, actor_id)


def result_of_survey(survey: Survey) -> ScanResult:
    """The result that a survey's drafts add up to."""
    blocks = {block.key: survey.answers(block.key) for block in survey.document.blocks}
    closing = {
        q.key: answer for q in survey.document.closing if (answer := survey.closing_answer(q)) is not None
    }
    return scan_result(survey.document, blocks, closing)
