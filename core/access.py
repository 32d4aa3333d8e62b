"""Who may do what: one table of roles and permissions, and one guard in front of every page.

Loading is authorising: a view gets its objects from the `my_…` functions below, which find only
what the address and the person's roles allow. Another centre's object is 404; a missing right 403.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, g, make_response, redirect, render_template, request, url_for
from flask_login import LoginManager, current_user
from peewee import JOIN
from werkzeug.wrappers import Response

from core.cycle import Action, Cycle, Evaluation, Goal, Scan
from core.dates import SchoolYear, now
from core.db import Prepared, tuples
from core.people import Centre, CentreGroup, LoginSession, Membership, Role, SchoolGroup, User
from core.plugins import enabled_for, registry
from core.steps.account import SESSION_LASTS, code_required
from core.steps.people import hashed

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC, ACCOUNT = "public", "account"
NOT_TEXT = ("csrf_token", "password", "old", "code")  # never shown back
LONG_WORD = 40  # characters; shorter words without a space are keys and dates, chosen and not typed

_READS = {"centre.read", "result.read", "export"}
_FILLS = _READS | {"scan.fill", "goal.edit", "action.update"}
_LEADS = _FILLS | {"scan.submit", "priorities.choose", "evaluation.record", "cycle.open", "settings.edit"}

#: The table of rights, from the roles that domain experts gave (POC+, centres, school groups).
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.NETWORK_ADMIN: frozenset(_READS | {"network.read", "office.manage", "scan.reopen"}),
    Role.NETWORK_ADVISER: frozenset(_READS | {"network.read"}),
    Role.DIRECTOR: frozenset(_LEADS),
    Role.COORDINATOR: frozenset(_LEADS),
    Role.MEMBER: frozenset(_FILLS),
    Role.STAFF: frozenset({"centre.read", "result.read", "action.update"}),
    Role.GROUP_READER: frozenset({"result.read", "group.read"}),
}


@dataclass
class Person:
    """Who is logged in, with all roles, as loaded in one query. `user_id` is the User's key."""

    user_id: int
    name: str
    email: str
    token: str
    two_steps: bool = False  # logs in with a code too
    network_roles: set[Role] = field(default_factory=set)
    centre_roles: dict[int, set[Role]] = field(default_factory=dict)
    centres: dict[str, Centre] = field(default_factory=dict)  # by slug; active ones, through a role in them
    group_ids: set[int] = field(default_factory=set)
    _permissions: dict[int | None, frozenset[str]] = field(
        default_factory=dict
    )  # by centre, None for the network

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps in the cookie: the session's token, never the user's key."""
        return self.token

    def roles_in(self, centre: Centre) -> set[Role]:
        """The roles that count in a centre: those held there, in the network, or for its school groups."""
        roles = self.network_roles | self.centre_roles.get(centre.id, set())
        if self.group_ids and centre.id in self._group_centres():
            roles = roles | {Role.GROUP_READER}
        return roles

    def _group_centres(self) -> set[int]:
        cached: set[int] | None = g.get("group_centres")
        if cached is None:
            rows = CentreGroup.select(CentreGroup.centre).where(CentreGroup.group.in_(self.group_ids))
            cached = g.group_centres = {centre_id for (centre_id,) in tuples(rows)}
        return cached

    def may(self, permission: str, centre: Centre | None = None) -> bool:
        """Whether this person has a permission, in a centre or (without one) in the network."""
        if permission in (PUBLIC, ACCOUNT):
            return True
        place = centre.id if centre else None
        if place not in self._permissions:  # a page asks some twenty times
            roles = (
                self.roles_in(centre)
                if centre
                else self.network_roles | ({Role.GROUP_READER} if self.group_ids else set())
            )
            self._permissions[place] = frozenset().union(*(PERMISSIONS[role] for role in roles))
        return permission in self._permissions[place]


@Prepared
def _rows_of_log_in(token_hash: Any, since: Any) -> Any:
    """A row for each role of the person behind a log-in; one without roles where there are none."""
    return (
        LoginSession.select(
            User.id,
            User.name,
            User.email,
            User.totp_secret,
            Membership.role,
            Membership.group_id,
            Centre.id,
            Centre.slug,
            Centre.name,
            Centre.place,
            Centre.active,
        )
        .join(User)
        .join(Membership, JOIN.LEFT_OUTER, on=(Membership.user == User.id))
        .join(Centre, JOIN.LEFT_OUTER, on=(Membership.centre == Centre.id))
        .where((LoginSession.token_hash == token_hash) & User.active & (LoginSession.created_at > since))
        .order_by(Centre.name)
        .tuples()
    )


def load_person(token: str) -> Person | None:
    """The person behind a cookie's token, in one query; None when the log-in has ended."""
    since = LoginSession.created_at.db_value(now() - SESSION_LASTS)
    person: Person | None = None
    rows = _rows_of_log_in(hashed(token), since)
    for user_id, name, email, secret, role, group_id, centre_id, slug, centre_name, place, active in rows:
        person = person or Person(user_id, name, email, token, two_steps=secret is not None)
        if role is None:
            continue
        if centre_id is not None:
            if active:
                person.centre_roles.setdefault(centre_id, set()).add(Role(role))
                person.centres[slug] = Centre(
                    id=centre_id, slug=slug, name=centre_name, place=place, active=active
                )
        elif group_id is not None:
            person.group_ids.add(group_id)
        else:
            person.network_roles.add(Role(role))
    return person


