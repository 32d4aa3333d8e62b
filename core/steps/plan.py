"""Priorities, goals, actions and evaluations: the steps of the improvement plan."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from peewee import IntegrityError

from core.audit import record
from core.cycle import (
    NAME_LIMIT,
    TEXT_LIMIT,
    Action,
    ActionState,
    Cycle,
    Evaluation,
    FollowUp,
    Goal,
    GoalState,
    Priority,
    Scan,
    Verdict,
)
from core.cycle.result import result_of
from core.dates import SchoolYear, day_label, now, today
from core.db import transaction
from core.instrument import document_of
from core.people import CENTRE_ROLES, Centre, Membership, User
from core.steps import Refused, Stale

YEARS_AHEAD = 6  # a policy plan looks about this far
YEARS_BACK = 5


def choose_priorities(
    centre: Centre, cycle: Cycle, scan: Scan, blocks: list[str], reason: str, revision: int, actor_id: int
) -> None:
    """Settle the priorities of a cycle, in order; what differs from the scan needs a reason."""
    document = document_of(scan.instrument_id)
    question = document.closing_question("priorities")
    least, most = (question.least or 1, question.most) if question else (1, len(document.blocks))
    if set(blocks) - {block.key for block in document.blocks}:
        raise Refused("Een van deze bouwstenen bestaat niet.", "priorities")
    if len(set(blocks)) < len(blocks):
        raise Refused("Dezelfde bouwsteen staat er twee keer.", "priorities")
    if not least <= len(blocks) <= most:
        raise Refused(f"Kies minstens {least} en hoogstens {most} prioriteiten.", "priorities")
    if tuple(blocks) != result_of(scan).priorities and not reason.strip():
        raise Refused("De prioriteiten wijken af van de zelfscan. Schrijf kort waarom.", "reason")
    _limited(reason, "reason")
    with transaction():
        moved = (
            Cycle.update(priorities_chosen_at=now(), priorities_reason=reason.strip(), revision=Cycle.revision + 1)
            .where((Cycle.id == cycle.id) & (Cycle.revision == revision))
            .execute()
        )
        if not moved:
            raise Stale([row.block for row in Priority.select().where(Priority.cycle == cycle).order_by(Priority.rank)])
        Priority.delete().where(Priority.cycle == cycle).execute()
        for rank, block in enumerate(blocks, start=1):
            Priority.create(cycle=cycle, block=block, rank=rank)
        record(
            "priorities.chosen", user_id=actor_id, centre_id=centre.id, subject=f"cycle:{cycle.id}", blocks=blocks, reason=reason
        )


@dataclass(frozen=True)
class GoalText:
    """What people write of a goal. Dates are local days; `owner_id` is a user of the centre, or None."""

    block: str
    title: str
    description: str
    owner_id: int | None
    starts_on: date
    ends_on: date


def add_goal(centre: Centre, text: GoalText, blocks: set[str], first_evaluation: date | None, actor_id: int) -> Goal:
    """Write down a new goal, as a draft, with its first evaluation date where one is given."""
    _check_goal(centre, text, blocks)
    if first_evaluation:
        _check_evaluation_day(first_evaluation, text.starts_on, text.ends_on, "first_evaluation")
    with transaction():
        goal = Goal.create(
            centre=centre,
            block=text.block,
            title=text.title.strip(),
            description=text.description.strip(),
            owner=text.owner_id,
            starts_on=text.starts_on,
            ends_on=text.ends_on,
            created_at=now(),
        )
        if first_evaluation:
            Evaluation.create(goal=goal, due_on=first_evaluation)
        record("goal.added", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", **_for_trail(text))
    return goal


def change_goal(
    centre: Centre, goal: Goal, text: GoalText, blocks: set[str], reason: str, revision: int, actor_id: int
) -> None:
    """Change a goal. A running goal's period changes only with a reason; a closed goal does not change."""
    _check_goal(centre, text, blocks)
    if goal.state not in (GoalState.DRAFT, GoalState.RUNNING):
        raise Refused("Dit doel is afgesloten en verandert niet meer.")
    moved_period = (text.starts_on, text.ends_on) != (goal.starts_on, goal.ends_on)
    if goal.state == GoalState.RUNNING and moved_period and not reason.strip():
        raise Refused("Je verandert de periode van een lopend doel. Schrijf kort waarom.", "reason")
    with transaction():
        changed = (
            Goal.update(
                block=text.block,
                title=text.title.strip(),
                description=text.description.strip(),
                owner=text.owner_id,
                starts_on=text.starts_on,
                ends_on=text.ends_on,
                revision=Goal.revision + 1,
            )
            .where((Goal.id == goal.id) & (Goal.revision == revision))
            .execute()
        )
        if not changed:
            raise Stale(Goal.get_by_id(goal.id))
        record(
            "goal.changed", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", reason=reason, **_for_trail(text)
        )


