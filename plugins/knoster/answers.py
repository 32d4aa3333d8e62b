"""What was answered for a goal: read, saved, and summed up as advice. Nothing here is ever a wall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from peewee import SQL

from core.audit import record
from core.cycle import Goal, GoalState
from core.dates import now
from core.db import transaction, tuples
from core.people import Centre
from core.steps import Refused, Stale
from plugins.knoster.elements import criteria, elements
from plugins.knoster.models import (
    CRITERIA,
    ELEMENTS,
    MISSING,
    PRESENT,
    KnosterCheck,
    KnosterCriterion,
    KnosterElement,
)

LIMIT = 2000  # characters of a note or a criterion
FEW = 2  # empty criteria that advice names; more are counted
OPEN_STATES = (GoalState.DRAFT, GoalState.RUNNING)


@dataclass(frozen=True)
class Judgement:
    """What a centre says of one element: PRESENT, MISSING or None (not looked at yet), with a note."""

    state: str | None = None
    note: str = ""


def judgements_of(goal: Goal) -> dict[str, Judgement]:
    """Every element of a goal by key, those not judged yet too."""
    rows = KnosterElement.select().where(KnosterElement.goal == goal.id)
    found = {row.element: Judgement(row.state, row.note) for row in rows}
    return {element.key: found.get(element.key, Judgement()) for element in elements()}


def texts_of(goal: Goal) -> dict[str, str]:
    """What was written for every criterion of a goal by key; "" for the empty ones."""
    rows = KnosterCriterion.select().where(KnosterCriterion.goal == goal.id)
    found = {row.criterion: row.text for row in rows}
    return {criterion.key: found.get(criterion.key, "") for criterion in criteria()}


def revision_of(goal: Goal, part: str) -> int:
    """How often a part was saved; 0 for never."""
    query = KnosterCheck.select(KnosterCheck.revision)
    return query.where((KnosterCheck.goal == goal.id) & (KnosterCheck.part == part)).scalar() or 0


def is_open(goal: Goal) -> bool:
    """Whether the goal can still be written about; a closed one stays as it was."""
    return goal.state in OPEN_STATES


def save_elements(
    centre: Centre, goal: Goal, judgements: Mapping[str, Judgement], revision: int, actor_id: int
) -> None:
    """Keep the judgements, by element key. Raises Refused, or Stale with what stands now."""
    kept = {
        key: Judgement(it.state, it.note.strip())
        for key, it in judgements.items()
        if it.state or it.note.strip()
    }
    _check(
        goal, {f"note_{key}": it.note for key, it in kept.items()}, set(kept) <= {e.key for e in elements()}
    )
    if {it.state for it in kept.values()} - {PRESENT, MISSING, None}:
        raise Refused("Kies een van de drie antwoorden.")
    with transaction():
        if not _moved_on(goal, ELEMENTS, revision, actor_id):
            raise Stale(judgements_of(goal))
        KnosterElement.delete().where(KnosterElement.goal == goal.id).execute()
        for key, it in kept.items():
            KnosterElement.create(goal=goal.id, element=key, state=it.state, note=it.note)
        states = {key: it.state for key, it in kept.items() if it.state}
        record("knoster.judged", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", **states)


def save_criteria(centre: Centre, goal: Goal, texts: Mapping[str, str], revision: int, actor_id: int) -> None:
    """Keep the texts, by criterion key. Raises Refused, or Stale with what stands now."""
    kept = {key: text.strip() for key, text in texts.items() if text.strip()}
    _check(
        goal, {f"text_{key}": text for key, text in kept.items()}, set(kept) <= {c.key for c in criteria()}
    )
    with transaction():
        if not _moved_on(goal, CRITERIA, revision, actor_id):
            raise Stale(texts_of(goal))
        KnosterCriterion.delete().where(KnosterCriterion.goal == goal.id).execute()
        for key, text in kept.items():
            KnosterCriterion.create(goal=goal.id, criterion=key, text=text)
        record(
            "knoster.worded",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{goal.id}",
            filled=sorted(kept),
        )


def _check(goal: Goal, texts: Mapping[str, str], known: bool) -> None:
    if not is_open(goal):
        raise Refused("Dit doel is afgesloten en verandert niet meer.")
    if not known:
        raise Refused("Een van deze velden bestaat niet. Laad de pagina opnieuw.")
    too_long = [
        (field, f"Dit is te lang: hoogstens {LIMIT} tekens.")
        for field, text in texts.items()
        if len(text) > LIMIT
    ]
    if too_long:
        raise Refused(messages=too_long)


def _moved_on(goal: Goal, part: str, revision: int, actor_id: int) -> bool:
    """Take the next revision of a part; False where someone else took it first."""
    if revision == 0:
        first = KnosterCheck.insert(goal=goal.id, part=part, saved_by=actor_id, saved_at=now())
        return bool(first.on_conflict_ignore().as_rowcount().execute())
    changed = KnosterCheck.update(
        revision=KnosterCheck.revision + 1, saved_by=actor_id, saved_at=now()
    ).where(
        (KnosterCheck.goal == goal.id) & (KnosterCheck.part == part) & (KnosterCheck.revision == revision)
    )
    return bool(changed.execute())


def missing_sentence(missing: Iterable[str]) -> str:
    """What missing elements (keys) predict, as in "Middelen ontbreken: kans op frustratie."; "" for none."""
    keys = set(missing)
    gaps = [element for element in elements() if element.key in keys]
    if not gaps:
        return ""
    what, risk = (
        in_words([f"{gap.name.lower()} {gap.lacking}" for gap in gaps]),
        in_words([gap.tension for gap in gaps]),
    )
    return f"{what[0].upper()}{what[1:]}: kans op {risk}."


def empty_sentence(filled: Iterable[str]) -> str:
    """What is still empty beside the filled criteria (keys), as in "SMARTI: meetbaar is nog leeg."; "" for nothing."""
    keys = set(filled)
    empty = [criterion.label.lower() for criterion in criteria() if criterion.key not in keys]
    if not empty:
        return ""
    if len(empty) > FEW:
        return f"SMARTI: {len(empty)} van de {len(criteria())} criteria zijn nog leeg."
    return f"SMARTI: {in_words(empty)} {'is' if len(empty) == 1 else 'zijn'} nog leeg."


def in_words(parts: Sequence[str]) -> str:
    """Parts as a Dutch list: "a, b en c"."""
    return f"{', '.join(parts[:-1])} en {parts[-1]}" if len(parts) > 1 else "".join(parts)


def warnings(goals: Sequence[Goal]) -> list[tuple[int, str]]:
    """Advice on the open goals among `goals`, at most one sentence for each of the two parts; one query in all."""
    ids = [goal.id for goal in goals if is_open(goal)]
    if not ids:
        return []
    missing, filled, judged = _answers_of(ids)
    advice: list[tuple[int, str]] = []
    for goal_id in ids:
        if goal_id not in judged and goal_id not in filled:
            advice.append((goal_id, "Nog niet bekeken met Knoster en SMARTI."))
            continue
        sentences = (missing_sentence(missing.get(goal_id, ())), empty_sentence(filled.get(goal_id, ())))
        advice += [(goal_id, sentence) for sentence in sentences if sentence]
    return advice


def _answers_of(ids: Sequence[int]) -> tuple[dict[int, set[str]], dict[int, set[str]], set[int]]:
    """Missing elements and filled criteria by goal, and the goals of which an element was judged."""
    marked = KnosterElement.select(KnosterElement.goal, KnosterElement.element, KnosterElement.state)
    marked = marked.where(KnosterElement.goal.in_(ids) & KnosterElement.state.is_null(False))
    written = KnosterCriterion.select(KnosterCriterion.goal, KnosterCriterion.criterion, SQL("'written'"))
    written = written.where(KnosterCriterion.goal.in_(ids))
    missing: dict[int, set[str]] = {}
    filled: dict[int, set[str]] = {}
    judged: set[int] = set()
    for goal_id, key, what in tuples(marked + written):
        if what == "written":
            filled.setdefault(goal_id, set()).add(key)
            continue
        judged.add(goal_id)
        if what == MISSING:
            missing.setdefault(goal_id, set()).add(key)
    return missing, filled, judged
