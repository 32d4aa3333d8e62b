"""POC+'s office: the table of centres and modules, and the outbox."""

from __future__ import annotations

import pytest

from core.audit import AuditEntry
from core.config import Config
from core.dates import now
from core.mail import FAILED, SENT, WAITING, OutboxMail, deliver, queue
from core.people import EnabledPlugin, Role
from core.plugins import PluginFault, enabled_for, registry
from tests.world import World, statements


@pytest.fixture
def office(world: World):
    """A network admin at work."""
    return world.client(Role.NETWORK_ADMIN)


@pytest.fixture
def plugin(world: World) -> str:
    """Any plugin that is on."""
    return next(iter(sorted(enabled_for(world.centre))))


def switch(office, world: World, plugin: str, enabled: str):
    return office.post(f"/beheer/modules/{world.centre.id}/{plugin}", data={"enabled": enabled})


def test_the_table_has_a_switch_for_each_centre_and_module(world: World, office) -> None:
    page = office.get("/beheer/modules").text
    assert page.count('role="switch"') == 2 * len(list(registry()))


def test_a_switch_acts_at_once_and_for_this_centre_only(world: World, office, plugin: str) -> None:
    assert switch(office, world, plugin, "0").status_code == 302
    assert plugin not in enabled_for(world.centre)
    assert plugin in enabled_for(world.other)


def test_the_table_says_who_switched_and_when(world: World, office, plugin: str) -> None:
    switch(office, world, plugin, "0")
    page = office.get("/beheer/modules").text
    row = EnabledPlugin.get()
    assert row.switched_by_id == world.people[Role.NETWORK_ADMIN].id
    assert page.count(world.people[Role.NETWORK_ADMIN].name) == 2  # in the menu and in the table
    assert 'aria-checked="false"' in page


def test_after_a_switch_one_button_undoes_it(world: World, office, plugin: str) -> None:
    page = office.post(
        f"/beheer/modules/{world.centre.id}/{plugin}", data={"enabled": "0"}, follow_redirects=True
    ).text
    assert "Maak ongedaan" in page
    assert f"{registry()[plugin].title} staat nu uit voor CLB Aalrijk" in page
    assert "Maak ongedaan" not in office.get("/beheer/modules").text
    switch(office, world, plugin, "1")
    assert plugin in enabled_for(world.centre)


def test_switching_twice_the_same_way_is_no_error(world: World, office, plugin: str) -> None:
    for _ in range(2):
        assert switch(office, world, plugin, "0").status_code == 302
    assert EnabledPlugin.select().count() == 1
    assert AuditEntry.select().where(AuditEntry.verb == "plugin.switched").count() == 2


def test_a_switch_stands_in_the_trail(world: World, office, plugin: str) -> None:
    switch(office, world, plugin, "0")
    entry = AuditEntry.get(AuditEntry.verb == "plugin.switched")
    assert (entry.subject, entry.centre_id) == (f"plugin:{plugin}", world.centre.id)


def test_an_unknown_module_centre_or_state_is_refused(world: World, office, plugin: str) -> None:
    assert switch(office, world, "bestaatniet", "1").status_code == 404
    assert switch(office, world, plugin, "2").status_code == 400
    assert office.post(f"/beheer/modules/999/{plugin}", data={"enabled": "1"}).status_code == 404
    assert EnabledPlugin.select().count() == 0


def test_after_a_switch_the_list_stays_searched_and_on_its_page(world: World, office, plugin: str) -> None:
    answer = office.post(
        f"/beheer/modules/{world.centre.id}/{plugin}?zoek=aal&volgorde=-naam", data={"enabled": "0"}
    )
    assert "zoek=aal" in answer.headers["Location"]
    assert "volgorde=-naam" in answer.headers["Location"]


def test_a_plugin_that_failed_is_named_on_top_with_its_hook_and_how_often(
    world: World, office, plugin: str
) -> None:
    PluginFault.create(plugin=plugin, hook="goal_panels", error="KeyError: <b>x</b>", times=3, last_at=now())
    page = office.get("/beheer/modules").text
    assert "Er liep iets mis in een module" in page
    assert "goal_panels" in page
    assert "3 keer" in page
    assert "<b>x</b>" not in page


def test_the_table_takes_a_constant_number_of_statements(world: World, office, plugin: str) -> None:
    counts = []
    for more in (0, 20):
        for number in range(more):
            world.switch(plugin, False, world.add_centre(f"CLB {number}", world.group))
        with statements() as sent:
            office.get("/beheer/modules")
        counts.append(len(sent))
    assert counts[0] == counts[1]


# the outbox


@pytest.fixture
def mail(world: World) -> OutboxMail:
    return queue(
        "an@clb.test",
        "reset",
        link="http://localhost/wachtwoord/geheim",
        name="An",
        centre_id=world.centre.id,
    )


def put(mail: OutboxMail, **changes: object) -> None:
    OutboxMail.update(**changes).where(OutboxMail.id == mail.id).execute()


def test_the_queue_shows_each_mail_with_its_state_and_error(office, mail: OutboxMail) -> None:
    put(mail, state=FAILED, attempts=7, error="550 onbekend")
    page = office.get("/beheer/mails").text
    for text in (
        "an@clb.test",
        "Mislukt",
        "550 onbekend",
        "Eén mail is mislukt",
        "CLB Aalrijk",
        "7 pogingen",
    ):
        assert text in page


def test_the_queue_never_shows_the_link_in_a_mail(office, mail: OutboxMail) -> None:
    assert "geheim" not in office.get("/beheer/mails").text


def test_a_failed_mail_starts_anew(world: World, office, mail: OutboxMail) -> None:
    put(mail, state=FAILED, attempts=7, error="550 onbekend")
    assert office.post(f"/beheer/mails/{mail.id}/opnieuw").status_code == 302
    again = OutboxMail.get_by_id(mail.id)
    assert (again.state, again.attempts, again.error) == (WAITING, 0, "")
    assert AuditEntry.select().where(AuditEntry.verb == "mail.queued_again").exists()
    config: Config = world.app.extensions["poolster.config"]
    assert deliver(config) == 1


def test_a_mail_that_was_sent_is_not_sent_again(office, mail: OutboxMail) -> None:
    put(mail, state=SENT, sent_at=now())
    page = office.post(f"/beheer/mails/{mail.id}/opnieuw", follow_redirects=True).text
    assert "niet mislukt" in page
    assert OutboxMail.get_by_id(mail.id).state == SENT


def test_the_queue_is_narrowed_by_state_and_searched(office, mail: OutboxMail) -> None:
    assert "an@clb.test" in office.get("/beheer/mails?stand=waiting&zoek=clb.test").text
    assert "an@clb.test" not in office.get("/beheer/mails?stand=failed").text
    assert "an@clb.test" not in office.get("/beheer/mails?zoek=ander").text


def test_the_queue_takes_a_constant_number_of_statements(world: World, office, mail: OutboxMail) -> None:
    counts = []
    for more in (0, 60):
        for number in range(more):
            queue(f"{number}@clb.test", "reset", name="x", centre_id=world.other.id)
        with statements() as sent:
            page = office.get("/beheer/mails").text
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert page.count("<tr>") == 51
