"""Centres, school groups, and the people in them with their roles."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from core.db import BaseModel, MomentField, tuples


class Role(StrEnum):
    """What a person is, somewhere. The table of rights stands in core.access."""

    NETWORK_ADMIN = "network_admin"
    NETWORK_ADVISER = "network_adviser"
    DIRECTOR = "director"
    COORDINATOR = "coordinator"
    MEMBER = "member"
    STAFF = "staff"
    GROUP_READER = "group_reader"


ROLE_LABELS = {
    Role.NETWORK_ADMIN: "POC+-beheerder",
    Role.NETWORK_ADVISER: "POC+-begeleider",
    Role.DIRECTOR: "Directeur",
    Role.COORDINATOR: "Kwaliteitscoördinator",
    Role.MEMBER: "Beleidsteamlid",
    Role.STAFF: "Medewerker",
    Role.GROUP_READER: "Scholengroep (AD/CODI/DICO)",
}
NETWORK_ROLES = frozenset({Role.NETWORK_ADMIN, Role.NETWORK_ADVISER})
CENTRE_ROLES = frozenset({Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER, Role.STAFF})
GROUP_ROLES = frozenset({Role.GROUP_READER})


class SchoolGroup(BaseModel):
    """A regional school group, which reads the submitted results of its centres."""

    name = CharField(max_length=120, unique=True)


class Centre(BaseModel):
    """A pupil-guidance centre. `slug` is its name in addresses and never changes."""

    name = CharField(max_length=120, unique=True)
    slug = CharField(max_length=80, unique=True)
    place = CharField(max_length=80, default="")
    active = BooleanField(default=True)
    created_at = MomentField()


class CentreGroup(BaseModel):
    """A centre serves a school group; either can have several of the other."""

    centre = ForeignKeyField(Centre, backref="+")
    centre_id: int
    group = ForeignKeyField(SchoolGroup, backref="+")
    group_id: int

    class Meta:
        indexes = ((("centre", "group"), True),)


class User(BaseModel):
    """A person with an account. `email` is kept in lower case; no password until the invitation is used.

    With a `totp_secret`, a log-in asks for a code too; codes up to `totp_last_step` count no more.
    """

    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=120)
    password_hash = CharField(max_length=200, null=True)
    active = BooleanField(default=True)
    created_at = MomentField()
    totp_secret = CharField(max_length=64, null=True)
    totp_last_step = IntegerField(null=True)


class Membership(BaseModel):
    """A person's role: in a centre, for a school group, or (with neither) in the network."""

    user = ForeignKeyField(User, backref="+")
    user_id: int
    role = CharField(max_length=20)
    centre = ForeignKeyField(Centre, backref="+", null=True)
    centre_id: int | None
    group = ForeignKeyField(SchoolGroup, backref="+", null=True)
    group_id: int | None

    class Meta:
        indexes = ((("user", "role", "centre", "group"), True), (("centre", "role"), False))


class LoginSession(BaseModel):
    """A log-in that still counts. The cookie holds the token; here stands only its hash."""

    token_hash = CharField(max_length=64, unique=True)
    user = ForeignKeyField(User, backref="+")
    user_id: int
    created_at = MomentField()


class AccessToken(BaseModel):
    """A link in a mail that lets someone set a password: an invitation or a reset. Used once."""

    token_hash = CharField(max_length=64, unique=True)
    user = ForeignKeyField(User, backref="+")
    user_id: int
    purpose = CharField(max_length=12)
    created_at = MomentField()
    expires_at = MomentField()
    used_at = MomentField(null=True)


class LoginAttempt(BaseModel):
    """A failed log-in, counted per account and per network address."""

    key = CharField(max_length=300)
    at = MomentField(index=True)

    class Meta:
        indexes = ((("key", "at"), False),)


class EnabledPlugin(BaseModel):
    """The switch of one plugin for one centre: on or off, by whom, since when."""

    centre = ForeignKeyField(Centre, backref="+")
    centre_id: int
    plugin = CharField(max_length=40)
    enabled = BooleanField()
    switched_by = ForeignKeyField(User, backref="+", null=True)
    switched_by_id: int | None
    switched_at = MomentField()

    class Meta:
        indexes = ((("centre", "plugin"), True),)


def directors_of(centre: Centre) -> list[str]:
    """The mail addresses of a centre's active directors."""
    return _addresses((Membership.role == Role.DIRECTOR) & (Membership.centre == centre.id))


def group_readers_of(centre: Centre) -> list[str]:
    """The mail addresses of the active readers of a centre's school groups."""
    groups = CentreGroup.select(CentreGroup.group).where(CentreGroup.centre == centre.id)
    return _addresses((Membership.role == Role.GROUP_READER) & Membership.group.in_(groups))


def _addresses(chosen: Any) -> list[str]:
    query = User.select(User.email).join(Membership).where(chosen & User.active)
    return sorted({email for (email,) in tuples(query)})
