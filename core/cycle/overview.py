"""Where many centres stand at once: gathered in the same few queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from core.cycle import Action, ActionState, Cycle, Evaluation, Goal, GoalState, Priority, Scan
from core.cycle.phases import CycleFacts, Phase, current, is_alive, phases
from core.dates import SchoolYear
from core.db import tuples
from core.instrument import document_of
from core.people import Centre, CentreGroup, SchoolGroup


@dataclass(frozen=True)
class Standing:
    """Where a centre stands in its latest cycle, not counting one opened ahead for a school year to come.

    `cycle`, `scan` and `phase` are None for a centre that never opened one; `late` counts what core
    knows to be overdue: evaluations of running goals, and open actions.
    """

    centre: Centre
    groups: tuple[SchoolGroup, ...]
    cycle: Cycle | None
    scan: Scan | None
    phase: Phase | None
    priorities: tuple[str, ...]
    late: int

    @property
    def group_names(self) -> str:
        return ", ".join(group.name for group in self.groups)


def standings(centres: Sequence[Centre], day: date) -> list[Standing]:
    """Where each of the centres stands on `day`, in the order given, in eight queries."""
    ids = [centre.id for centre in centres]
    groups, scans, late = _groups(ids), _scans(ids), _late(ids, day)
    chosen = {centre_id: _present(found, day) for centre_id, found in scans.items()}
    ranked, goals = _priorities(chosen.values()), _goals(ids)
    evaluations = _evaluations(ids)
    found = []
    for centre in centres:
        scan = chosen.get(centre.id)
        if scan is None:
            found.append(Standing(centre, groups[centre.id], None, None, None, (), late[centre.id]))
            continue
        facts = _facts(
            scan, scans[centre.id], ranked[scan.cycle_id], goals[centre.id], evaluations[centre.id]
        )
        names = {block.key: block.name for block in document_of(scan.instrument_id).blocks}
        blocks = tuple(names.get(row.block, row.block) for row in facts.priorities)
        phase = current(phases(facts, names, day))
        found.append(Standing(centre, groups[centre.id], scan.cycle, scan, phase, blocks, late[centre.id]))
    return found


def submitted_scans(centres: Sequence[Centre]) -> dict[int, list[Scan]]:
    """The submitted scans of each centre, by its key, newest school year first; one query."""
    found: dict[int, list[Scan]] = defaultdict(list)
    query = _scan_query([centre.id for centre in centres]).where(Scan.submitted_at.is_null(False))
    scan: Scan
    for scan in query.order_by(Cycle.year.desc()):
        found[scan.cycle.centre_id].append(scan)
    return found


def _groups(ids: Sequence[int]) -> dict[int, tuple[SchoolGroup, ...]]:
    query = CentreGroup.select(CentreGroup, SchoolGroup).join(SchoolGroup).where(CentreGroup.centre.in_(ids))
    found: dict[int, tuple[SchoolGroup, ...]] = defaultdict(tuple)
    for row in query.order_by(SchoolGroup.name):
        found[row.centre_id] += (row.group,)
    return found


def _scan_query(ids: Sequence[int]) -> ModelSelect[Scan]:
    return Scan.select(Scan, Cycle).join(Cycle).where(Cycle.centre.in_(ids))


def _scans(ids: Sequence[int]) -> dict[int, list[Scan]]:
    found: dict[int, list[Scan]] = defaultdict(list)
    scan: Scan
    for scan in _scan_query(ids).order_by(Cycle.year):
        found[scan.cycle.centre_id].append(scan)
    return found


def _present(scans: Sequence[Scan], day: date) -> Scan:
    """The scan of this school year or the last one before; the first to come where there is no other."""
    year = SchoolYear.of(day).start_year
    return next((scan for scan in reversed(scans) if scan.cycle.year <= year), scans[0])


def _priorities(scans: Iterable[Scan]) -> dict[int, list[Priority]]:
    ids = [scan.cycle_id for scan in scans]
    return _by("cycle_id", Priority.select().where(Priority.cycle.in_(ids)).order_by(Priority.rank))


def _goals(ids: Sequence[int]) -> dict[int, list[Goal]]:
    return _by("centre_id", Goal.select().where(Goal.centre.in_(ids)).order_by(Goal.starts_on, Goal.id))


def _evaluations(ids: Sequence[int]) -> dict[int, list[Evaluation]]:
    query = (
        Evaluation.select(Evaluation, Goal.centre.alias("centre_id")).join(Goal).where(Goal.centre.in_(ids))
    )
    return _by("centre_id", query.order_by(Evaluation.due_on).objects())


def _by(key: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _facts(
    scan: Scan,
    scans: Sequence[Scan],
    priorities: Sequence[Priority],
    goals: Sequence[Goal],
    evaluations: Sequence[Evaluation],
) -> CycleFacts:
    year = scan.cycle.school_year
    return CycleFacts(
        cycle=scan.cycle,
        scan=scan,
        priorities=priorities,
        goals=[goal for goal in goals if is_alive(goal, year)],
        actions=(),
        evaluations=evaluations,
        rescan_opened=scans[-1].cycle.year > scan.cycle.year,
    )


def _late(ids: Sequence[int], day: date) -> dict[int, int]:
    """Per centre, what is overdue on `day`; the same things that core's deadlines name."""
    evaluations = Evaluation.select(Goal.centre, fn.COUNT(Evaluation.id)).join(Goal)
    evaluations = evaluations.where(
        (Goal.state == GoalState.RUNNING) & Evaluation.recorded_at.is_null() & (Evaluation.due_on < day)
    )
    actions = Action.select(Goal.centre, fn.COUNT(Action.id)).join(Goal)
    actions = actions.where(
        Goal.state.in_([GoalState.DRAFT, GoalState.RUNNING])
        & Action.state.in_([ActionState.OPEN, ActionState.STARTED])
        & (Action.due_on < day)
    )
    found: dict[int, int] = defaultdict(int)
    for query in (evaluations, actions):
        for centre_id, count in tuples(query.where(Goal.centre.in_(ids)).group_by(Goal.centre)):
            found[centre_id] += count
    return found
