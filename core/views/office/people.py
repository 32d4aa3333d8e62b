"""The people: a list, invitations, and a page for each with roles, state and links."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from peewee import JOIN, ModelSelect, fn
from werkzeug.wrappers import Response

from core.access import needs
from core.audit import AuditEntry
from core.db import tuples
from core.forms import InviteForm, RoleForm, number_or_none
from core.people import ROLE_LABELS, Centre, Membership, Role, SchoolGroup, User
from core.steps import Refused, people, two_steps
from core.views import listing
from core.views.office.blueprint import OFFICE, found, me, pages

STATES = {"actief": "Actief", "uitgenodigd": "Uitgenodigd", "uit": "Uitgeschakeld"}
ORDERS = ("naam", "mail", "aangemeld")
LOGGED_IN = "person.logged_in"


def state_of(user: User) -> str:
    """The key of a person's state: a closed account, one that waits for its password, or an active one."""
    if not user.active:
        return "uit"
    return "actief" if user.password_hash else "uitgenodigd"


def _query() -> ModelSelect[User]:
    """The people as the address asks for them."""
    query = User.select()
    for word in listing.search_text().split():
        at = Membership.select(Membership.user).join(Centre).where(Centre.name.contains(word))
        query = query.where(User.name.contains(word) | User.email.contains(word) | User.id.in_(at))
    role = listing.asked("rol", [role.value for role in Role])
    if role:
        query = query.where(User.id.in_(Membership.select(Membership.user).where(Membership.role == role)))
    state = listing.asked("stand", STATES)
    if state:
        query = query.where(User.active == (state != "uit"))
    if state in ("actief", "uitgenodigd"):
        query = query.where(User.password_hash.is_null(state == "uitgenodigd"))
    return _ordered(query)


def _ordered(query: ModelSelect[User]) -> ModelSelect[User]:
    name, downwards = listing.asked_order(ORDERS, "naam")
    if name == "aangemeld":
        last = AuditEntry.select(AuditEntry.user.alias("user_id"), fn.MAX(AuditEntry.at).alias("last"))
        last = last.where(AuditEntry.verb == LOGGED_IN).group_by(AuditEntry.user).alias("logins")
        query = query.join(last, JOIN.LEFT_OUTER, on=(last.c.user_id == User.id))
        key = last.c.last
    else:
        key = User.email if name == "mail" else fn.LOWER(User.name)
    return query.order_by(key.desc(nulls="LAST") if downwards else key.asc(nulls="LAST"), User.id)


def _roles(ids: list[int]) -> dict[int, list[Membership]]:
    """The roles of people, with their places, in one query."""
    query = (
        Membership.select(Membership, Centre, SchoolGroup)
        .join(Centre, JOIN.LEFT_OUTER)
        .switch(Membership)
        .join(SchoolGroup, JOIN.LEFT_OUTER)
        .where(Membership.user.in_(ids))
        .order_by(Centre.name, SchoolGroup.name, Membership.role)
    )
    roles: dict[int, list[Membership]] = defaultdict(list)
    for row in query:
        roles[row.user_id].append(row)
    return roles


def _last_log_ins(ids: list[int]) -> dict[int, datetime]:
    query = AuditEntry.select(AuditEntry.user, fn.MAX(AuditEntry.at))
    query = query.where((AuditEntry.verb == LOGGED_IN) & AuditEntry.user.in_(ids)).group_by(AuditEntry.user)
    return {int(user_id): last for user_id, last in tuples(query)}


def place_of(role: Membership) -> str:
    """Where a role counts, in words."""
    if role.centre:
        return str(role.centre.name)
    return str(role.group.name) if role.group else "het netwerk"


def _words(**more: Any) -> dict[str, Any]:
    return {"states": STATES, "state_of": state_of, "place_of": place_of, "listing": listing, **more}


@pages.get("/mensen")
@needs(OFFICE)
def show_people() -> str:
    """Everyone with an account, with roles, state and last log-in."""
    page = listing.page_of_query(_query())
    ids = [user.id for user in page.rows]
    return render_template(
        "office/people.html", page=page, roles=_roles(ids), last_log_ins=_last_log_ins(ids), **_words()
    )


@pages.get("/mensen.csv")
@needs(OFFICE)
def export_people() -> Response:
    """The same list as a file."""
    users: list[User] = list(_query())
    ids = [user.id for user in users]
    roles, last = _roles(ids), _last_log_ins(ids)
    rows = [
        (
            user.name,
            user.email,
            "; ".join(f"{ROLE_LABELS[Role(role.role)]} ({place_of(role)})" for role in roles[user.id]),
            STATES[state_of(user)],
            last.get(user.id),
        )
        for user in users
    ]
    return listing.csv_answer("mensen", ("Naam", "E-mailadres", "Rollen", "Stand", "Laatst aangemeld"), rows)


