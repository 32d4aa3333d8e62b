"""No page, file or mail of one centre shows a word of another: every text there holds a canary."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from peewee import CharField, ForeignKeyField, Model, TextField

from core.access import permission_of
from core.audit import AuditEntry
from core.cycle import Evaluation, FollowUp, Goal, Scan, Verdict
from core.cycle.result import BlockResult, ScanResult
from core.dates import today
from core.db import transaction
from core.instrument import InstrumentVersion, document_of
from core.mail import OutboxMail
from core.people import Centre, LoginSession, Membership, Role, SchoolGroup, User
from core.plugins import registry
from core.steps import plan, scan
from tests.core.test_migrations import our_models
from tests.test_access_matrix import ANONYMOUS, NONE, Place, Places
from tests.world import World

CANARY = "Kanariepiet"
READERS = [Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER, Role.STAFF, Role.GROUP_READER, NONE, ANONYMOUS]

pytestmark = pytest.mark.sqlite_only


class Aviary(Places):
    """Both centres full of things; every text of the other one, in core and plugins, holds the canary."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        _lively(self.own, world.coordinator)
        _lively(self.other, world.outsider)
        with transaction():
            for centre in (world.centre, world.other):
                list(registry().answers("demo_data", None, centre=centre))
        self.marked = mark(world.other)
        User.update(name=f"{CANARY} Persoon").where(User.id == world.outsider.id).execute()
        SchoolGroup.update(name=f"{CANARY} Groep").where(SchoolGroup.id == world.other_group.id).execute()


def _lively(place: Place, person: User) -> None:
    """Plan for the days to come, evaluate a goal, and hand in a rescan with notes everywhere."""
    running = Goal.get((Goal.centre == place.centre) & (Goal.id != place.goal.id))
    plan.plan_evaluation(place.centre, running, today() + timedelta(days=10), person.id)
    soon = plan.ActionText("Binnenkort", person.id, today() + timedelta(days=5), note="Een notitie")
    plan.add_action(place.centre, running, soon, person.id)
    waiting = Evaluation.get((Evaluation.goal == place.goal.id) & Evaluation.recorded_at.is_null())
    plan.record_evaluation(
        place.centre, waiting, plan.Outcome(today(), Verdict.REACHED, "Gezien", FollowUp.SECURE), person.id
    )
    year = scan.next_year_to_open(place.centre)
    assert year is not None
    rescan = Scan.get(Scan.cycle == scan.open_cycle(place.centre, year, person.id))
    blocks = [block.key for block in document_of(rescan.instrument_id).blocks]
    note = "Een toelichting"
    ratings = tuple(
        BlockResult(key, 3, 4, "both", note, ("nee",), "", note, (), note, (), note) for key in blocks
    )
    scan.submit_scan(place.centre, rescan, ScanResult(ratings, (), tuple(blocks[:3])), person.id)


def mark(centre: Centre) -> set[str]:
    """Put the canary in every text of every row that belongs to a centre, through whatever chain of keys."""
    aside: set[type[Model]] = {AuditEntry, User, SchoolGroup, InstrumentVersion, Membership, LoginSession}
    owned: dict[type[Model], set[int]] = {Centre: {centre.id}}
    marked = set()
    for model in our_models():  # sorted: what is pointed at comes first
        if model in aside:
            continue
        for key in (
            f for f in model._meta.sorted_fields if isinstance(f, ForeignKeyField) and f.rel_model in owned
        ):
            rows = model.select(model.id).where(key.in_(owned[key.rel_model]))
            owned.setdefault(model, set()).update(row.id for row in rows)
        texts = [
            field
            for field in model._meta.sorted_fields
            if isinstance(field, TextField) or (isinstance(field, CharField) and field.max_length >= 120)
        ]
        for row_id in owned.get(model, ()):
            for field in texts:
                model.update({field: f"{CANARY} {row_id}"}).where(model.id == row_id).execute()
                marked.add(f"{model._meta.table_name}.{field.column_name}")
    return marked


@pytest.fixture
def aviary(world: World) -> Aviary:
    return Aviary(world)


def everything_in(data: bytes) -> bytes:
    """An answer's bytes; of a packed file, what is inside."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return b"\n".join(everything_in(packed.read(name)) for name in packed.namelist())


def sings(aviary: Aviary, who: Any, place: Place) -> list[str]:
    """The addresses of a centre on which someone meets the canary."""
    client, found = aviary.client(who), []
    for rule, method in aviary.rules():
        if method == "GET":
            answer = client.get(aviary.address(rule, place))
            if CANARY.encode() in everything_in(answer.get_data()):
                found.append(
                    f"{answer.request.path} ({rule.endpoint}, {permission_of(aviary.app, rule.endpoint, 'GET')})"
                )
    return found


@pytest.mark.parametrize("who", READERS, ids=str)
def test_nobody_reads_a_word_of_another_centre(aviary: Aviary, who: Any) -> None:
    found = [
        line for line in sings(aviary, who, aviary.own) if "/wachtwoord/" not in line
    ]  # whose link it is
    assert not found, "\n" + "\n".join(found)


def test_the_canary_is_everywhere_in_its_own_centre(aviary: Aviary) -> None:
    """So that the test above would see it: the other centre's director meets it on pages and in files."""
    found = " ".join(sings(aviary, aviary.world.outsider, aviary.other))
    for endpoint in ("centre.show_home", "scan.show_result", "plan.show_goal"):
        assert endpoint in found
    assert {
        "centre.name",
        "goal.title",
        "goal.description",
        "action.title",
        "action.note",
        "rating.levers_note",
    } <= aviary.marked
    assert {"rating.choice_note", "evaluation.seen", "cycle.priorities_reason"} <= aviary.marked


def test_no_mail_to_a_centre_holds_a_word_of_another(aviary: Aviary) -> None:
    own = {
        user.email for user in User.select().join(Membership).where(Membership.centre == aviary.own.centre)
    }
    own.add(aviary.world.people[Role.GROUP_READER].email)
    mails = list(OutboxMail.select().where(OutboxMail.to.in_(own)))
    assert mails
    assert [row.subject for row in mails if CANARY in row.subject + row.text + row.html] == []
