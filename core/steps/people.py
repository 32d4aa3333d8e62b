"""The office: centres, school groups, people and their roles, plugin switches."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from typing import Any

from peewee import IntegrityError

from core.audit import record
from core.dates import now
from core.db import is_sqlite, transaction
from core.mail import FAILED, WAITING, OutboxMail, absolute_link, queue
from core.people import (
    CENTRE_ROLES,
    GROUP_ROLES,
    NETWORK_ROLES,
    ROLE_LABELS,
    AccessToken,
    Centre,
    CentreGroup,
    EnabledPlugin,
    LoginSession,
    Membership,
    Role,
    SchoolGroup,
    User,
)
from core.plugins import forget_enabled, registry
from core.steps import Refused

INVITATION, RESET = "invitation", "reset"
LASTS = {INVITATION: timedelta(days=14), RESET: timedelta(hours=2)}
#: No space, control character, or sign that would make two addresses of one in a mail's header.
EMAIL_SIGN = r"[^@\s\x00-\x1f,;:<>()\[\]\"\\]"
EMAIL = re.compile(rf"{EMAIL_SIGN}+@{EMAIL_SIGN}+\.{EMAIL_SIGN}+")


def hashed(token: str) -> str:
    """What is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def save_group(name: str, actor_id: int | None, group: SchoolGroup | None = None) -> SchoolGroup:
    """Add a school group, or rename one."""
    name = _name(name)
    try:
        with transaction():
            group = group or SchoolGroup(name=name)
            group.name = name
            group.save()
            record("group.saved", user_id=actor_id, subject=f"group:{group.id}", name=name)
    except IntegrityError as error:
        raise Refused("Er is al een scholengroep met die naam.", "name") from error
    return group


def save_centre(
    name: str,
    place: str,
    group_ids: list[int],
    active: bool,
    actor_id: int | None,
    centre: Centre | None = None,
) -> Centre:
    """Add a centre, or change one. Its address keeps the name that it started with."""
    name = _name(name)
    if len(place) > 80:
        raise Refused("Hou de plaatsnaam onder 80 tekens.", "place")
    if SchoolGroup.select().where(SchoolGroup.id.in_(group_ids)).count() < len(set(group_ids)):
        raise Refused("Een van deze scholengroepen bestaat niet.", "groups")
    try:
        with transaction():
            centre = centre or Centre(slug=_free_slug(name), created_at=now())
            centre.name, centre.place, centre.active = name, place.strip(), active
            centre.save()
            CentreGroup.delete().where(CentreGroup.centre == centre).execute()
            for group_id in sorted(set(group_ids)):
                CentreGroup.create(centre=centre, group=group_id)
            record(
                "centre.saved",
                user_id=actor_id,
                centre_id=centre.id,
                subject=f"centre:{centre.id}",
                name=name,
                active=active,
            )
    except IntegrityError as error:
        raise Refused("Er is al een centrum met die naam.", "name") from error
    return centre


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Geef een naam.", "name")
    if len(name) > 120:
        raise Refused("Hou de naam onder 120 tekens.", "name")
    return name


def _free_slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "centrum"
    taken = {row.slug for row in Centre.select(Centre.slug).where(Centre.slug.startswith(slug))}
    return next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


def invite(
    email: str,
    name: str,
    role: str,
    actor_id: int | None,
    centre: Centre | None = None,
    group: SchoolGroup | None = None,
) -> User:
    """Give a person a role, making the account where there is none yet, and mail an invitation to who cannot log in."""
    email = email.strip().lower()
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise Refused("Dit is geen e-mailadres.", "email")
    name = _name(name)
    _check_place(role, centre, group)
    with transaction():
        user: User = User.get_or_create(email=email, defaults={"name": name, "created_at": now()})[0]
        if not user.active:
            raise Refused("Dit account is uitgeschakeld. Schakel het eerst weer in bij Mensen.", "email")
        _grant(user, role, centre, group)
        record(
            "person.invited",
            user_id=actor_id,
            centre_id=centre.id if centre else None,
            subject=f"user:{user.id}",
            role=role,
            group=group.name if group else "",
        )
        where = centre.name if centre else group.name if group else "het netwerk van POC+"
        if user.password_hash is None:
            send_token(user, INVITATION, where=where, role=ROLE_LABELS[Role(role)])
        else:
            queue(
                user.email,
                "role_given",
                link=absolute_link("account.home"),
                name=user.name,
                where=where,
                role=ROLE_LABELS[Role(role)],
            )
    return user


def _check_place(role: str, centre: Centre | None, group: SchoolGroup | None) -> None:
    if role not in set(Role):
        raise Refused("Kies een rol uit de lijst.", "role")
    if role in CENTRE_ROLES and (centre is None or group):
        raise Refused("Kies bij deze rol een centrum, en geen scholengroep.", "centre")
    if role in GROUP_ROLES and (group is None or centre):
        raise Refused("Kies bij deze rol een scholengroep, en geen centrum.", "group")
    if role in NETWORK_ROLES and (centre or group):
        raise Refused("Deze rol geldt voor het hele netwerk: kies geen centrum of scholengroep.", "role")


