"""The people and things that tests start from: small makers with boring defaults."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from core.cycle import Cycle, Evaluation, Goal, Scan
from core.cycle.result import BlockResult, ScanResult
from core.dates import SchoolYear, now, today
from core.instrument import document_of
from core.people import Centre, CentreGroup, LoginSession, Membership, Role, SchoolGroup, User
from core.steps import people as office
from core.steps import plan
from core.steps import scan as scan_steps

CENTRE_ROLES = (Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER, Role.STAFF)


class Browser(FlaskClient):
    """A client whose every request has a context of its own, also where the test itself runs inside one."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)  # so that a file that was sent is closed
        with self.application.app_context():
            return super().open(*args, **kwargs)


class World:
    """`centre` lies in `group`, `other` in `other_group`; `people` holds a user for each role of `centre`.

    `outsider` is the director of `other`. Nothing is opened yet: call `open_cycle` and on.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.test_client_class = Browser
        self.group, self.other_group = SchoolGroup.create(name="Noord"), SchoolGroup.create(name="Zuid")
        self.centre = self.add_centre("CLB Aalrijk", self.group)
        self.other = self.add_centre("CLB Beverdam", self.other_group)
        self.people = {role: self.add_person(role, self.centre) for role in CENTRE_ROLES}
        self.people |= {role: self.add_person(role) for role in (Role.NETWORK_ADMIN, Role.NETWORK_ADVISER)}
        self.people[Role.GROUP_READER] = self.add_person(Role.GROUP_READER, group=self.group)
        self.outsider = self.add_person(Role.DIRECTOR, self.other, name="Olga Overkant")

    # people and places

    def add_centre(self, name: str, group: SchoolGroup) -> Centre:
        centre = Centre.create(name=name, slug=name.lower().replace(" ", "-"), created_at=now())
        CentreGroup.create(centre=centre, group=group)
        return centre

    def add_person(
        self, role: Role, centre: Centre | None = None, group: SchoolGroup | None = None, name: str = ""
    ) -> User:
        name = name or f"{role.value.replace('_', ' ').title()} {secrets.token_hex(2)}"
        user = User.create(
            email=f"{role.value}-{secrets.token_hex(4)}@test.test", name=name, created_at=now()
        )
        Membership.create(user=user, role=role, centre=centre, group=group)
        return user

    @property
    def coordinator(self) -> User:
        return self.people[Role.COORDINATOR]

    def client(self, who: Role | User = Role.COORDINATOR) -> FlaskClient:
        """A browser in which `who` is logged in."""
        user = who if isinstance(who, User) else self.people[who]
        token = secrets.token_urlsafe(16)
        LoginSession.create(token_hash=office.hashed(token), user=user, created_at=now())
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        return client

    def switch(self, plugin: str, enabled: bool, centre: Centre | None = None) -> None:
        office.switch_plugin(centre or self.centre, plugin, enabled, self.people[Role.NETWORK_ADMIN].id)

    # the cycle

    def open_cycle(self, centre: Centre | None = None) -> Scan:
        """Open the next cycle of a centre; returns its scan."""
        centre = centre or self.centre
        year = scan_steps.next_year_to_open(centre)
        assert year is not None
        cycle = scan_steps.open_cycle(centre, year, self.coordinator.id)
        return Scan.get(Scan.cycle == cycle)

    def result(self, scan: Scan, stage: int = 2, wish: int = 3, **changes: Any) -> ScanResult:
        """A complete, sound result: every block alike, the first three blocks as priorities."""
        blocks = [block.key for block in document_of(scan.instrument_id).blocks]
        ratings = tuple(
            BlockResult(key, stage=stage, wish=wish, choice="deliberate", differences=("nee",))
            for key in blocks
        )
        return ScanResult(**{"ratings": ratings, "priorities": tuple(blocks[:3]), **changes})

    def submit(self, scan: Scan | None = None, **changes: Any) -> Scan:
        """Open a scan where none is given, and submit it."""
        scan = Scan.get_by_id(scan.id) if scan else self.open_cycle()
        centre = Cycle.get_by_id(scan.cycle_id).centre
        scan_steps.submit_scan(centre, scan, self.result(scan, **changes), self.coordinator.id)
        return Scan.get_by_id(scan.id)

    def add_goal(
        self, block: str = "", centre: Centre | None = None, running: bool = True, **changes: Any
    ) -> Goal:
        """A goal of a centre from today on for a year, owned by the coordinator."""
        centre = centre or self.centre
        block = block or "behartiger"
        values: dict[str, Any] = {
            "block": block,
            "title": "Elke leerling wordt gehoord",
            "description": "",
            "owner_id": self.coordinator.id if centre == self.centre else None,
            "starts_on": today(),
            "ends_on": SchoolYear.of(today()).next.last_day,
            **changes,
        }
        goal = plan.add_goal(centre, plan.GoalText(**values), {block}, None, self.coordinator.id)
        if running:
            plan.agree_goal(centre, goal, self.coordinator.id)
        return Goal.get_by_id(goal.id)

    def add_evaluation(self, goal: Goal, due_on: date | None = None) -> Evaluation:
        return plan.plan_evaluation(
            goal.centre, goal, due_on or today() + timedelta(days=30), self.coordinator.id
        )

    @property
    def year(self) -> SchoolYear:
        return SchoolYear.of(today())

    def url(self, path: str = "", centre: Centre | None = None, year: SchoolYear | None = None) -> str:
        """An address under a centre's present year: url("zelfscan") is /centrum/clb-aalrijk/2025-2026/zelfscan."""
        return f"/centrum/{(centre or self.centre).slug}/{year or self.year}/{path}"


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement that is sent inside, in order."""
    sent: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sent.append(str(record.msg[0]) if isinstance(record.msg, tuple) else record.getMessage())

    logger, handler = logging.getLogger("peewee"), Keep()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield sent
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