def _offer_places(form: RoleForm) -> None:
    centres = Centre.select(Centre.id, Centre.name).where(Centre.active).order_by(Centre.name)
    groups = SchoolGroup.select().order_by(SchoolGroup.name)
    form.offer(
        {str(centre.id): str(centre.name) for centre in centres},
        {str(group.id): str(group.name) for group in groups},
    )


def _place(form: RoleForm) -> tuple[Centre | None, SchoolGroup | None]:
    """The centre and the school group that a form names; the lists let only existing ones through."""
    centre_id, group_id = number_or_none(form.centre.data), number_or_none(form.group.data)
    centre = Centre.get_or_none(Centre.id == centre_id) if centre_id else None
    return centre, SchoolGroup.get_or_none(SchoolGroup.id == group_id) if group_id else None


@pages.route("/mensen/uitnodigen", methods=["GET", "POST"])
@needs(OFFICE)
def invite() -> Response | str | tuple[str, int]:
    """Give someone a first role, and mail an invitation."""
    asked = {name: request.args.get(name, "") for name in ("role", "centre", "group")}
    form = InviteForm(data=asked)
    _offer_places(form)
    if form.validate_on_submit():
        try:
            user = people.invite(form.email.data, form.name.data, form.role.data, me(), *_place(form))
        except Refused as refused:
            form.take(refused)
        else:
            flash(f"{user.name} krijgt een mail op {user.email}.", "ok")
            return redirect(url_for(".show_person", user_id=user.id))
    page = render_template("office/invite.html", form=form)
    return (page, 422) if form.is_submitted() else page


@pages.get("/mensen/<int:user_id>")
@needs(OFFICE)
def show_person(user_id: int) -> str:
    """A person: roles, state, and what can be done."""
    form = RoleForm()
    return _person_page(found(User, user_id), form)


def _person_page(user: User, form: RoleForm) -> str:
    _offer_places(form)
    roles = _roles([user.id])[user.id]
    last = _last_log_ins([user.id]).get(user.id)
    return render_template(
        "office/person.html", user=user, form=form, roles=roles, last_log_in=last, **_words()
    )


@pages.post("/mensen/<int:user_id>/rollen")
@needs(OFFICE)
def add_role(user_id: int) -> Response | tuple[str, int]:
    user, form = found(User, user_id), RoleForm()
    _offer_places(form)
    if form.validate_on_submit():
        try:
            people.invite(user.email, user.name, form.role.data, me(), *_place(form))
        except Refused as refused:
            form.take(refused)
        else:
            flash(f"{user.name} heeft er een rol bij, en krijgt daarover een mail.", "ok")
            return redirect(url_for(".show_person", user_id=user.id))
    return _person_page(user, form), 422


@pages.post("/mensen/<int:user_id>/rollen/<int:role_id>/intrekken")
@needs(OFFICE)
def revoke_role(user_id: int, role_id: int) -> Response:
    user, role = found(User, user_id), found(Membership, role_id)
    if role.user_id != user.id:
        abort(404)
    return _done(
        user,
        lambda: people.revoke(role, me()),
        f"De rol {ROLE_LABELS[Role(role.role)]} van {user.name} is ingetrokken.",
    )


@pages.post("/mensen/<int:user_id>/uitschakelen")
@needs(OFFICE)
def deactivate(user_id: int) -> Response:
    user = found(User, user_id)
    text = f"Het account van {user.name} is uitgeschakeld. Je kan het hier weer inschakelen."
    return _done(user, lambda: people.set_active(user, False, me()), text)


@pages.post("/mensen/<int:user_id>/inschakelen")
@needs(OFFICE)
def activate(user_id: int) -> Response:
    user = found(User, user_id)
    text = f"Het account van {user.name} is weer ingeschakeld."
    return _done(user, lambda: people.set_active(user, True, me()), text)


@pages.post("/mensen/<int:user_id>/link")
@needs(OFFICE)
def send_link(user_id: int) -> Response:
    """Mail a new invitation, or a link to set a new password."""
    user = found(User, user_id)
    return _done(
        user, lambda: people.invite_again(user, me()), f"Er is een nieuwe link onderweg naar {user.email}."
    )


@pages.post("/mensen/<int:user_id>/app-ontkoppelen")
@needs(OFFICE)
def reset_code(user_id: int) -> Response:
    """Forget the app of someone who lost it."""
    user = found(User, user_id)
    text = f"De app van {user.name} is ontkoppeld."
    return _done(user, lambda: two_steps.reset(user, me()), text)


def _done(user: User, step: Any, text: str) -> Response:
    """Take a step and say how it went, back on the person's page."""
    try:
        step()
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(text, "ok")
    return redirect(url_for(".show_person", user_id=user.id))
