"""The second step of a log-in: a code from an app (TOTP, RFC 6238), and setting that app up."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from core.audit import record
from core.dates import now
from core.db import transaction
from core.people import LoginSession, User
from core.steps import Refused
from core.steps.account import code_required_of, count_try, forget_tries, open_session
from core.steps.people import end_sessions, hashed

ISSUER = "Poolster"
DIGITS, SECONDS = 6, 30  # what every app takes for granted
AROUND = (-1, 0, 1)  # steps that count beside the present one, for clocks that differ a little
PENDING_LASTS = timedelta(minutes=10)
WRONG = "Deze code klopt niet, of is al gebruikt. Wacht tot je app een nieuwe code toont."


def pending(user: User) -> dict[str, Any]:
    """What the signed cookie keeps of someone whose password fitted and whose code has to come."""
    return {"user": user.id, "at": int(now().timestamp()), "password": _mark(user)}


def pending_user(kept: dict[str, Any] | None) -> User | None:
    """Whose code is waited for; None when it took too long, or when password or account changed since."""
    if kept is None or now().timestamp() - kept["at"] >= PENDING_LASTS.total_seconds():
        return None
    user: User | None = User.get_or_none((User.id == kept["user"]) & User.active)
    if user is None or not hmac.compare_digest(_mark(user), kept["password"]):
        return None
    return user if user.totp_secret or code_required_of(user) else None


def _mark(user: User) -> str:
    """Differs with each password that someone chooses, and tells nothing about it."""
    return hashed(f"{user.id}:{user.password_hash}")


def new_secret() -> str:
    """A random secret of 160 bits, as apps take it."""
    import pyotp

    return pyotp.random_base32()


def app_link(user: User, secret: str) -> str:
    """The otpauth: address with which an app takes over a secret."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def finish_log_in(user: User, code: str, address: str) -> str:
    """Check the code of a pending log-in; returns the new session's token."""
    with _checked(user, str(user.totp_secret), code, address) as step:
        _use(user, step)
        return open_session(user)


def set_up_and_log_in(user: User, secret: str, code: str, address: str) -> str:
    """Set up the app of who needs one to get in; returns the new session's token."""
    with _checked(user, secret, code, address) as step:
        _keep(user, secret, step)
        return open_session(user)


def switch_on(user: User, secret: str, code: str, address: str, token: str) -> None:
    """Ask a code from now on. Every log-in of this person ends but the one of `token`."""
    with _checked(user, secret, code, address) as step:
        _keep(user, secret, step)
        LoginSession.delete().where(
            (LoginSession.user == user) & (LoginSession.token_hash != hashed(token))
        ).execute()


def switch_off(user: User, code: str, address: str) -> None:
    """Ask no code any more; every log-in ends. Who has to have one sets an app up at the next log-in."""
    if user.totp_secret is None:
        raise Refused("Er is geen app gekoppeld.", "code")
    with _checked(user, user.totp_secret, code, address) as step:
        _use(user, step)
        _forget(user)
        record("person.totp_off", user_id=user.id, subject=f"user:{user.id}")


def reset(user: User, actor_id: int | None) -> None:
    """Forget the app of someone who lost it; every log-in ends. Not one's own: that takes a code."""
    if user.id == actor_id:
        raise Refused("Je eigen app ontkoppel je op je profiel, met een code.")
    with transaction():
        if not _forget(user):
            raise Refused("Er is geen app gekoppeld.")
        record("person.totp_reset", user_id=actor_id, subject=f"user:{user.id}")


@contextmanager
def _checked(user: User, secret: str, code: str, address: str) -> Iterator[int]:
    """A transaction for what a fitting code opens, with the step of that code; counted as a try unless it ends well."""
    tries = count_try(user.email, address)
    step = _step_of(secret, code)
    if step is None:
        raise Refused(WRONG, "code")
    with transaction():
        forget_tries(tries)
        yield step


def _step_of(secret: str, code: str) -> int | None:
    """The step of thirty seconds that a code belongs to, if it is near the present one."""
    import pyotp

    code = "".join(code.split())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    totp, present = pyotp.TOTP(secret), int(now().timestamp()) // SECONDS
    near = [present + apart for apart in AROUND]
    return next((step for step in near if hmac.compare_digest(totp.generate_otp(step), code)), None)


def _use(user: User, step: int) -> None:
    """A code counts once: refuse it when it, or a later one, was used; also by two requests at one moment."""
    fresh = User.totp_last_step.is_null() | (User.totp_last_step < step)
    mine = (User.id == user.id) & (User.totp_secret == user.totp_secret)
    if not User.update(totp_last_step=step).where(mine & fresh).execute():
        raise Refused(WRONG, "code")


def _keep(user: User, secret: str, step: int) -> None:
    free = (User.id == user.id) & User.totp_secret.is_null()
    if not User.update(totp_secret=secret, totp_last_step=step).where(free).execute():
        raise Refused("Er is intussen al een app gekoppeld. Meld je opnieuw aan.", "code")
    record("person.totp_on", user_id=user.id, subject=f"user:{user.id}")


def _forget(user: User) -> int:
    """Take the app away and end every log-in; 0 where there was none. Call inside a transaction."""
    has = (User.id == user.id) & User.totp_secret.is_null(False)
    end_sessions(user)
    return int(User.update(totp_secret=None, totp_last_step=None).where(has).execute())