def _grant(user: User, role: str, centre: Centre | None, group: SchoolGroup | None) -> None:
    same = Membership.select().where((Membership.user == user) & (Membership.role == role))
    same = same.where(Membership.centre == centre if centre else Membership.centre.is_null())
    same = same.where(Membership.group == group if group else Membership.group.is_null())
    if same.exists():
        raise Refused("Deze persoon heeft die rol al.", "email")
    Membership.create(user=user, role=role, centre=centre, group=group)
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Log a person out everywhere: after a change of role, password or state. Call inside a transaction."""
    LoginSession.delete().where(LoginSession.user == user).execute()


def send_token(user: User, purpose: str, **values: Any) -> None:
    """Mail a link with which a person sets a password; earlier links stop working. Call inside a transaction."""
    token = secrets.token_urlsafe(32)
    AccessToken.update(used_at=now()).where(
        (AccessToken.user == user) & AccessToken.used_at.is_null()
    ).execute()
    AccessToken.create(
        token_hash=hashed(token),
        user=user,
        purpose=purpose,
        created_at=now(),
        expires_at=now() + LASTS[purpose],
    )
    queue(
        user.email, purpose, link=absolute_link("account.set_password", token=token), name=user.name, **values
    )


def invite_again(user: User, actor_id: int) -> None:
    """Send a new link to set a password: an invitation to who never logged in, a reset to others."""
    if not user.active:
        raise Refused("Dit account is uitgeschakeld.")
    purpose = RESET if user.password_hash else INVITATION
    with transaction():
        send_token(user, purpose, where="Poolster", role="")
        record(f"person.{purpose}_sent", user_id=actor_id, subject=f"user:{user.id}")


def revoke(membership: Membership, actor_id: int) -> None:
    """Take a role away; the person's other roles and past work stay."""
    with transaction():
        if membership.role == Role.NETWORK_ADMIN:
            _check_another_admin(membership.user_id)
        membership.delete_instance()
        end_sessions(membership.user)
        record(
            "role.revoked",
            user_id=actor_id,
            centre_id=membership.centre_id,
            subject=f"user:{membership.user_id}",
            role=membership.role,
        )


def _check_another_admin(user_id: int) -> None:
    """Refuse to leave the network without an active admin. Call inside a transaction."""
    query = (
        Membership.select(Membership.user)
        .join(User)
        .where((Membership.role == Role.NETWORK_ADMIN) & User.active)
    )
    if not is_sqlite():  # two admins who remove each other wait in line; an SQLite writer is alone already
        query = query.for_update()
    if {row.user_id for row in query} <= {user_id}:
        raise Refused("Dit is de laatste POC+-beheerder. Geef eerst iemand anders die rol.")


def set_active(user: User, active: bool, actor_id: int) -> None:
    """Switch an account off or on. Off ends every log-in and every open link; nothing is deleted."""
    with transaction():
        roles = {row.role for row in Membership.select(Membership.role).where(Membership.user == user)}
        if not active and Role.NETWORK_ADMIN in roles:
            _check_another_admin(user.id)
        User.update(active=active).where(User.id == user.id).execute()
        if not active:
            end_sessions(user)
            AccessToken.update(used_at=now()).where(
                (AccessToken.user == user) & AccessToken.used_at.is_null()
            ).execute()
        record(
            "person.activated" if active else "person.deactivated",
            user_id=actor_id,
            subject=f"user:{user.id}",
        )


def send_again(mail: OutboxMail, actor_id: int) -> None:
    """Put a mail that was given up back in the queue, with all its tries before it."""
    with transaction():
        queued = (
            OutboxMail.update(state=WAITING, attempts=0, next_try_at=now(), error="")
            .where((OutboxMail.id == mail.id) & (OutboxMail.state == FAILED))
            .execute()
        )
        if not queued:
            raise Refused("Deze mail is niet mislukt, of iemand zette ze al opnieuw in de wachtrij.")
        record("mail.queued_again", user_id=actor_id, centre_id=mail.centre_id, subject=f"mail:{mail.id}")


def switch_plugin(centre: Centre, plugin: str, enabled: bool, actor_id: int) -> None:
    """Switch a plugin on or off for a centre. What it holds stays, and comes back with it."""
    if plugin not in registry():
        raise Refused("Deze module bestaat niet.", "plugin")
    with transaction():
        EnabledPlugin.insert(
            centre=centre, plugin=plugin, enabled=enabled, switched_by=actor_id, switched_at=now()
        ).on_conflict(
            conflict_target=[EnabledPlugin.centre, EnabledPlugin.plugin],
            preserve=[EnabledPlugin.enabled, EnabledPlugin.switched_by, EnabledPlugin.switched_at],
        ).execute()
        record(
            "plugin.switched",
            user_id=actor_id,
            centre_id=centre.id,
            subject=f"plugin:{plugin}",
            enabled=enabled,
        )
    forget_enabled(centre)