def agree_goal(centre: Centre, goal: Goal, actor_id: int) -> None:
    """Let a draft goal start."""
    with transaction():
        started = (
            Goal.update(state=GoalState.RUNNING, agreed_at=now(), revision=Goal.revision + 1)
            .where((Goal.id == goal.id) & (Goal.state == GoalState.DRAFT))
            .execute()
        )
        if not started:
            raise Refused("Dit doel is al afgesproken.")
        record("goal.agreed", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}")


def plan_evaluation(centre: Centre, goal: Goal, due_on: date, actor_id: int) -> Evaluation:
    """Plan one more day to look back at a goal."""
    _check_evaluation_day(due_on, goal.starts_on, goal.ends_on, "due_on")
    if goal.closed_on:
        raise Refused("Dit doel is afgesloten; er komt geen evaluatie meer bij.", "due_on")
    try:
        with transaction():
            evaluation = Evaluation.create(goal=goal, due_on=due_on)
            record("evaluation.planned", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", due_on=str(due_on))
    except IntegrityError as error:
        raise Refused("Er staat al een evaluatie op die dag.", "due_on") from error
    return evaluation


def move_evaluation(centre: Centre, evaluation: Evaluation, due_on: date, reason: str, actor_id: int) -> None:
    """Move a planned evaluation to another day, and say why."""
    goal = evaluation.goal
    _check_evaluation_day(due_on, goal.starts_on, goal.ends_on, "due_on")
    if not reason.strip():
        raise Refused("Schrijf kort waarom de datum verandert.", "reason")
    _limited(reason, "reason")
    try:
        with transaction():
            moved = (
                Evaluation.update(due_on=due_on)
                .where((Evaluation.id == evaluation.id) & Evaluation.recorded_at.is_null())
                .execute()
            )
            if not moved:
                raise Refused("Deze evaluatie is al ingevuld; haar datum ligt vast.", "due_on")
            record(
                "evaluation.moved",
                user_id=actor_id,
                centre_id=centre.id,
                subject=f"goal:{goal.id}",
                before=str(evaluation.due_on),
                after=str(due_on),
                reason=reason,
            )
    except IntegrityError as error:
        raise Refused("Er staat al een evaluatie op die dag.", "due_on") from error


@dataclass(frozen=True)
class Outcome:
    """What an evaluation found. `next_due` is the day of the next look, needed when the goal is adjusted."""

    held_on: date
    verdict: str
    seen: str
    follow_up: str
    next_due: date | None = None


def record_evaluation(centre: Centre, evaluation: Evaluation, outcome: Outcome, actor_id: int) -> None:
    """Record what an evaluation found, once, and let its follow-up decide what becomes of the goal."""
    goal = evaluation.goal
    _check_outcome(goal, outcome)
    with transaction():
        recorded = (
            Evaluation.update(
                held_on=outcome.held_on,
                verdict=outcome.verdict,
                seen=outcome.seen.strip(),
                follow_up=outcome.follow_up,
                recorded_by=actor_id,
                recorded_at=now(),
            )
            .where((Evaluation.id == evaluation.id) & Evaluation.recorded_at.is_null())
            .execute()
        )
        if not recorded:
            raise Refused("Deze evaluatie is al ingevuld.")
        _follow_up(goal, outcome)
        record(
            "evaluation.recorded",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"goal:{goal.id}",
            verdict=outcome.verdict,
            follow_up=outcome.follow_up,
        )


def _check_outcome(goal: Goal, outcome: Outcome) -> None:
    if goal.state == GoalState.DRAFT:
        raise Refused("Spreek het doel eerst af; daarna kan je het evalueren.")
    if outcome.verdict not in set(Verdict):
        raise Refused("Kies een oordeel.", "verdict")
    if outcome.follow_up not in set(FollowUp):
        raise Refused("Kies wat er met het doel gebeurt.", "follow_up")
    if outcome.held_on > today():
        raise Refused("Deze dag moet nog komen. Vul de evaluatie in wanneer ze gebeurd is.", "held_on")
    if outcome.held_on < goal.starts_on:
        raise Refused(f"Het doel is pas gestart op {day_label(goal.starts_on)}.", "held_on")
    if not outcome.seen.strip():
        raise Refused("Beschrijf in een paar zinnen wat jullie zagen.", "seen")
    _limited(outcome.seen, "seen")
    if outcome.follow_up == FollowUp.ADJUST and outcome.next_due is None:
        raise Refused("Jullie sturen bij: kies wanneer jullie opnieuw kijken.", "next_due")
    if outcome.follow_up == FollowUp.ADJUST and outcome.next_due and outcome.next_due <= outcome.held_on:
        raise Refused("Kies een dag na deze evaluatie.", "next_due")
    if outcome.next_due:
        _check_reach(outcome.next_due, "next_due")


def _follow_up(goal: Goal, outcome: Outcome) -> None:
    """Borgen and stoppen close the goal; bijsturen lets it run on to the next look."""
    if outcome.follow_up == FollowUp.ADJUST and outcome.next_due:
        Goal.update(ends_on=max(goal.ends_on, outcome.next_due), revision=Goal.revision + 1).where(Goal.id == goal.id).execute()
        Evaluation.insert(goal=goal, due_on=outcome.next_due).on_conflict_ignore().execute()
        return
    state = GoalState.SECURED if outcome.follow_up == FollowUp.SECURE else GoalState.STOPPED
    Goal.update(state=state, closed_on=outcome.held_on, revision=Goal.revision + 1).where(Goal.id == goal.id).execute()
    Evaluation.delete().where((Evaluation.goal == goal) & Evaluation.recorded_at.is_null()).execute()


@dataclass(frozen=True)
class ActionText:
    """What people write of an action."""

    title: str
    owner_id: int | None
    due_on: date | None
    state: str = ActionState.OPEN
    note: str = ""


def add_action(centre: Centre, goal: Goal, text: ActionText, actor_id: int) -> Action:
    """Put an action under a goal."""
    _check_action(centre, goal, text)
    with transaction():
        action = Action.create(
            goal=goal,
            title=text.title.strip(),
            owner=text.owner_id,
            due_on=text.due_on,
            state=text.state,
            note=text.note.strip(),
            created_at=now(),
        )
        record("action.added", user_id=actor_id, centre_id=centre.id, subject=f"goal:{goal.id}", **_for_trail(text))
    return action


def change_action(centre: Centre, action: Action, text: ActionText, revision: int, actor_id: int) -> None:
    """Change an action: its words, owner, day or state."""
    _check_action(centre, action.goal, text)
    with transaction():
        changed = (
            Action.update(
                title=text.title.strip(),
                owner=text.owner_id,
                due_on=text.due_on,
                state=text.state,
                note=text.note.strip(),
                revision=Action.revision + 1,
            )
            .where((Action.id == action.id) & (Action.revision == revision))
            .execute()
        )
        if not changed:
            raise Stale(Action.get_by_id(action.id))
        record("action.changed", user_id=actor_id, centre_id=centre.id, subject=f"goal:{action.goal_id}", **_for_trail(text))


def centre_people(centre: Centre) -> list[User]:
    """The active people of a centre, by name: who can own a goal or an action."""
    query = User.select(User.id, User.name, User.email).join(Membership)
    query = query.where((Membership.centre == centre) & Membership.role.in_([*CENTRE_ROLES]) & User.active)
    return list(query.distinct().order_by(User.name))


def _check_goal(centre: Centre, text: GoalText, blocks: set[str]) -> None:
    if text.block not in blocks:
        raise Refused("Kies een bouwsteen uit de lijst.", "block")
    _named(text.title)
    _limited(text.description, "description")
    _check_owner(centre, text.owner_id)
    _check_reach(text.starts_on, "starts_on")
    _check_reach(text.ends_on, "ends_on")
    if text.ends_on < text.starts_on:
        raise Refused("Het einde ligt voor het begin.", "ends_on")


def _check_action(centre: Centre, goal: Goal, text: ActionText) -> None:
    _named(text.title)
    _limited(text.note, "note")
    _check_owner(centre, text.owner_id)
    if text.state not in set(ActionState):
        raise Refused("Kies een stand uit de lijst.", "state")
    if text.due_on:
        _check_reach(text.due_on, "due_on")
        if text.due_on < goal.starts_on:
            raise Refused(f"Deze dag ligt voor de start van het doel ({day_label(goal.starts_on)}).", "due_on")


def _named(title: str) -> None:
    if not title.strip():
        raise Refused("Geef een titel.", "title")
    if len(title.strip()) > NAME_LIMIT:
        raise Refused(f"Hou de titel onder {NAME_LIMIT} tekens.", "title")


def _limited(text: str, field: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise Refused(f"Deze tekst is te lang: hoogstens {TEXT_LIMIT} tekens.", field)


def _check_owner(centre: Centre, owner_id: int | None) -> None:
    if owner_id is not None and owner_id not in {user.id for user in centre_people(centre)}:
        raise Refused("Kies een trekker uit jullie eigen centrum.", "owner_id")


def _check_reach(day: date, field: str) -> None:
    """A plan's days lie within a few school years around today."""
    this_year = SchoolYear.of(today())
    first = SchoolYear(this_year.start_year - YEARS_BACK).first_day
    last = SchoolYear(this_year.start_year + YEARS_AHEAD).last_day
    if not first <= day <= last:
        raise Refused(f"Kies een dag tussen {day_label(first)} en {day_label(last)}.", field)


def _check_evaluation_day(day: date, starts_on: date, ends_on: date, field: str) -> None:
    """A goal is looked at while it runs, at the latest in the school year in which it ends."""
    last = SchoolYear.of(ends_on).last_day
    if not starts_on <= day <= last:
        raise Refused(f"Kies een dag tussen {day_label(starts_on)} en {day_label(last)}.", field)


def _for_trail(text: GoalText | ActionText) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in asdict(text).items()}
