"""Route × method × role × own, other or no centre, generated from the map of addresses.

What is expected follows from a route's declared permission and the table of rights alone. A rule
with a parameter that has no maker below fails: give it one, in `Places.values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from peewee import Model
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from core.access import ACCOUNT, PERMISSIONS, PUBLIC, permission_of
from core.audit import AuditEntry
from core.cycle import Action, Evaluation, Goal
from core.dates import SchoolYear, now, today
from core.db import database
from core.mail import KEPT, OutboxMail, queue
from core.people import CENTRE_ROLES, AccessToken, Centre, LoginAttempt, LoginSession, Membership, Role, User
from core.plugins import registry
from core.steps import people as office
from core.steps import plan
from tests.core.test_migrations import our_models
from tests.world import Browser, World

OTHER, NONE, ANONYMOUS = "other", "none", "anonymous"
WHO = [*Role, OTHER, NONE, ANONYMOUS]
LOG_IN = "/aanmelden"
LINKED: dict[str, dict[str, Any]] = {}  # per rule, what its link on a page holds; found once
LEAVES = {"account.log_out"}  # a POST that ends the very log-in that the loop goes on with

pytestmark = pytest.mark.sqlite_only  # the table of rights is the point, not the database


@dataclass
class Place:
    """One centre with an object of every kind that an address can hold."""

    centre: Centre
    year: SchoolYear
    goal: Goal
    evaluation: Evaluation
    action: Any
    user: User
    membership: Membership


class Places:
    """The same things in both centres, and values for the parameters of every rule."""

    def __init__(self, world: World) -> None:
        self.world, self.app = world, world.app
        self.own, self.other = (self._fill(centre) for centre in (world.centre, world.other))
        self.mail = queue("an@test.test", "reset", link="http://localhost/x", name="An")
        OutboxMail.update(state=KEPT, sent_at=now()).where(OutboxMail.id == self.mail.id).execute()
        self.token = "a-link-in-a-mail"
        AccessToken.create(
            token_hash=office.hashed(self.token),
            user=world.outsider,
            purpose=office.RESET,
            created_at=now(),
            expires_at=now() + timedelta(days=1),
        )
        self.nobody = User.create(email="niemand@test.test", name="Nora Niemand", created_at=now())
        self.linked = LINKED
        if not LINKED:
            self.crawl()

    def _fill(self, centre: Centre) -> Place:
        world = self.world
        person = world.coordinator if centre == world.centre else world.outsider
        scan = world.submit(world.open_cycle(centre))
        world.add_goal(centre=centre)  # so that keys in both centres differ and overlap
        goal = world.add_goal(centre=centre, title="Het doel in het adres")
        evaluation = world.add_evaluation(goal)
        action = plan.add_action(centre, goal, plan.ActionText("Een actie", person.id, today()), person.id)
        membership = Membership.get(Membership.user == person)
        return Place(centre, scan.cycle.school_year, goal, evaluation, action, person, membership)

    def values(self, rule: Rule, place: Place, owner: Place | None = None) -> dict[str, Any]:
        """Values for the parameters of a rule: the centre of `place`, the objects of `owner`. Clear when one has no maker."""
        owner = owner or place
        makers: dict[str, Callable[[], Any]] = {
            "slug": lambda: place.centre.slug,
            "year": lambda: place.year,
            "goal_id": lambda: owner.goal.id,
            "evaluation_id": lambda: owner.evaluation.id,
            "action_id": lambda: owner.action.id,
            "block": lambda: owner.goal.block,
            "centre_id": lambda: place.centre.id,
            "group_id": lambda: self.group_of(place),
            "user_id": lambda: place.user.id,
            "role_id": lambda: place.membership.id,
            "mail_id": lambda: self.mail.id,
            "plugin": lambda: next(iter(registry())).name,
            "token": lambda: self.token,
            "filename": lambda: "poolster.css",
        }
        missing = rule.arguments - set(makers) - set(self.linked.get(str(rule), {}))
        assert not missing, (
            f"{rule}: no maker for {missing}, and no page links to it; "
            "add one to Places.values in tests/test_access_matrix.py"
        )
        return {
            name: makers[name]() if name in makers else self.linked[str(rule)][name]
            for name in rule.arguments
        }

    def crawl(self) -> None:
        """Take the words that only a page knows (a file's kind, a help page) from the links that pages show."""
        seen: set[tuple[Role, str]] = set()
        map_ = self.app.url_map.bind("localhost")
        for who in (Role.DIRECTOR, Role.NETWORK_ADMIN):
            client = self.client(who)
            known = [
                rule for rule, method in self.rules() if method == "GET" and "filename" not in rule.arguments
            ]
            for rule in known:
                try:
                    path = self.address(rule, self.own)
                except AssertionError:
                    continue  # no page showed it yet
                if (who, path) in seen:
                    continue
                seen.add((who, path))
                for link in re.findall(
                    r'(?:href|action|src)="(/[^"#]*)"', client.get(path).get_data().decode("utf-8", "replace")
                ):
                    for method in ("GET", "POST"):
                        with suppress(HTTPException):
                            found, values = map_.match(
                                unescape(link).partition("?")[0], method=method, return_rule=True
                            )
                            self.linked.setdefault(str(found), values)

    def group_of(self, place: Place) -> int:
        return (self.world.group if place is self.own else self.world.other_group).id

    # what a person may

    def client(self, who: Any) -> Browser:
        if who == ANONYMOUS:
            return self.app.test_client()
        return self.world.client({OTHER: self.world.outsider, NONE: self.nobody}.get(who, who))

    def rules(self) -> Iterator[tuple[Rule, str]]:
        """Every rule with every method people use."""
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule, method

    def address(self, rule: Rule, place: Place, owner: Place | None = None) -> str:
        values = self.values(rule, place, owner)
        try:
            return self.app.url_map.bind("localhost").build(rule.endpoint, values)
        except BuildError as error:
            raise AssertionError(f"{rule}: {error}") from error


@pytest.fixture
def places(world: World) -> Places:
    return Places(world)


def expected(rule: Rule, permission: str, who: Any) -> str:
    """What a request at the own centre's address must answer: "in", "log in", "403" or "404"."""
    if permission == PUBLIC:
        return "in"
    if who == ANONYMOUS:
        return "log in"
    if permission == ACCOUNT:
        return "in"
    if "slug" in rule.arguments and who in (OTHER, NONE):
        return "404"
    if "group_id" in rule.arguments and permission == "group.read":
        network = who in set(Role) and "network.read" in PERMISSIONS[who]
        return "in" if who == Role.GROUP_READER or network else "404"
    if who in (OTHER, NONE):
        return "403"
    everywhere = "slug" in rule.arguments or who in (
        Role.NETWORK_ADMIN,
        Role.NETWORK_ADVISER,
        Role.GROUP_READER,
    )
    return "in" if everywhere and permission in PERMISSIONS[who] else "403"


def told(answer: Any, method: str) -> str:
    """What a request answered, in the words of `expected`; anything else is its status."""
    if answer.status_code == 302 and answer.location.startswith(LOG_IN):
        return "log in"
    if answer.status_code in (403, 404):
        return str(answer.status_code)
    if answer.status_code >= 500 or answer.status_code == 405:
        return f"{answer.status_code}!"
    return "in"


def differs(want: str, got: str, path: str, answer: Any) -> bool:
    if want == "in" and path in (LOG_IN, f"{LOG_IN}/code", "/wachtwoord-vergeten", "/afmelden", "/profiel"):
        return got not in ("in", "log in")  # leaving leads to the log-in
    if want == "in" and got == "log in":
        return not path.startswith("/wachtwoord/")
    return want != got


def matrix(places: Places, who: Any) -> list[str]:
    """Every mismatch for one person over all rules and methods."""
    wrong, client = [], places.client(who)
    if who in CENTRE_ROLES:  # some may only touch the actions that they own
        Action.update(owner=places.world.people[who]).where(Action.id == places.own.action.id).execute()
    for rule, method in places.rules():
        if rule.endpoint in LEAVES and who != ANONYMOUS:
            continue
        permission = permission_of(places.app, rule.endpoint, method)
        path = places.address(rule, places.own)
        with database.atomic() as undo:
            answer = client.open(path, method=method)
            undo.rollback()
        want, got = expected(rule, permission, who), told(answer, method)
        if differs(want, got, path, answer):
            wrong.append(
                f"{who} {method} {path} ({rule.endpoint}, {permission}): {want} expected, {got} came"
            )
    return wrong


@pytest.mark.parametrize("who", WHO, ids=str)
def test_every_route_answers_a_role_as_the_table_of_rights_says(places: Places, who: Any) -> None:
    wrong = matrix(places, who)
    assert not wrong, "\n" + "\n".join(wrong)


OWN_ROLES = [role for role in Role if role not in (Role.NETWORK_ADMIN, Role.NETWORK_ADVISER)]


@pytest.mark.parametrize("who", OWN_ROLES, ids=str)
def test_the_addresses_of_another_centre_do_not_exist(places: Places, who: Any) -> None:
    wrong, client = [], places.client(who)
    for rule, method in places.rules():
        if "slug" not in rule.arguments:
            continue
        answer = client.open(places.address(rule, places.other), method=method)
        if answer.status_code != 404:
            wrong.append(f"{method} {answer.request.path} ({rule.endpoint}): {answer.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


FOREIGN = {"goal_id", "evaluation_id", "action_id"}


@pytest.mark.parametrize("who", [Role.DIRECTOR, Role.NETWORK_ADMIN], ids=str)
def test_another_centres_objects_do_not_exist_under_the_own_address(places: Places, who: Any) -> None:
    """Also for who may read both centres: an object is found only where it belongs."""
    wrong, client, tried = [], places.client(who), 0
    for rule, method in places.rules():
        permission = permission_of(places.app, rule.endpoint, method)
        if "slug" not in rule.arguments or not rule.arguments & FOREIGN or permission not in PERMISSIONS[who]:
            continue
        tried += 1
        answer = client.open(places.address(rule, places.own, owner=places.other), method=method)
        if answer.status_code != 404:
            wrong.append(f"{method} {answer.request.path} ({rule.endpoint}): {answer.status_code}")
    assert tried
    assert not wrong, "\n" + "\n".join(wrong)


def test_an_object_of_another_goal_does_not_exist_under_a_goal(places: Places) -> None:
    """An evaluation or action is found only under its own goal."""
    wrong, client = [], places.client(Role.DIRECTOR)
    sibling = Goal.get((Goal.centre == places.own.centre) & (Goal.id != places.own.goal.id))
    for rule, method in places.rules():
        if "goal_id" not in rule.arguments or not rule.arguments & {"evaluation_id", "action_id"}:
            continue
        path = places.address(rule, places.own).replace(f"/{places.own.goal.id}/", f"/{sibling.id}/", 1)
        if f"/{sibling.id}/" in path and client.open(path, method=method).status_code != 404:
            wrong.append(f"{method} {path} ({rule.endpoint})")
    assert not wrong, "\n" + "\n".join(wrong)


MADE_UP = ["0", "99999999", "999999999999999999999", "-1", "x", "%00", "a'b", "../..", "é" * 300]


def test_made_up_parts_of_an_address_are_no_error(places: Places) -> None:
    wrong = []
    director, admin = places.client(Role.DIRECTOR), places.client(Role.NETWORK_ADMIN)
    for rule, method in places.rules():
        client = director if "slug" in rule.arguments else admin
        made = places.values(rule, places.own)
        path = places.address(rule, places.own)
        for name in sorted(rule.arguments - {"slug"}):
            for value in MADE_UP:
                bent = re.sub(
                    rf"/{re.escape(str(made[name]))}(?=/|$|\.)", lambda _, to=value: f"/{to}", path, count=1
                )
                status = client.open(bent, method=method).status_code
                if status >= 500:
                    wrong.append(f"{method} {bent[:120]} ({rule.endpoint}): {status}")
    assert not wrong, "\n" + "\n".join(wrong)


# ── who only reads ──


def contents() -> dict[str, int]:
    """How many rows each table holds, log-ins and the trail of reading aside, and the state of what changes in place."""
    aside: set[type[Model]] = {LoginSession, LoginAttempt, AuditEntry}
    rows = {model._meta.table_name: model.select().count() for model in our_models() if model not in aside}
    for model in our_models():
        if "revision" in model._meta.fields:
            rows[f"{model._meta.table_name}.revision"] = sum(
                row.revision for row in model.select(model.revision)
            )
    return rows


@pytest.mark.parametrize("who", [Role.GROUP_READER, Role.NETWORK_ADVISER, OTHER, NONE, ANONYMOUS], ids=str)
def test_who_only_reads_writes_nothing_anywhere(places: Places, who: Any) -> None:
    before, client = contents(), places.client(who)
    for rule, method in places.rules():
        permission = permission_of(places.app, rule.endpoint, method)
        if method == "POST" and permission not in (PUBLIC, ACCOUNT):
            client.post(
                places.address(rule, places.own),
                data={"title": "x", "reason": "x", "name": "x", "enabled": "0"},
            )
    assert contents() == before


@pytest.mark.parametrize("who", [Role.DIRECTOR, Role.NETWORK_ADMIN, Role.GROUP_READER], ids=str)
def test_no_get_changes_anything(places: Places, who: Any) -> None:
    before, trail, client = contents(), AuditEntry.select().count(), places.client(who)
    for rule, method in places.rules():
        if method == "GET":
            client.get(places.address(rule, places.own))
    assert contents() == before
    assert AuditEntry.select().count() == trail


# ── plugins that are off, and forms without their token ──


def test_a_plugin_that_is_off_has_no_pages_for_anyone(places: Places) -> None:
    plugins = [plugin.name for plugin in registry()]
    wrong, tried = [], 0
    for name in plugins:
        places.world.switch(name, False)
    for who in Role:
        client = places.client(who)
        for rule, method in places.rules():
            if rule.endpoint.partition(".")[0] in plugins:
                tried += 1
                answer = client.open(places.address(rule, places.own), method=method)
                if answer.status_code != 404:
                    wrong.append(f"{who} {method} {answer.request.path}: {answer.status_code}")
    assert tried
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_plugin_that_is_off_stays_on_in_another_centre(places: Places) -> None:
    plugins = [plugin.name for plugin in registry()]
    for name in plugins:
        places.world.switch(name, False, places.other.centre)
    wrong = [line for line in matrix(places, Role.DIRECTOR) if any(f"({name}." in line for name in plugins)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_post_without_the_forms_token_is_refused(places: Places) -> None:
    places.app.config["WTF_CSRF_ENABLED"] = True
    wrong = []
    for who in (Role.DIRECTOR, Role.NETWORK_ADMIN):
        client = places.client(who)
        for rule, method in places.rules():
            if method != "POST":
                continue
            permission = permission_of(places.app, rule.endpoint, "POST")
            answer = client.post(places.address(rule, places.own), data={"name": "x"})
            allowed = {400} if expected(rule, permission, who) == "in" else {400, 403, 404}
            if answer.status_code not in allowed:
                wrong.append(f"{who} POST {answer.request.path}: {answer.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_page_carries_the_headers_that_keep_it_safe(places: Places) -> None:
    wrong, client = [], places.client(Role.DIRECTOR)
    for rule, method in places.rules():
        if method != "GET":
            continue
        headers = client.get(places.address(rule, places.own)).headers
        policy = headers.get("Content-Security-Policy", "")
        if (
            "unsafe" in policy
            or "object-src 'none'" not in policy
            or headers.get("X-Content-Type-Options") != "nosniff"
        ):
            wrong.append(f"{rule}: policy")
        if rule.endpoint != "static" and headers.get("Cache-Control") != "no-store":
            wrong.append(f"{rule}: {headers.get('Cache-Control')}")
    assert not wrong, "\n" + "\n".join(wrong)
