"""Around a submission: words in the trail, hooks told when all is written, late texts given back."""

from __future__ import annotations

from core.audit import record
from core.cycle import Scan
from core.db import database, transaction, write_lock
from core.hookspecs import hookimpl
from core.people import Role
from plugins.survey.drafts import submit, survey_of
from tests.plugins.survey.filling import fill
from tests.world import World


def test_the_audit_page_says_a_saved_answer_in_dutch(world: World) -> None:
    with transaction():
        record("scan.answered", user_id=world.coordinator.id, centre_id=world.centre.id, block="preventie")
    page = world.client(Role.NETWORK_ADMIN).get("/beheer/logboek").text
    assert "Antwoord in de zelfscan bewaard" in page
    assert "scan.answered" not in page


def test_plugins_hear_of_a_submission_when_no_writer_waits_for_them(world: World) -> None:
    heard: list[bool] = []

    class Listener:
        default_enabled = True

        @hookimpl
        def scan_submitted(self, scan: Scan) -> None:
            heard.append(database.in_transaction() or write_lock._depth > 0)

    world.app.extensions["poolster.plugins"].register("listener", Listener())
    scan = world.open_cycle()
    fill(world, scan)
    submit(world.centre, scan, survey_of(scan).saves, world.coordinator.id)
    assert heard == [False]


def test_a_note_sent_after_the_submission_gives_the_text_back(world: World) -> None:
    scan = world.submit()
    answer = world.client().post(
        world.url("zelfscan/bouwsteen/preventie", year=scan.cycle.school_year),
        data={"keuze_note": "Een <lange> toelichting"},
    )
    assert answer.status_code == 409
    assert "Een &lt;lange&gt; toelichting" in answer.text
