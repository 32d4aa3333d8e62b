"""Who gets in: log-in and its throttle, sessions, links in mails, passwords (quality.md, 1 to 4, 13 and 14)."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from urllib.parse import quote

import pytest
import time_machine
from flask.testing import FlaskClient

from core.access import safe_next
from core.dates import now
from core.mail import OutboxMail
from core.people import AccessToken, LoginSession, Membership, Role, User
from core.steps import Refused, account, people
from tests.world import World, statements

PASSWORD = "drie blauwe fietsen"
OTHER = "vier groene bussen"
AWAY = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https:evil.test",
    "https://evil.test/",
    "HTTPS://evil.test",
    "javascript:alert(1)",
    "//user:word@evil.test",
    "https://localhost@evil.test",
    "/\n/evil.test",
    "\n//evil.test",
    "/\t/evil.test",
    " //evil.test",
    "//[evil",
    "evil.test",
    "/\x00/evil.test",
    "",
]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id at its cheapest: what it costs is not what is tested here."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(account, "_hasher", lambda: cheap)


@pytest.fixture
def known(world: World) -> User:
    """The coordinator, with a password."""
    User.update(password_hash=account.hash_password(PASSWORD)).where(
        User.id == world.coordinator.id
    ).execute()
    return User.get_by_id(world.coordinator.id)


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, target: str | None = None):
    address = "/aanmelden" if target is None else "/aanmelden?" + "next=" + _quoted(target)
    return client.post(address, data={"email": email, "password": password})


def _quoted(text: str) -> str:
    return quote(text, safe="")


def is_in(client: FlaskClient) -> bool:
    return client.get("/profiel").status_code == 200


def link_of(mail: OutboxMail) -> str:
    found = re.search(r"http://localhost(/wachtwoord/\S+)", mail.text)
    assert found
    return found[1]


def last_link() -> str:
    return link_of(OutboxMail.select().order_by(OutboxMail.id.desc()).first())


# logging in


def test_a_known_person_logs_in_with_the_right_password(world: World, known: User) -> None:
    client = world.app.test_client()
    assert log_in(client, known.email).status_code == 302
    assert is_in(client)


def test_the_address_may_be_typed_in_capitals_and_with_spaces(world: World, known: User) -> None:
    client = world.app.test_client()
    assert log_in(client, f"  {known.email.upper()} ").status_code == 302


def test_a_known_and_an_unknown_address_get_the_same_answer(world: World, known: User) -> None:
    client = world.app.test_client()
    wrong, unknown = (
        log_in(client, known.email, "fout fout fout"),
        log_in(client, "niemand@test.test", "fout fout fout"),
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(known.email, "") == unknown.text.replace("niemand@test.test", "")


def test_an_unknown_address_costs_a_password_check_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    real = account._fits
    monkeypatch.setattr(account, "_fits", lambda user, password: checked.append(user) or real(user, password))
    log_in(world.app.test_client(), "niemand@test.test")
    assert checked == [None]


def test_the_typed_address_stays_after_a_wrong_password_and_the_password_does_not(
    world: World, known: User
) -> None:
    page = log_in(world.app.test_client(), known.email, "fout fout fout").text
    assert f'value="{known.email}"' in page
    assert "fout fout fout" not in page


def test_empty_fields_are_asked_for(world: World) -> None:
    assert log_in(world.app.test_client(), "", "").status_code == 422


def test_a_person_without_a_password_cannot_log_in(world: World) -> None:
    assert log_in(world.app.test_client(), world.coordinator.email, "").status_code == 422
    assert log_in(world.app.test_client(), world.coordinator.email, "None").status_code == 401


def test_a_switched_off_account_gets_the_same_answer_as_an_unknown_one(world: World, known: User) -> None:
    people.set_active(known, False, known.id)
    assert log_in(world.app.test_client(), known.email).status_code == 401


def test_nul_characters_in_the_form_are_no_error(world: World) -> None:
    assert log_in(world.app.test_client(), "a\0b@test.test", "x\0y").status_code < 500


# the throttle


def test_too_many_wrong_passwords_close_an_account_for_a_quarter_of_an_hour(
    world: World, known: User
) -> None:
    client = world.app.test_client()
    with time_machine.travel("2026-10-05 10:00 +0000", tick=False) as clock:
        for _ in range(account.TRIES_PER_ACCOUNT):
            log_in(client, known.email, "fout fout fout")
        assert "Te veel pogingen" in log_in(client, known.email).text
        clock.shift(account.WINDOW + timedelta(seconds=1))
        assert log_in(client, known.email).status_code == 302


def test_the_throttle_answers_alike_for_an_unknown_address(world: World) -> None:
    client = world.app.test_client()
    for _ in range(account.TRIES_PER_ACCOUNT):
        log_in(client, "niemand@test.test")
    assert "Te veel pogingen" in log_in(client, "niemand@test.test").text


def test_too_many_tries_from_one_address_close_it_for_every_account(world: World, known: User) -> None:
    for number in range(account.TRIES_PER_ADDRESS):
        with pytest.raises(Refused):
            account.log_in(f"{number}@test.test", "fout", "203.0.113.9")
    with pytest.raises(Refused, match="Te veel pogingen"):
        account.log_in(known.email, PASSWORD, "203.0.113.9")
    assert account.log_in(known.email, PASSWORD, "203.0.113.10")


def test_the_throttle_stands_in_the_database_and_so_holds_after_a_restart(world: World, known: User) -> None:
    from core.people import LoginAttempt

    log_in(world.app.test_client(), known.email, "fout fout fout")
    keys = {row.key for row in LoginAttempt.select()}
    assert keys == {f"account:{known.email}", "address:127.0.0.1"}


def test_a_right_password_does_not_count_as_a_failed_one(world: World, known: User) -> None:
    client = world.app.test_client()
    for _ in range(account.TRIES_PER_ACCOUNT + 2):
        assert log_in(client, known.email).status_code == 302


# sessions


def test_logging_in_gives_a_new_token_and_ends_the_one_before(world: World, known: User) -> None:
    client = world.app.test_client()
    log_in(client, known.email)
    with client.session_transaction() as before:
        first = before["_user_id"]
    log_in(client, known.email)
    with client.session_transaction() as after:
        assert after["_user_id"] != first
    assert LoginSession.select().count() == 1


def test_the_cookie_holds_a_token_and_never_the_key_of_the_person(world: World, known: User) -> None:
    client = world.app.test_client()
    log_in(client, known.email)
    with client.session_transaction() as session:
        token = session["_user_id"]
    assert len(token) > 30
    assert LoginSession.get().token_hash == people.hashed(token)


def test_the_cookie_is_kept_from_scripts_and_other_sites(world: World, known: User) -> None:
    cookie = log_in(world.app.test_client(), known.email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def _copy_of(client: FlaskClient, world: World) -> FlaskClient:
    """Another browser with the same cookie."""
    with client.session_transaction() as session:
        values = dict(session)
    copy = world.app.test_client()
    with copy.session_transaction() as session:
        session.update(values)
    return copy


def test_logging_out_ends_every_copy_of_the_cookie(world: World) -> None:
    client = world.client()
    copy = _copy_of(client, world)
    assert is_in(copy)
    assert client.post("/afmelden").status_code == 302
    assert not is_in(copy)


def test_a_new_password_ends_every_log_in_of_that_person_and_of_nobody_else(
    world: World, known: User
) -> None:
    mine, elsewhere, other = world.client(), world.client(), world.client(Role.DIRECTOR)
    mine.post("/profiel", data={"old": PASSWORD, "password": OTHER})
    assert (is_in(mine), is_in(elsewhere), is_in(other)) == (False, False, True)


def test_a_new_role_ends_the_log_ins_of_that_person(world: World) -> None:
    client = world.client()
    people.invite(world.coordinator.email, "x", Role.MEMBER, world.people[Role.NETWORK_ADMIN].id, world.other)
    assert not is_in(client)


def test_a_revoked_role_ends_the_log_ins_of_that_person(world: World) -> None:
    client = world.client()
    people.revoke(Membership.get(Membership.user == world.coordinator), world.people[Role.NETWORK_ADMIN].id)
    assert not is_in(client)


def test_switching_an_account_off_ends_its_log_ins(world: World) -> None:
    client = world.client()
    people.set_active(world.coordinator, False, world.people[Role.NETWORK_ADMIN].id)
    assert not is_in(client)


def test_a_log_in_ends_by_itself(world: World) -> None:
    client = world.client()
    LoginSession.update(created_at=now() - account.SESSION_LASTS - timedelta(minutes=1)).execute()
    assert not is_in(client)


def test_only_a_post_logs_out(world: World) -> None:
    client = world.client()
    assert client.get("/afmelden").status_code == 405
    assert is_in(client)


# where people land


@pytest.mark.parametrize("target", AWAY)
def test_next_never_leaves_the_site(target: str) -> None:
    assert safe_next(target) is None


def test_logging_in_with_a_next_elsewhere_leads_home(world: World, known: User) -> None:
    for target in AWAY:
        answer = log_in(world.app.test_client(), known.email, target=target)
        if "\0" in target:  # refused before anyone looks where it leads
            assert answer.status_code == 400
        else:
            assert (answer.status_code, answer.headers["Location"]) == (302, "/"), target


def test_a_next_elsewhere_leads_home_for_who_is_logged_in_already(world: World) -> None:
    client = world.client()
    answers = [client.get("/aanmelden?next=" + _quoted(target)) for target in AWAY]
    assert {answer.headers.get("Location", "refused") for answer in answers} == {"/", "refused"}
    assert {answer.status_code for answer in answers} == {302, 400}


@pytest.mark.parametrize("target", ["/hulp", "/centrum/clb-aalrijk/?a=b", "/a#b", "/:x", "/a//b"])
def test_next_leads_to_a_page_of_this_site(target: str) -> None:
    assert safe_next(target) == target


def test_who_must_log_in_first_lands_on_the_page_that_was_asked_for(world: World, known: User) -> None:
    client = world.app.test_client()
    way = client.get("/profiel").headers["Location"]
    assert way.startswith("/aanmelden?next=")
    answer = client.post(way, data={"email": known.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/profiel"


def test_home_leads_everyone_to_a_page_of_their_own(world: World) -> None:
    world.submit()
    for role in Role:
        assert world.client(role).get("/", follow_redirects=True).status_code == 200, role


def test_home_lists_the_centres_of_who_has_more_than_one(world: World) -> None:
    Membership.create(user=world.coordinator, role=Role.MEMBER, centre=world.other)
    page = world.client().get("/").text
    assert "CLB Aalrijk" in page
    assert "CLB Beverdam" in page


def test_home_lists_the_school_groups_of_who_reads_for_more_than_one(world: World) -> None:
    reader = world.people[Role.GROUP_READER]
    Membership.create(user=reader, role=Role.GROUP_READER, group=world.other_group)
    page = world.client(reader).get("/").text
    assert f"/scholengroep/{world.group.id}" in page
    assert f"/scholengroep/{world.other_group.id}" in page


def test_home_says_what_to_do_to_who_has_no_role(world: World) -> None:
    client = world.client()
    Membership.delete().where(Membership.user == world.coordinator).execute()
    answer = client.get("/")
    assert answer.status_code == 200
    assert "nog geen rol" in answer.text


# links in mails


def test_a_forgotten_password_answers_alike_for_known_and_unknown(world: World, known: User) -> None:
    client = world.app.test_client()
    told = client.post("/wachtwoord-vergeten", data={"email": known.email})
    also = client.post("/wachtwoord-vergeten", data={"email": "niemand@test.test"})
    assert told.status_code == also.status_code == 200
    assert told.text.replace(known.email, "") == also.text.replace("niemand@test.test", "")
    assert [mail.to for mail in OutboxMail.select()] == [known.email]


def test_a_person_is_not_flooded_with_reset_mails(world: World, known: User) -> None:
    for _ in range(account.COUNTED_RESETS + 3):
        account.ask_reset(known.email)
    assert OutboxMail.select().count() == account.COUNTED_RESETS


def test_the_token_of_a_link_is_stored_hashed(world: World, known: User) -> None:
    account.ask_reset(known.email)
    token = last_link().rpartition("/")[2]
    assert len(token) >= 40
    assert AccessToken.get().token_hash == people.hashed(token)


def test_opening_a_link_uses_nothing_up(world: World, known: User) -> None:
    account.ask_reset(known.email)
    link, client = last_link(), world.app.test_client()
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert client.post(link, data={"password": OTHER}).status_code == 302


def test_a_link_works_once(world: World, known: User) -> None:
    account.ask_reset(known.email)
    link, client = last_link(), world.app.test_client()
    client.post(link, data={"password": OTHER})
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": PASSWORD}).status_code == 410
    assert log_in(client, known.email, OTHER).status_code == 302


def test_a_newer_link_replaces_the_older_one(world: World, known: User) -> None:
    account.ask_reset(known.email)
    first = last_link()
    account.ask_reset(known.email)
    client = world.app.test_client()
    assert (client.get(first).status_code, client.get(last_link()).status_code) == (410, 200)


@pytest.mark.parametrize(("purpose", "lasts"), list(people.LASTS.items()))
def test_a_link_expires(world: World, known: User, purpose: str, lasts: timedelta) -> None:
    with time_machine.travel("2026-10-05 10:00 +0000", tick=False) as clock:
        people.send_token(known, purpose, where="Poolster", role="")
        client = world.app.test_client()
        clock.shift(lasts - timedelta(seconds=1))
        assert client.get(last_link()).status_code == 200
        clock.shift(timedelta(seconds=2))
        assert client.get(last_link()).status_code == 410
        assert client.post(last_link(), data={"password": OTHER}).status_code == 410


def test_a_made_up_link_says_what_to_do(world: World) -> None:
    answer = world.app.test_client().get("/wachtwoord/" + "x" * 43)
    assert answer.status_code == 410
    assert "Vraag een nieuwe link" in answer.text


def test_the_link_of_a_switched_off_account_does_not_work(world: World, known: User) -> None:
    account.ask_reset(known.email)
    people.set_active(known, False, known.id)
    assert world.app.test_client().get(last_link()).status_code == 410


def test_a_refused_password_keeps_the_link_alive(world: World, known: User) -> None:
    account.ask_reset(known.email)
    client = world.app.test_client()
    assert client.post(last_link(), data={"password": "kort"}).status_code == 422
    assert client.get(last_link()).status_code == 200


def test_links_in_mails_come_from_the_configured_address_and_not_from_the_request(
    world: World, known: User
) -> None:
    answer = world.app.test_client().post(
        "/wachtwoord-vergeten", data={"email": known.email}, headers={"Host": "evil.test"}
    )
    assert answer.status_code == 400
    assert OutboxMail.select().count() == 0


# passwords


def test_long_passwords_are_taken_whole(world: World, known: User) -> None:
    client = world.app.test_client()
    for length in (10, 64, 128, 256):
        password = ("Zoë loopt traag " * 20)[:length]
        people.send_token(known, people.RESET, where="Poolster", role="")
        assert client.post(last_link(), data={"password": password}).status_code == 302
        assert log_in(client, known.email, password).status_code == 302
        assert log_in(world.app.test_client(), known.email, password[:-1]).status_code == 401


@pytest.mark.parametrize(
    "password",
    ["negen...9", "x" * 257, "1234567890", "qwertyuiop", "QWERTYUIOP", "manchester", "Password123"],
)
def test_short_endless_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refused):
        account.check_password(password)


def test_ones_own_address_is_no_password() -> None:
    with pytest.raises(Refused):
        account.check_password("an.peeters@clb.test", "an.peeters@clb.test")


@pytest.mark.parametrize(
    "password",
    ["aaaa bbbb cccc", "zonder hoofdletters of cijfers", "日本語のパスワードです", "🚲🚲🚲🚲🚲🚲🚲🚲🚲🚲"],
)
def test_there_are_no_rules_of_composition(password: str) -> None:
    account.check_password(password)


def test_passwords_are_stored_as_argon2id(known: User) -> None:
    assert known.password_hash.startswith("$argon2id$")


def test_changing_a_password_asks_for_the_old_one(world: World, known: User) -> None:
    answer = world.client().post("/profiel", data={"old": "fout fout fout", "password": OTHER})
    assert answer.status_code == 422
    assert log_in(world.app.test_client(), known.email).status_code == 302


# the web


def test_a_form_without_its_token_is_refused(world: World, known: User) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    answer = log_in(world.app.test_client(), known.email)
    assert answer.status_code == 400
    assert "verlopen" in answer.text


def test_a_form_with_its_token_is_taken(world: World, known: User) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    client = world.app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/aanmelden").text)
    assert token
    data = {"email": known.email, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/aanmelden", data=data).status_code == 302


def test_a_foreign_host_is_refused(world: World) -> None:
    for host in ("evil.test", "localhost.evil.test", "localhost:81", "evil.test@localhost"):
        assert world.app.test_client().get("/aanmelden", headers={"Host": host}).status_code == 400, host


def test_every_answer_carries_the_headers_that_keep_it_safe(world: World) -> None:
    paths = (
        "/aanmelden",
        "/wachtwoord-vergeten",
        "/profiel",
        "/hulp",
        "/toegankelijkheid",
        "/health",
        "/bestaat-niet",
    )
    for client, path in product((world.app.test_client(), world.client()), paths):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_a_script_typed_as_an_address_is_shown_as_text(world: World) -> None:
    typed = '"><script>alert(1)</script>'
    client = world.app.test_client()
    assert typed not in log_in(client, typed).text
    assert typed not in client.post("/wachtwoord-vergeten", data={"email": typed}).text


def test_a_key_longer_than_a_database_can_hold_is_no_page(world: World) -> None:
    client = world.client(Role.NETWORK_ADMIN)
    assert client.get(f"/beheer/mensen/{10**30}").status_code == 404


def test_the_log_in_page_asks_nothing_of_the_database(world: World) -> None:
    client = world.app.test_client()
    with statements() as sent:
        client.get("/aanmelden")
    assert sent == []
