"""Passwords, log-ins and their throttle, log-outs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import lru_cache

from core.audit import record
from core.config import Config
from core.dates import now
from core.db import hold_name, transaction
from core.people import AccessToken, LoginAttempt, LoginSession, Membership, Role, User
from core.steps import Refused
from core.steps.people import RESET, end_sessions, hashed, send_token

SHORTEST, LONGEST = 10, 256  # characters of a password
WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 6, 60
COUNTED_RESETS = 3  # mails to one account within the window
SESSION_LASTS = timedelta(hours=12)


@lru_cache
def _hasher():  # type: ignore[no-untyped-def]
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown address takes as long as a known one."""
    return str(_hasher().hash(secrets.token_hex(16)))


def check_password(password: str, email: str = "") -> None:
    """Raises Refused for a password that is too short, far too long, or among the common ones (ASVS 6.2)."""
    if len(password) < SHORTEST:
        raise Refused(f"Kies een wachtwoord van minstens {SHORTEST} tekens.", "password")
    if len(password) > LONGEST:
        raise Refused(f"Hou het wachtwoord onder {LONGEST} tekens.", "password")
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    if password.lower() in FREQUENCY_LISTS["passwords"] or (email and password.lower() == email.lower()):
        raise Refused("Dit wachtwoord is te bekend. Kies bijvoorbeeld drie woorden na elkaar.", "password")


def hash_password(password: str) -> str:
    """An argon2id hash."""
    return str(_hasher().hash(password))


def log_in(email: str, password: str, address: str) -> tuple[User, str | None]:
    """Check a password. Gives the person and the new session's token; no token where a code has to follow.

    Raises Refused, alike for unknown and known people.
    """
    email = email.strip().lower()[:254]
    tries = count_try(email, address)
    user = User.get_or_none(User.email == email)
    fits = _fits(user, password)  # also for nobody, so that both take as long
    if user is None or not fits:
        raise Refused("Dit e-mailadres en wachtwoord horen niet bij elkaar.")
    with transaction():
        forget_tries(tries)
        token = None if user.totp_secret or code_required_of(user) else open_session(user)
    return user, token


def count_try(email: str, address: str) -> list[int]:
    """Count a try before it is checked, so that parallel guesses count too. Raises Refused after too many."""
    keys = (f"account:{email}", f"address:{address}")
    with transaction():
        hold_name(keys[0])
        if _tries(keys[0]) >= TRIES_PER_ACCOUNT or _tries(keys[1]) >= TRIES_PER_ADDRESS:
            raise Refused("Te veel pogingen. Wacht een kwartier en probeer opnieuw.")
        return [LoginAttempt.create(key=key, at=now()).id for key in keys]


def forget_tries(tries: list[int]) -> None:
    """A try that was right does not count. Call inside a transaction."""
    LoginAttempt.delete().where(LoginAttempt.id.in_(tries)).execute()


def open_session(user: User) -> str:
    """Let a person in: a new log-in, whose token comes back. Call inside a transaction, after every check."""
    token = secrets.token_urlsafe(32)
    LoginAttempt.delete().where(LoginAttempt.at < now() - WINDOW).execute()
    LoginSession.delete().where(LoginSession.created_at < now() - SESSION_LASTS).execute()
    LoginSession.create(token_hash=hashed(token), user=user, created_at=now())
    record("person.logged_in", user_id=user.id, subject=f"user:{user.id}")
    return token


def code_required(network_admin: bool) -> bool:
    """Whether this installation asks a code of such a person, also of who set none up yet."""
    from flask import current_app

    config: Config = current_app.extensions["poolster.config"]
    return config.requires_totp(network_admin)


def code_required_of(user: User) -> bool:
    """The same, for someone who is not logged in."""
    roles = Membership.select().where((Membership.user == user) & (Membership.role == Role.NETWORK_ADMIN))
    return code_required(roles.exists())


def _tries(key: str) -> int:
    return int(
        LoginAttempt.select().where((LoginAttempt.key == key) & (LoginAttempt.at > now() - WINDOW)).count()
    )


def _fits(user: User | None, password: str) -> bool:
    from argon2.exceptions import Argon2Error

    known = user.password_hash if user and user.active and user.password_hash else None
    try:
        return bool(_hasher().verify(known or _nobody(), password[:LONGEST])) and known is not None
    except Argon2Error:
        return False


def log_out(token: str) -> None:
    """End a log-in; every copy of its cookie stops working."""
    with transaction():
        LoginSession.delete().where(LoginSession.token_hash == hashed(token)).execute()


def ask_reset(email: str) -> None:
    """Mail a link to set a new password, if the address is known; the caller cannot tell."""
    email = email.strip().lower()[:254]
    key = f"reset:{email}"
    with transaction():
        user = User.get_or_none((User.email == email) & User.active)
        if _tries(key) >= COUNTED_RESETS:
            return
        LoginAttempt.create(key=key, at=now())
        if user:
            send_token(user, RESET, where="Poolster", role="")
            record("person.reset_asked", user_id=user.id, subject=f"user:{user.id}")


def token_user(token: str) -> User | None:
    """Whose unused, unexpired link this is; None otherwise. Looking changes nothing."""
    row = (
        AccessToken.select(AccessToken, User)
        .join(User)
        .where(
            (AccessToken.token_hash == hashed(token))
            & AccessToken.used_at.is_null()
            & (AccessToken.expires_at > now())
            & User.active
        )
        .first()
    )
    return row.user if row else None


def set_password(token: str, password: str) -> User:
    """Use a link: set the password, and end all log-ins and links of that person."""
    user = token_user(token)
    if user is None:
        raise Refused("Deze link werkt niet meer. Vraag een nieuwe aan.")
    check_password(password, user.email)
    new_hash = hash_password(password)
    with transaction():
        used = (
            AccessToken.update(used_at=now())
            .where((AccessToken.token_hash == hashed(token)) & AccessToken.used_at.is_null())
            .execute()
        )
        if not used:
            raise Refused("Deze link werkt niet meer. Vraag een nieuwe aan.")
        _change_password(user, new_hash)
    return user


def change_password(user: User, old: str, new: str) -> None:
    """Change one's own password; every log-in ends."""
    key = f"account:{user.email}"  # a stolen session is no way to guess it
    if _tries(key) >= TRIES_PER_ACCOUNT:
        raise Refused("Te veel pogingen. Wacht een kwartier en probeer opnieuw.", "old")
    if not _fits(user, old):
        with transaction():
            LoginAttempt.create(key=key, at=now())
        raise Refused("Dit is niet je huidige wachtwoord.", "old")
    check_password(new, user.email)
    new_hash = hash_password(new)
    with transaction():
        _change_password(user, new_hash)


def _change_password(user: User, new_hash: str) -> None:
    User.update(password_hash=new_hash).where(User.id == user.id).execute()
    AccessToken.update(used_at=now()).where(
        (AccessToken.user == user) & AccessToken.used_at.is_null()
    ).execute()
    end_sessions(user)
    record("person.password_set", user_id=user.id, subject=f"user:{user.id}")
