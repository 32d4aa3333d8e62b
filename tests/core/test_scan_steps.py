"""Opening, submitting and reopening a scan."""

from __future__ import annotations

import pytest

from core.audit import AuditEntry, first_broken_entry
from core.cycle import Cycle, Rating, Scan
from core.cycle.result import result_of
from core.mail import OutboxMail
from core.people import Role
from core.steps import Refused, Stale, plan
from core.steps import scan as steps
from tests.world import World


def test_a_submitted_scan_keeps_a_rating_for_every_block(world: World) -> None:
    scan = world.submit()
    assert Rating.select().where(Rating.scan == scan).count() == 11


def test_a_second_submission_is_refused_and_sends_no_mail(world: World) -> None:
    scan = world.submit()
    mails = OutboxMail.select().count()
    with pytest.raises(Refused):
        steps.submit_scan(world.centre, scan, world.result(scan), world.coordinator.id)
    assert OutboxMail.select().count() == mails


def test_directors_and_school_group_readers_are_mailed_the_result(world: World) -> None:
    world.submit()
    to = {mail.to for mail in OutboxMail.select().where(OutboxMail.template.startswith("scan_submitted"))}
    assert to == {world.people[Role.DIRECTOR].email, world.people[Role.GROUP_READER].email}


def test_a_reopened_scan_is_open_again_and_the_reason_stands_in_the_trail(world: World) -> None:
    scan = world.submit()
    steps.reopen_scan(world.centre, scan, "Verkeerd jaar", world.people[Role.NETWORK_ADMIN].id)
    assert not Scan.get_by_id(scan.id).submitted
    assert "Verkeerd jaar" in AuditEntry.get(AuditEntry.verb == "scan.reopened").detail


def test_priorities_settled_before_a_reopening_are_settled_again(world: World) -> None:
    scan = world.submit()
    cycle = Cycle.get_by_id(scan.cycle_id)
    blocks = list(result_of(scan).priorities)
    plan.choose_priorities(
        world.centre, cycle, scan, blocks[::-1], "Omgekeerd", cycle.revision, world.coordinator.id
    )
    steps.reopen_scan(world.centre, scan, "Vergissing", world.people[Role.NETWORK_ADMIN].id)
    world.submit(Scan.get_by_id(scan.id))
    now_stands = Cycle.get_by_id(cycle.id)
    assert (now_stands.priorities_chosen_at, now_stands.priorities_reason) == (None, "")
    assert now_stands.revision > cycle.revision + 1, "a form from before the reopening is stale"


def test_a_scan_that_was_rated_since_it_was_read_is_not_submitted_over_it(world: World) -> None:
    scan = world.open_cycle()
    read = world.result(scan, stage=1, wish=2)
    rating = {"preventie": steps.PlainRating(3, 4)}
    steps.rate_blocks(world.centre, scan, rating, scan.revision, world.coordinator.id)
    with pytest.raises(Stale):
        steps.submit_scan(world.centre, scan, read, world.coordinator.id)
    assert result_of(scan).of("preventie").stage == 3
    assert not Scan.get_by_id(scan.id).submitted


def test_the_audit_trail_is_whole_after_a_submission(world: World) -> None:
    world.submit()
    assert first_broken_entry() is None
