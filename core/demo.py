"""The invented network of `poolster demo`: its past is lived through the real steps, on a moved clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec

from core import config
from core.config import Config, data_folder
from core.cycle import Cycle, Evaluation, FollowUp, Goal, Scan, Verdict
from core.cycle.result import BlockResult, ScanResult
from core.dates import BRUSSELS, SchoolYear, now, seen_from, today
from core.db import transaction
from core.instrument import document_of, publish_folder
from core.people import Centre, Membership, Role, User
from core.plugins import ask
from core.steps import account, people, plan, scan

RESCAN, PLAN, EVALUATION, PRIORITIES, OPEN = "rescan", "plan", "evaluation", "priorities", "scan"
LISTED = (
    "beheer",
    "begeleider",
    "directeur",
    "coordinator",
    "lid",
    "medewerker",
    "directeur2",
    "directeur3",
    "scholengroep",
)


class DemoPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str
    role: Role
    centre: int | None = None
    group: int | None = None


class DemoYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    back: int
    reaches: str
    stages: str = ""
    wishes: str = ""
    priorities: list[str] = []


class DemoCentre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    place: str
    group: int
    years: list[DemoYear]


class DemoGoal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    description: str
    actions: list[str]


class DemoNetwork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: str
    groups: list[str]
    people: list[DemoPerson]
    centres: list[DemoCentre]
    notes: dict[str, str]
    goals: dict[str, DemoGoal]
    seen: dict[str, str]  # by verdict
    present_actions: dict[str, int]  # title, and days from today


@lru_cache
def network() -> DemoNetwork:
    """The demo's own words, from content/demo."""
    import yaml

    path = data_folder("content") / "demo" / "network.yaml"
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), DemoNetwork)


def settings(folder: Path) -> Config:
    """The settings of a demo in `folder`: its own database, mails kept in a mailbox page."""
    file = folder / config.CONFIG_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(config.new_config_text("mailbox:") + "demo = true\n", encoding="utf-8")
    loaded = config.load(folder)
    if not loaded.demo:
        raise config.ConfigError(
            f"In {folder} staat een echte installatie. Kies voor de demo een andere map met POOLSTER_INSTANCE."
        )
    return loaded


def print_log_ins(settings: Config) -> None:
    """Say where the demo is and who can log in."""
    print(f"\nDe demo staat op {settings.base_url}\nMeld je aan met wachtwoord {network().password} als:")
    for person in log_ins():
        print(f"  {person['email']:<26} {person['label']}")
    print("", flush=True)


def log_ins() -> list[dict[str, str]]:
    """The accounts to try, as `email` and `label`."""
    from core.people import ROLE_LABELS

    found = []
    for person in network().people:
        if person.email.partition("@")[0] in LISTED:
            where = network().centres[person.centre].name if person.centre is not None else ""
            found.append(
                {"email": person.email, "label": ROLE_LABELS[person.role] + (f", {where}" if where else "")}
            )
    return found


def fill() -> None:
    """Fill an empty database with the demo's network, in one transaction."""
    publish_folder()
    start = SchoolYear(SchoolYear.of(today()).start_year - 2)
    with transaction():
        with _on(start.first_day):
            centres = _add_people()
        for described, centre in zip(network().centres, centres, strict=True):
            for year in described.years:
                _live(centre, year)
        for centre in centres:
            ask("demo_data", centre)


@contextmanager
def _on(day: date) -> Iterator[None]:
    """As if it were ten in the morning of a day, never later than now."""
    moment = min(datetime.combine(day, time(10), BRUSSELS).astimezone(UTC), now())
    with seen_from(moment):
        yield


def _add_people() -> list[Centre]:
    groups = [people.save_group(name, None) for name in network().groups]
    centres = [
        people.save_centre(c.name, c.place, [groups[c.group].id], True, None) for c in network().centres
    ]
    password_hash = account.hash_password(network().password)
    for person in network().people:
        user = User.create(
            email=person.email, name=person.name, created_at=now(), password_hash=password_hash
        )
        Membership.create(
            user=user,
            role=person.role,
            centre=None if person.centre is None else centres[person.centre],
            group=None if person.group is None else groups[person.group],
        )
    return centres


def _leader(centre: Centre) -> User:
    """Who acts for a centre: its coordinator, or else its director."""
    query = (
        User.select()
        .join(Membership)
        .where((Membership.centre == centre) & Membership.role.in_([Role.COORDINATOR, Role.DIRECTOR]))
    )
    user: User = query.order_by(Membership.role).first()
    return user


def _live(centre: Centre, described: DemoYear) -> None:
    """One school year of a centre, as far as it reaches."""
    year = SchoolYear(SchoolYear.of(today()).start_year - described.back)
    leader = _leader(centre)
    opened = year.first_day + timedelta(days=12)
    with _on(opened):
        cycle = scan.open_cycle(centre, year, leader.id)
    if described.back == 0:
        _add_present_actions(centre, leader)
    if described.reaches == OPEN:
        return
    taken = Scan.get(Scan.cycle == cycle)
    with _on(opened + timedelta(days=24)):
        scan.submit_scan(centre, taken, _result(taken, described), leader.id)
    if described.reaches == PRIORITIES:
        return
    with _on(opened + timedelta(days=31)):
        scan_row = Scan.get_by_id(taken.id)
        plan.choose_priorities(
            centre, Cycle.get_by_id(cycle.id), scan_row, described.priorities, "", cycle.revision, leader.id
        )
    _plan(centre, year, described, leader)


