"""Log-in in two steps (quality.md, 5): who needs a code, which codes count, and the way out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask.testing import FlaskClient

from core import cli
from core.audit import AuditEntry
from core.config import Config
from core.dates import now
from core.people import LoginAttempt, LoginSession, Membership, Role, User
from core.steps import Refused, account, people, two_steps
from tests.world import World, statements

PASSWORD = "drie blauwe fietsen"
CODE_PAGE = "/aanmelden/code"
ON, OFF = "/profiel/code", "/profiel/code-af"
STEP = timedelta(seconds=two_steps.SECONDS)


@pytest.fixture(autouse=True)
def clock(world: World) -> Iterator[Any]:
    """A clock that stands still, in the middle of the time that one code takes; a database server starts before it."""
    with time_machine.travel("2026-10-05 10:00:15 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Everybody has the same password, hashed at argon2id's cheapest."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(account, "_hasher", lambda: cheap)
    User.update(password_hash=account.hash_password(PASSWORD)).execute()


@pytest.fixture
def coded(world: World) -> User:
    """The coordinator, with an app whose codes were never used."""
    return with_app(world.coordinator)


def with_app(user: User) -> User:
    User.update(totp_secret=two_steps.new_secret(), totp_last_step=None).where(User.id == user.id).execute()
    return User.get_by_id(user.id)


def code_of(user: User, steps: int = 0) -> str:
    """What the app shows now, or showed or will show some steps from now."""
    secret = User.get_by_id(user.id).totp_secret
    return pyotp.TOTP(secret).at(now() + steps * STEP)


def wrong_code(user: User) -> str:
    around = {code_of(user, steps) for steps in range(-2, 3)}
    return next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in around
    )


def give_password(world: World, user: User, target: str = "") -> FlaskClient:
    """A browser that stands where the code is asked."""
    client = world.app.test_client()
    answer = client.post("/aanmelden" + target, data={"email": user.email, "password": PASSWORD})
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, CODE_PAGE)
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/profiel").status_code == 200


def require(world: World, required: bool | None, **more: Any) -> None:
    config: Config = world.app.extensions["poolster.config"]
    world.app.extensions["poolster.config"] = replace(config, require_totp=required, **more)


def offered_secret(client: FlaskClient, path: str) -> str:
    page = client.get(path).text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    return found[1].replace(" ", "")


def verbs(user: User) -> list[str]:
    rows = AuditEntry.select().where(AuditEntry.subject == f"user:{user.id}").order_by(AuditEntry.id)
    return [row.verb for row in rows]


# logging in with a code


def test_who_has_no_app_notices_nothing(world: World) -> None:
    client = world.app.test_client()
    answer = client.post("/aanmelden", data={"email": world.coordinator.email, "password": PASSWORD})
    assert answer.location == "/"
    assert is_in(client)


def test_a_password_alone_lets_nobody_in_who_has_an_app(world: World, coded: User) -> None:
    client = give_password(world, coded)
    assert not is_in(client)
    assert LoginSession.select().count() == 0
    assert "person.logged_in" not in verbs(coded)


def test_the_password_and_the_code_let_in(world: World, coded: User) -> None:
    client = give_password(world, coded)
    page = client.get(CODE_PAGE).text
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert client.post(CODE_PAGE, data={"code": code_of(coded)}).location == "/"
    assert is_in(client)
    assert verbs(coded)[-1] == "person.logged_in"


def test_a_code_may_be_typed_with_spaces(world: World, coded: User) -> None:
    client, code = give_password(world, coded), code_of(coded)
    assert client.post(CODE_PAGE, data={"code": f" {code[:3]} {code[3:]} "}).status_code == 302


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 302), (0, 302), (1, 302), (2, 401)])
def test_a_code_counts_from_one_step_before_to_one_step_after(
    world: World, coded: User, steps: int, status: int
) -> None:
    client = give_password(world, coded)
    assert client.post(CODE_PAGE, data={"code": code_of(coded, steps)}).status_code == status


@pytest.mark.parametrize(
    "typed", ["abcdef", "12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "²²²²²²", "-12345"]
)
def test_what_is_no_code_is_refused_beside_the_field(world: World, coded: User, typed: str) -> None:
    answer = give_password(world, coded).post(CODE_PAGE, data={"code": typed})
    assert answer.status_code == 401
    assert 'id="code-error"' in answer.text


def test_an_empty_code_is_asked_for(world: World, coded: User) -> None:
    assert give_password(world, coded).post(CODE_PAGE, data={"code": ""}).status_code == 422


def test_a_code_works_once(world: World, coded: User) -> None:
    code = code_of(coded)
    assert give_password(world, coded).post(CODE_PAGE, data={"code": code}).status_code == 302
    again = give_password(world, coded)
    assert again.post(CODE_PAGE, data={"code": code}).status_code == 401
    assert not is_in(again)


def test_a_code_from_before_the_one_that_was_used_works_no_more(world: World, coded: User) -> None:
    give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded, 1)})
    assert give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded)}).status_code == 401


def test_the_next_code_works_again(world: World, coded: User, clock: Any) -> None:
    give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded)})
    clock.shift(STEP)
    assert give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded)}).status_code == 302


def test_two_requests_with_one_code_let_in_one(world: World, coded: User) -> None:
    """Both looked before either wrote."""
    first, second = User.get_by_id(coded.id), User.get_by_id(coded.id)
    code = code_of(coded)
    assert two_steps.finish_log_in(first, code, "192.0.2.1")
    with pytest.raises(Refused):
        two_steps.finish_log_in(second, code, "192.0.2.1")


def test_the_code_of_another_person_does_not_fit(world: World, coded: User) -> None:
    other = with_app(world.outsider)
    assert give_password(world, coded).post(CODE_PAGE, data={"code": code_of(other)}).status_code == 401


def test_after_the_code_comes_the_page_that_was_asked_for(world: World, coded: User) -> None:
    client = give_password(world, coded, "?next=/hulp")
    answer = client.post(CODE_PAGE + "?next=/hulp", data={"code": code_of(coded)})
    assert answer.location == "/hulp"


def test_the_page_that_was_asked_for_goes_along_to_the_code(world: World, coded: User) -> None:
    client = world.app.test_client()
    answer = client.post("/aanmelden?next=/hulp", data={"email": coded.email, "password": PASSWORD})
    assert answer.location == f"{CODE_PAGE}?next=/hulp"


def test_a_next_elsewhere_leads_home_after_the_code_too(world: World, coded: User) -> None:
    client = give_password(world, coded)
    assert client.post(CODE_PAGE + "?next=//evil.test", data={"code": code_of(coded)}).location == "/"


def test_giving_a_password_ends_the_log_in_of_before(world: World, coded: User) -> None:
    client = give_password(world, coded)
    client.post(CODE_PAGE, data={"code": code_of(coded)})
    client.post("/aanmelden", data={"email": coded.email, "password": PASSWORD})
    assert LoginSession.select().count() == 0


# waiting for the code


def test_without_a_password_there_is_nothing_to_give_a_code_for(world: World, coded: User) -> None:
    client = world.app.test_client()
    assert client.get(CODE_PAGE).location == "/aanmelden"
    assert client.post(CODE_PAGE, data={"code": code_of(coded)}).location == "/aanmelden"
    assert not is_in(client)


def test_the_code_is_waited_for_ten_minutes(world: World, coded: User, clock: Any) -> None:
    client = give_password(world, coded)
    clock.shift(two_steps.PENDING_LASTS - timedelta(seconds=1))
    assert client.get(CODE_PAGE).status_code == 200
    clock.shift(timedelta(seconds=1))
    answer = client.post(CODE_PAGE, data={"code": code_of(coded)}, follow_redirects=True)
    assert "Het duurde te lang" in answer.text
    assert not is_in(client)


def test_the_cookie_that_waits_for_a_code_holds_no_secret_of_the_person(world: World, coded: User) -> None:
    client = give_password(world, coded)
    client.get(CODE_PAGE)
    with client.session_transaction() as session:
        kept = str(dict(session))
    assert coded.totp_secret not in kept
    assert coded.password_hash not in kept


def test_a_password_that_changed_ends_the_waiting(world: World, coded: User) -> None:
    client = give_password(world, coded)
    account.change_password(coded, PASSWORD, "vier groene bussen")
    assert client.post(CODE_PAGE, data={"code": code_of(coded)}).location == "/aanmelden"


def test_an_account_that_was_switched_off_ends_the_waiting(world: World, coded: User) -> None:
    client = give_password(world, coded)
    people.set_active(coded, False, None)
    assert client.post(CODE_PAGE, data={"code": code_of(coded)}).location == "/aanmelden"


def test_a_new_password_by_mail_does_not_do_without_the_code(world: World, coded: User) -> None:
    from core.steps.people import RESET, send_token
    from tests.core.test_account import last_link

    send_token(coded, RESET, where="Poolster", role="")
    client = world.app.test_client()
    client.post(last_link(), data={"password": "vier groene bussen"})
    answer = client.post("/aanmelden", data={"email": coded.email, "password": "vier groene bussen"})
    assert answer.location == CODE_PAGE
    assert not is_in(client)


# the throttle


def test_wrong_codes_close_the_account_for_a_quarter_of_an_hour(
    world: World, coded: User, clock: Any
) -> None:
    client = give_password(world, coded)
    for _ in range(account.TRIES_PER_ACCOUNT):
        client.post(CODE_PAGE, data={"code": wrong_code(coded)})
    answer = client.post(CODE_PAGE, data={"code": code_of(coded)})
    assert answer.status_code == 401
    assert "Te veel pogingen" in answer.text
    clock.shift(account.WINDOW + timedelta(seconds=1))
    assert give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded)}).status_code == 302


def test_giving_the_password_again_gives_no_new_tries(world: World, coded: User) -> None:
    for _ in range(account.TRIES_PER_ACCOUNT):
        give_password(world, coded).post(CODE_PAGE, data={"code": wrong_code(coded)})
    answer = world.app.test_client().post("/aanmelden", data={"email": coded.email, "password": PASSWORD})
    assert "Te veel pogingen" in answer.text


def test_codes_count_for_the_network_address_too(world: World, coded: User) -> None:
    give_password(world, coded).post(CODE_PAGE, data={"code": wrong_code(coded)})
    assert {row.key for row in LoginAttempt.select()} == {f"account:{coded.email}", "address:127.0.0.1"}


def test_a_right_code_does_not_count_as_a_failed_one(world: World, coded: User) -> None:
    give_password(world, coded).post(CODE_PAGE, data={"code": code_of(coded)})
    assert LoginAttempt.select().count() == 0


def test_guessing_a_code_on_the_profile_is_throttled_too(world: World, coded: User) -> None:
    client = world.client(coded)
    for _ in range(account.TRIES_PER_ACCOUNT):
        assert client.post(OFF, data={"code": wrong_code(coded)}).status_code == 422
    client.post(OFF, data={"code": code_of(coded)})
    assert User.get_by_id(coded.id).totp_secret


# who has to


IN_PRODUCTION = {"base_url": "https://poolster.voorbeeld.be"}


@pytest.mark.parametrize(
    ("settings", "admin", "others"),
    [
        ({}, False, False),
        (IN_PRODUCTION, True, False),
        ({**IN_PRODUCTION, "demo": True}, False, False),
        ({**IN_PRODUCTION, "require_totp": False}, False, False),
        ({"require_totp": True}, True, True),
    ],
    ids=["http", "https", "demo", "nobody", "everybody"],
)
@pytest.mark.sqlite_only
def test_a_code_is_required_of_network_admins_in_production_or_as_set(
    config: Config, settings: dict[str, Any], admin: bool, others: bool
) -> None:
    told = replace(config, **settings)
    assert (told.requires_totp(True), told.requires_totp(False)) == (admin, others)


def test_who_needs_an_app_sets_it_up_before_anything_opens(world: World) -> None:
    require(world, None, base_url="https://localhost")
    admin = world.people[Role.NETWORK_ADMIN]
    client = give_password(world, admin)
    page = client.get(CODE_PAGE).text
    assert "QR-code" in page
    assert "otpauth://totp/Poolster:" in page
    for path in ("/", "/profiel", ON, "/netwerk", "/beheer/mensen"):
        assert client.get(path).location.startswith("/aanmelden?next="), path
    assert LoginSession.select().count() == 0
    secret = offered_secret(client, CODE_PAGE)
    assert User.get_by_id(admin.id).totp_secret is None
    assert client.post(CODE_PAGE, data={"code": pyotp.TOTP(secret).at(now())}).location == "/"
    assert is_in(client)
    assert User.get_by_id(admin.id).totp_secret == secret
    assert verbs(admin)[-2:] == ["person.totp_on", "person.logged_in"]


def test_who_is_no_network_admin_needs_no_app_in_production(world: World) -> None:
    require(world, None, base_url="https://localhost")
    _, token = account.log_in(world.coordinator.email, PASSWORD, "192.0.2.1")
    assert token


def test_the_secret_is_written_in_groups_of_four(world: World) -> None:
    page = world.client().get(ON).text
    assert re.search(r"<code>([A-Z2-7]{4} ){7}[A-Z2-7]{4}</code>", page)


def test_the_drawing_holds_no_style(world: World) -> None:
    drawing = re.search(r"<svg width.*?</svg>", world.client().get(ON).text, flags=re.DOTALL)
    assert drawing
    assert "style" not in drawing[0]
    assert "class" not in drawing[0]


def test_a_wrong_code_keeps_the_secret_that_the_app_took_over(world: World) -> None:
    require(world, True)
    client = give_password(world, world.coordinator)
    secret = offered_secret(client, CODE_PAGE)
    assert client.post(CODE_PAGE, data={"code": "000000"}).status_code == 401
    assert offered_secret(client, CODE_PAGE) == secret
    assert User.get_by_id(world.coordinator.id).totp_secret is None
    assert not is_in(client)


def test_the_code_that_set_up_the_app_does_not_log_in_again(world: World) -> None:
    require(world, True)
    client = give_password(world, world.coordinator)
    code = pyotp.TOTP(offered_secret(client, CODE_PAGE)).at(now())
    client.post(CODE_PAGE, data={"code": code})
    assert give_password(world, world.coordinator).post(CODE_PAGE, data={"code": code}).status_code == 401


def test_who_set_up_an_app_elsewhere_meanwhile_gives_a_code_of_that_one(world: World) -> None:
    require(world, True)
    late = give_password(world, world.coordinator)
    secret = offered_secret(late, CODE_PAGE)
    with_app(world.coordinator)
    assert late.post(CODE_PAGE, data={"code": pyotp.TOTP(secret).at(now())}).status_code == 401
    assert "QR-code" not in late.get(CODE_PAGE).text


def test_two_browsers_that_set_up_an_app_at_one_moment_leave_one(world: World) -> None:
    first, second = two_steps.new_secret(), two_steps.new_secret()
    user = world.coordinator
    two_steps.set_up_and_log_in(user, first, pyotp.TOTP(first).at(now()), "192.0.2.1")
    with pytest.raises(Refused):
        two_steps.set_up_and_log_in(user, second, pyotp.TOTP(second).at(now()), "192.0.2.1")
    assert User.get_by_id(user.id).totp_secret == first
    assert LoginSession.select().count() == 1


def test_a_log_in_from_before_the_code_was_required_counts_no_more(world: World) -> None:
    client = world.client(Role.NETWORK_ADMIN)
    assert is_in(client)
    require(world, None, base_url="https://localhost")
    assert not is_in(client)
    assert is_in(world.client(Role.COORDINATOR))


def test_who_becomes_a_network_admin_sets_up_an_app_at_the_next_log_in(world: World) -> None:
    require(world, None, base_url="https://localhost")
    client = world.client()
    Membership.create(user=world.coordinator, role=Role.NETWORK_ADMIN)
    assert not is_in(client)
    assert "QR-code" in give_password(world, world.coordinator).get(CODE_PAGE).text


# on and off by one's own choice


def switched_on(world: World) -> tuple[FlaskClient, User]:
    client = world.client()
    secret = offered_secret(client, ON)
    assert client.post(ON, data={"code": pyotp.TOTP(secret).at(now())}).location == "/profiel"
    return client, User.get_by_id(world.coordinator.id)


def test_anyone_may_switch_the_code_on_with_a_code(world: World) -> None:
    client, user = switched_on(world)
    assert is_in(client)
    assert "Ontkoppel je app" in client.get("/profiel").text
    assert verbs(user)[-1] == "person.totp_on"
    give_password(world, user)


def test_a_wrong_code_switches_nothing_on(world: World) -> None:
    client = world.client()
    offered_secret(client, ON)
    assert client.post(ON, data={"code": "abcdef"}).status_code == 422
    assert User.get_by_id(world.coordinator.id).totp_secret is None


def test_looking_at_the_page_switches_nothing_on(world: World) -> None:
    world.client().get(ON)
    assert User.get_by_id(world.coordinator.id).totp_secret is None


def test_switching_on_ends_the_other_log_ins_of_that_person(world: World) -> None:
    elsewhere, other = world.client(), world.client(Role.DIRECTOR)
    mine, _ = switched_on(world)
    assert (is_in(mine), is_in(elsewhere), is_in(other)) == (True, False, True)


def test_an_app_is_not_replaced_without_a_code_of_the_old_one(world: World, coded: User) -> None:
    client = world.client(coded)
    assert client.get(ON).location == "/profiel"
    assert client.post(ON, data={"code": code_of(coded)}).location == "/profiel"
    assert User.get_by_id(coded.id).totp_secret == coded.totp_secret


def test_switching_off_takes_a_code(world: World, coded: User) -> None:
    client = world.client(coded)
    assert client.get(OFF).status_code == 200
    assert client.post(OFF, data={"code": wrong_code(coded)}).status_code == 422
    assert User.get_by_id(coded.id).totp_secret
    assert client.post(OFF, data={"code": code_of(coded)}).location == "/aanmelden"
    assert User.get_by_id(coded.id).totp_secret is None
    assert verbs(coded)[-1] == "person.totp_off"


def test_the_code_that_logged_in_does_not_switch_off(world: World, coded: User) -> None:
    client, code = give_password(world, coded), code_of(coded)
    client.post(CODE_PAGE, data={"code": code})
    assert client.post(OFF, data={"code": code}).status_code == 422
    assert User.get_by_id(coded.id).totp_secret


def test_switching_off_ends_every_log_in_and_then_the_password_is_enough(world: World, coded: User) -> None:
    mine, elsewhere = world.client(coded), world.client(coded)
    mine.post(OFF, data={"code": code_of(coded)})
    assert (is_in(mine), is_in(elsewhere)) == (False, False)
    mine.post("/aanmelden", data={"email": coded.email, "password": PASSWORD})
    assert is_in(mine)


def test_who_has_no_app_has_nothing_to_switch_off(world: World) -> None:
    assert world.client().get(OFF).location == "/profiel"
    with pytest.raises(Refused):
        two_steps.switch_off(world.coordinator, "000000", "192.0.2.1")


def test_who_needs_an_app_sets_up_another_after_switching_off(world: World, coded: User) -> None:
    require(world, True)
    client = world.client(coded)
    assert "verplicht" in client.get(OFF).text
    client.post(OFF, data={"code": code_of(coded)})
    assert not is_in(client)
    assert "QR-code" in give_password(world, coded).get(CODE_PAGE).text


def test_a_form_with_a_code_and_without_its_token_is_refused(world: World, coded: User) -> None:
    waiting, inside, new = give_password(world, coded), world.client(coded), world.client(Role.DIRECTOR)
    world.app.config["WTF_CSRF_ENABLED"] = True
    for client, path in ((waiting, CODE_PAGE), (inside, OFF), (new, ON)):
        assert client.post(path, data={"code": code_of(coded)}).status_code == 400, path
    assert User.get_by_id(coded.id).totp_secret


def test_the_code_costs_a_page_no_query(world: World, coded: User) -> None:
    with statements() as with_code:
        world.client(coded).get("/profiel")
    with statements() as without:
        world.client(Role.DIRECTOR).get("/profiel")
    assert len(with_code) == len(without)


# who lost the app


def test_a_network_admin_lets_someone_in_again_who_lost_the_app(world: World, coded: User) -> None:
    theirs, office = world.client(coded), world.client(Role.NETWORK_ADMIN)
    page = office.get(f"/beheer/mensen/{coded.id}").text
    assert "Ontkoppel de app" in page
    assert coded.totp_secret not in page
    office.post(f"/beheer/mensen/{coded.id}/app-ontkoppelen")
    assert User.get_by_id(coded.id).totp_secret is None
    assert not is_in(theirs)
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).first()
    assert (entry.verb, entry.user_id) == ("person.totp_reset", world.people[Role.NETWORK_ADMIN].id)
    assert "ontkoppeld door POC+" in office.get("/beheer/logboek").text


def test_the_page_of_who_has_no_app_offers_nothing_to_reset(world: World) -> None:
    office = world.client(Role.NETWORK_ADMIN)
    assert "Ontkoppel de app" not in office.get(f"/beheer/mensen/{world.coordinator.id}").text
    answer = office.post(f"/beheer/mensen/{world.coordinator.id}/app-ontkoppelen", follow_redirects=True)
    assert "geen app gekoppeld" in answer.text


def test_a_network_admin_does_not_get_rid_of_the_own_code_without_a_code(world: World) -> None:
    admin = with_app(world.people[Role.NETWORK_ADMIN])
    world.client(admin).post(f"/beheer/mensen/{admin.id}/app-ontkoppelen")
    assert User.get_by_id(admin.id).totp_secret


def test_only_a_network_admin_resets_a_code(world: World, coded: User) -> None:
    for role in (Role.DIRECTOR, Role.NETWORK_ADVISER):
        assert world.client(role).post(f"/beheer/mensen/{coded.id}/app-ontkoppelen").status_code == 403
    assert User.get_by_id(coded.id).totp_secret


def test_the_server_lets_the_last_network_admin_in_again(
    world: World, coded: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "create_app", lambda: world.app)
    assert cli.main(["reset-code", coded.email.upper()]) == 0
    assert User.get_by_id(coded.id).totp_secret is None
    assert verbs(coded)[-1] == "person.totp_reset"
    assert cli.main(["reset-code", "niemand@test.test"]) == 2
    assert "geen account" in capsys.readouterr().err