def load_admitted(token: str) -> Person | None:
    """The same, but nobody without the code that is required: that rule may be newer than the log-in."""
    found = load_person(token)
    if found and not found.two_steps and code_required(Role.NETWORK_ADMIN in found.network_roles):
        return None
    return found


def needs(read: str, write: str | None = None) -> Callable[[View], View]:
    """Declare a view's permission; `write` where its POST needs another one. Every route has one."""

    def declare(view: View) -> View:
        view.permission = {"GET": read, "POST": write or read}  # type: ignore[attr-defined]
        return view

    return declare


def permission_of(app: Flask, endpoint: str, method: str) -> str:
    """The permission that a route declares for a method. Raises LookupError where none is declared."""
    if endpoint == "static":
        return PUBLIC
    declared = getattr(app.view_functions[endpoint], "permission", None)
    if declared is None:
        raise LookupError(f"the route {endpoint} declares no permission")
    return str(declared["POST" if method not in ("GET", "HEAD", "OPTIONS") else "GET"])


def guard(app: Flask) -> None:
    """Put the guard in front of every page of an application."""
    login = LoginManager(app)
    login.user_loader(load_admitted)

    @app.before_request
    def check() -> Response | None:
        if request.endpoint is None:
            return None
        permission = permission_of(app, request.endpoint, request.method)
        if permission == PUBLIC:
            return None
        if not current_user.is_authenticated:
            if request.method == "GET":
                return redirect(url_for("account.log_in", next=request.full_path.rstrip("?")))
            return typed_page(
                "Je bent niet meer aangemeld",
                "Je tekst is niet bewaard. Kopieer wat hieronder staat, meld je aan en plak het opnieuw.",
                ("Meld je aan", url_for("account.log_in")),
                401,
            )
        _check_place(permission)
        return None


def typed_page(title: str, message: str, way: tuple[str, str], status: int) -> Response:
    """Give back what somebody typed where it cannot be saved any more; where nothing was typed, go the `way`.

    `way` is the label and the address of the one button. A script keeps its own texts, and is sent on.
    """
    sent = [text for name, text in request.form.items(multi=True) if name not in NOT_TEXT]
    texts = [text for text in sent if " " in text.strip() or len(text) > LONG_WORD]
    if not texts or "X-CSRFToken" in request.headers:
        return redirect(way[1])
    page = render_template("typed.html", title=title, message=message, texts=texts, label=way[0], url=way[1])
    return make_response(page, status)