def _result(taken: Scan, described: DemoYear) -> ScanResult:
    document, notes = document_of(taken.instrument_id), network().notes
    pillars = [pillar.key for pillar in document.pillars]
    choices = ("deliberate", "both", "context")
    ratings = []
    for place, (block, stage, wish) in enumerate(
        zip(document.blocks, described.stages, described.wishes, strict=True)
    ):
        chosen = block.key in described.priorities
        ratings.append(
            BlockResult(
                block=block.key,
                stage=int(stage),
                wish=int(wish),
                choice=choices[(place + int(stage)) % 3],
                choice_note=notes["choice"] if chosen else "",
                differences=("teams",) if chosen else ("nee",),
                levers=(pillars[place % 3],) if stage > "1" else (),
                levers_note=notes["levers"] if chosen else "",
                bottlenecks=(pillars[(place + 1) % 3],) if wish > stage else (),
                bottlenecks_note=notes["bottlenecks"] if chosen else "",
            )
        )
    best = tuple(rating.block for rating in ratings if rating.stage and rating.stage >= 3)[:1]
    return ScanResult(tuple(ratings), best, tuple(described.priorities))


def _plan(centre: Centre, year: SchoolYear, described: DemoYear, leader: User) -> None:
    team = plan.centre_people(centre)
    planned = year.first_day + timedelta(days=50)
    for place, block in enumerate(described.priorities):
        running = Goal.get_or_none((Goal.centre == centre) & (Goal.block == block) & Goal.closed_on.is_null())
        if running is None:
            with _on(planned):
                _add_goal(centre, block, year, place, described.reaches, team, leader)
    if described.reaches == RESCAN:
        _evaluate(centre, year, leader)


def _add_goal(
    centre: Centre, block: str, year: SchoolYear, place: int, reaches: str, team: list[User], leader: User
) -> None:
    words = network().goals[block]
    owner = team[place % len(team)]
    first = year.first_day + timedelta(days=75 if reaches == EVALUATION and place == 0 else 250 + 7 * place)
    text = plan.GoalText(
        block=block,
        title=words.title,
        description=words.description,
        owner_id=None if reaches == PLAN and place == 2 else owner.id,
        starts_on=today(),
        ends_on=year.next.last_day,
    )
    goal = plan.add_goal(centre, text, {block}, None if reaches == PLAN and place else first, leader.id)
    if not (reaches == PLAN and place == 1):
        plan.agree_goal(centre, goal, leader.id)
    for step, title in enumerate(words.actions):
        due = year.first_day + timedelta(days=90 + 60 * step + 10 * place)
        plan.add_action(
            centre,
            goal,
            plan.ActionText(title, team[(place + step) % len(team)].id, due, _state(due)),
            leader.id,
        )


def _add_present_actions(centre: Centre, leader: User) -> None:
    """Work of these weeks under the goals that run on, so that some of it is late and some is near."""
    team = plan.centre_people(centre)
    running = Goal.select().where((Goal.centre == centre) & Goal.closed_on.is_null()).order_by(Goal.id)
    for place, goal in enumerate(running):
        for step, (title, days) in enumerate(network().present_actions.items()):
            owner = leader if step == 0 else team[(place + step) % len(team)]
            text = plan.ActionText(title, owner.id, today() + timedelta(days=days + 5 * place))
            plan.add_action(centre, goal, text, leader.id)


def _state(due: date) -> str:
    """Actions of the past are done, apart from those of the last weeks."""
    with seen_from(datetime.now(UTC)):
        return "done" if due < today() - timedelta(days=21) else "open"


def _evaluate(centre: Centre, year: SchoolYear, leader: User) -> None:
    """Look back at the end of a school year: adjust what goes on, secure what is reached."""
    waiting = (
        Evaluation.select(Evaluation, Goal)
        .join(Goal)
        .where(
            (Goal.centre == centre) & Evaluation.recorded_at.is_null() & (Evaluation.due_on <= year.last_day)
        )
    )
    outcomes = (
        (Verdict.PARTLY, FollowUp.ADJUST),
        (Verdict.REACHED, FollowUp.SECURE),
        (Verdict.NOT, FollowUp.STOP),
    )
    for place, evaluation in enumerate(waiting.order_by(Evaluation.due_on)):
        verdict, follow_up = outcomes[(place + year.start_year) % 3]
        again = (
            SchoolYear.of(evaluation.due_on).next.first_day + timedelta(days=190)
            if follow_up == FollowUp.ADJUST
            else None
        )
        with _on(evaluation.due_on):
            outcome = plan.Outcome(evaluation.due_on, verdict, network().seen[verdict], follow_up, again)
            plan.record_evaluation(centre, evaluation, outcome, leader.id)
