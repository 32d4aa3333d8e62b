"""The mail that says that the data graph is there."""

from __future__ import annotations

from core.audit import AuditEntry, first_broken_entry
from core.cycle import Scan
from core.mail import OutboxMail
from core.people import Membership, Role
from core.plugins import tell
from core.steps import scan as steps
from tests.world import World


def mails() -> list[OutboxMail]:
    return list(OutboxMail.select().where(OutboxMail.template == "datagraph_ready").order_by(OutboxMail.id))


def test_directors_and_school_group_readers_are_told_where_the_graph_is(world: World) -> None:
    world.submit()
    assert {mail.to for mail in mails()} == {
        world.people[Role.DIRECTOR].email,
        world.people[Role.GROUP_READER].email,
    }
    assert all(f"http://localhost{world.url('datagraaf')}" in mail.text for mail in mails())
    assert "“Jullie willen in elke bouwsteen één stadium groeien”" in mails()[0].text


def test_a_person_with_two_roles_is_told_once(world: World) -> None:
    Membership.create(user=world.people[Role.DIRECTOR], role=Role.GROUP_READER, group=world.group)
    world.submit()
    assert sorted(mail.to for mail in mails()) == sorted({mail.to for mail in mails()})


def test_a_submission_that_is_told_twice_is_mailed_once(world: World) -> None:
    scan = world.submit()
    tell("scan_submitted", world.centre, scan=scan)
    assert len(mails()) == 2
    assert AuditEntry.select().where(AuditEntry.verb == "datagraph.announced").count() == 1
    assert first_broken_entry() is None


def test_a_scan_that_was_reopened_is_announced_again(world: World) -> None:
    scan = world.submit()
    steps.reopen_scan(world.centre, scan, "Verkeerd jaar", world.people[Role.NETWORK_ADMIN].id)
    world.submit(Scan.get_by_id(scan.id))
    assert len(mails()) == 4


def test_nobody_is_told_where_the_graph_is_off(world: World) -> None:
    world.switch("datagraph", False)
    world.submit()
    assert mails() == []


def test_people_who_left_are_not_told(world: World) -> None:
    reader = world.people[Role.GROUP_READER]
    reader.active = False
    reader.save()
    world.submit()
    assert [mail.to for mail in mails()] == [world.people[Role.DIRECTOR].email]