def _check_place(permission: str) -> None:
    """404 for what is not yours or switched off, 403 for what you may not."""
    values = request.view_args or {}
    if "slug" in values:
        centre = my_centre()
        blueprint = request.blueprint or ""
        if blueprint in registry() and blueprint not in enabled_for(centre):
            abort(404)
        if not person().may(permission, centre):
            abort(403)
    elif "group_id" in values and permission == "group.read":
        my_group()
    elif not person().may(permission):
        abort(403)


def person() -> Person:
    """Who is logged in."""
    found: Person = current_user._get_current_object()
    return found


def may(permission: str) -> bool:
    """Whether the person may do something in the centre of this page; for templates and views."""
    who = person()
    return bool(who.is_authenticated) and who.may(permission, g.get("centre"))


def _view_arg(name: str) -> Any:
    return (request.view_args or {})[name]


def my_centre() -> Centre:
    """The centre in the address, if the person has any role that counts there; else 404."""
    if "centre" not in g:
        slug = _view_arg("slug")
        centre = person().centres.get(slug)
        if centre is None and (person().network_roles or person().group_ids):
            centre = Centre.get_or_none((Centre.slug == slug) & Centre.active)
        if centre is None or not person().roles_in(centre):
            abort(404)
        g.centre = centre
    found: Centre = g.centre
    return found


def my_group() -> SchoolGroup:
    """The school group in the address, for its readers and for the network; else 404."""
    group_id = _view_arg("group_id")
    if group_id not in person().group_ids and not person().may("network.read"):
        abort(404)
    return SchoolGroup.get_or_none(SchoolGroup.id == group_id) or abort(404)


@Prepared
def _cycle_with_scan(centre_id: Any, year: Any) -> Any:
    query = Cycle.select(Cycle, Scan).join(Scan, on=(Scan.cycle == Cycle.id), attr="scan")
    return query.where((Cycle.centre == centre_id) & (Cycle.year == year))


def my_cycle() -> Cycle:
    """The centre's cycle of the school year in the address; else 404."""
    if "cycle" not in g:
        year: SchoolYear = _view_arg("year")
        g.cycle = next(iter(_cycle_with_scan(my_centre().id, year.start_year)), None) or abort(404)
        g.cycle.centre = my_centre()
    found: Cycle = g.cycle
    return found


def my_scan() -> Scan:
    """The scan of the cycle in the address."""
    cycle = my_cycle()
    scan: Scan = cycle.scan
    scan.cycle = cycle
    return scan


def my_submitted_scan() -> Scan:
    """The scan of the cycle in the address once it is submitted; before that nobody reads it as a result."""
    scan = my_scan()
    return scan if scan.submitted else abort(404)


def my_goal() -> Goal:
    """The centre's goal in the address; another centre's does not exist here."""
    query = Goal.select(Goal, User).join(User, JOIN.LEFT_OUTER)
    goal: Goal | None = query.where(
        (Goal.id == _view_arg("goal_id")) & (Goal.centre == my_centre().id)
    ).first()
    return goal or abort(404)


def my_action() -> Action:
    """The action in the address, under the goal in the address."""
    query = Action.select(Action, Goal).join(Goal)
    action: Action | None = query.where((Action.id == _view_arg("action_id")) & _this_goal()).first()
    return action or abort(404)


def my_evaluation() -> Evaluation:
    """The evaluation in the address, of the goal in the address."""
    query = Evaluation.select(Evaluation, Goal).join(Goal)
    evaluation: Evaluation | None = query.where(
        (Evaluation.id == _view_arg("evaluation_id")) & _this_goal()
    ).first()
    return evaluation or abort(404)


def _this_goal() -> Any:
    """The condition that a row belongs to the goal in the address, and that goal to the centre."""
    return (Goal.id == _view_arg("goal_id")) & (Goal.centre == my_centre().id)


def my_centres() -> Iterable[Centre]:
    """Every active centre that the person can open, by name."""
    if person().may("network.read"):
        return list(Centre.select().where(Centre.active).order_by(Centre.name))
    return sorted(person().centres.values(), key=lambda centre: str(centre.name))


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path on this site, else None: no scheme, host, backslash or control character."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if any(ord(char) < 33 or char == "\\" for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if not parts.scheme and not parts.netloc else None
