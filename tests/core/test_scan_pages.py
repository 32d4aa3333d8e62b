"""Core's own scan pages: the plain form, the result, and reopening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.audit import AuditEntry
from core.cycle import TEXT_LIMIT, Rating, Scan
from core.cycle.result import result_of
from core.instrument import document_of
from core.mail import OutboxMail
from core.people import Role
from core.plugins import registry
from tests.browse import fill
from tests.world import World, statements

PLAIN, CLOSING = "zelfscan/eenvoudig", "zelfscan/eenvoudig/indienen"


@pytest.fixture
def scan(world: World) -> Scan:
    """An open scan in a centre whose plugins are all off."""
    for plugin in registry():
        world.switch(plugin.name, False)
    return world.open_cycle()


def blocks(scan: Scan) -> list[str]:
    return [block.key for block in document_of(scan.instrument_id).blocks]


def answers(scan: Scan, stage: str = "2", wish: str = "3", **changes: str) -> dict[str, str]:
    """The plain form's fields, all blocks alike; field names with a - stand with a _ in `changes`."""
    fields = {
        f"{what}-{b}": value for b in blocks(scan) for what, value in (("stage", stage), ("wish", wish))
    }
    return {**fields, **{name.replace("_", "-"): value for name, value in changes.items()}}


def stored(scan: Scan) -> list[tuple[int | None, int | None]]:
    return [(r.stage, r.wish) for r in Rating.select().where(Rating.scan == scan).order_by(Rating.id)]


# ── the plain form ──


def test_without_a_plugins_form_the_scan_opens_on_the_plain_one(world: World, scan: Scan) -> None:
    answer = world.client().get(world.url("zelfscan"))
    assert answer.location.endswith(PLAIN)


def test_the_plain_form_asks_every_block_with_the_words_of_the_instrument(world: World, scan: Scan) -> None:
    page = world.client().get(world.url(PLAIN)).text
    for block in document_of(scan.instrument_id).blocks:
        assert f'name="stage-{block.key}"' in page
        assert str(block.name) in page.replace("&#39;", "'").replace("&amp;", "&")


def test_what_is_saved_stands_there_again(world: World, scan: Scan) -> None:
    client = world.client()
    first, second = blocks(scan)[:2]
    changes = {f"stage-{second}": "4", f"wish-{second}": "4"}
    assert fill(client, world.url(PLAIN), **{f"stage-{first}": "1"}, **changes).status_code == 200
    result = result_of(scan)
    assert (result.of(first).stage, result.of(first).wish) == (1, None)
    assert (result.of(second).stage, result.of(second).wish) == (4, 4)
    page = client.get(world.url(PLAIN)).text
    assert page.count("selected") == 3


def test_a_part_can_be_saved_and_the_rest_later(world: World, scan: Scan) -> None:
    client, (first, second) = world.client(), blocks(scan)[:2]
    fill(client, world.url(PLAIN), **{f"stage-{first}": "1"})
    fill(client, world.url(PLAIN), **{f"stage-{second}": "2"})
    assert [result_of(scan).of(key).stage for key in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("stage", "5", "Dit stadium bestaat niet."),
        ("stage", "0", "Dit stadium bestaat niet."),
        ("stage", "-1", "Dit stadium bestaat niet."),
        ("stage", "twee", "Dit stadium bestaat niet."),
        ("stage", "99999999999999999999", "Dit stadium bestaat niet."),
        ("wish", "9", "Deze ambitie bestaat niet."),
        ("wish", "1", "De ambitie kan niet lager liggen dan het stadium van vandaag."),
    ],
)
@pytest.mark.sqlite_only
def test_a_wrong_answer_is_told_beside_its_block_and_nothing_is_kept(
    world: World, scan: Scan, field: str, value: str, sentence: str
) -> None:
    first = blocks(scan)[0]
    data = {**answers(scan), f"{field}-{first}": value, "revision": str(scan.revision)}
    answer = world.client().post(world.url(PLAIN), data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="block-{first}-error"' in answer.text
    assert stored(scan) == []
    assert answer.text.count("selected") >= 2 * (len(blocks(scan)) - 1), (
        "what was chosen elsewhere is still there"
    )


@pytest.mark.sqlite_only
def test_an_ambition_without_a_stage_is_refused(world: World, scan: Scan) -> None:
    data = {f"wish-{blocks(scan)[0]}": "2", "revision": str(scan.revision)}
    answer = world.client().post(world.url(PLAIN), data=data)
    assert answer.status_code == 422
    assert "Kies eerst het stadium van vandaag." in answer.text


def test_a_stale_save_shows_both_and_can_be_saved_after_all(world: World, scan: Scan) -> None:
    mine, theirs = world.client(Role.MEMBER), world.client()
    old = str(scan.revision)
    theirs.post(world.url(PLAIN), data={**answers(scan, "1", "2"), "revision": old})
    answer = mine.post(world.url(PLAIN), data={**answers(scan, "3", "4"), "revision": old})
    assert answer.status_code == 409
    assert "Een collega bewaarde intussen andere antwoorden" in answer.text
    assert "Je collega koos:" in answer.text
    assert set(stored(scan)) == {(1, 2)}
    fresh = str(Scan.get_by_id(scan.id).revision)
    assert f'name="revision" value="{fresh}"' in answer.text
    mine.post(world.url(PLAIN), data={**answers(scan, "3", "4"), "revision": fresh})
    assert set(stored(scan)) == {(3, 4)}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("revision", ["", "x", "99999999999999999999", "-1"])
def test_a_made_up_revision_is_a_stale_save(world: World, scan: Scan, revision: str) -> None:
    answer = world.client().post(world.url(PLAIN), data={**answers(scan), "revision": revision})
    assert answer.status_code == 409
    assert stored(scan) == []


@pytest.mark.sqlite_only
def test_unknown_fields_are_ignored(world: World, scan: Scan) -> None:
    data = {
        **answers(scan),
        "revision": str(scan.revision),
        "stage-onbestaand": "3",
        "submitted_at": "now",
        "id": "9",
    }
    assert world.client().post(world.url(PLAIN), data=data).status_code == 302
    assert len(stored(scan)) == len(blocks(scan))
    assert not Scan.get_by_id(scan.id).submitted


# ── handing in ──


def rate(world: World, scan: Scan) -> None:
    fill(world.client(), world.url(PLAIN), **answers(scan))


def closing(scan: Scan, **changes: Any) -> dict[str, Any]:
    return {"priority": [*blocks(scan)[:3], "", ""], "sure": "ja", **changes}


def test_a_full_scan_is_handed_in_frozen_and_mailed(world: World, scan: Scan) -> None:
    rate(world, scan)
    answer = fill(world.client(), world.url(CLOSING), **closing(scan, inspiring=blocks(scan)[3]))
    assert "Jullie zelfscan is ingediend" in answer.text
    assert Scan.get_by_id(scan.id).submitted
    assert result_of(scan).priorities == tuple(blocks(scan)[:3])
    assert result_of(scan).inspiring == (blocks(scan)[3],)
    assert OutboxMail.select().where(OutboxMail.template == "scan_submitted").count() == 1


def wrong_closings(scan: Scan) -> dict[str, tuple[dict[str, Any], str]]:
    first, second, third, *rest = blocks(scan)
    return {
        "not sure": ({"sure": []}, "Duid aan dat jullie definitief willen indienen."),
        "too few": ({"priority": [first, second]}, "Kies minstens 3 prioriteiten."),
        "six": ({"priority": [first, second, third, *rest[:3]]}, "Kies hoogstens 5 prioriteiten."),
        "one twice": ({"priority": [first, second, third, first]}, "twee keer bij de prioriteiten"),
        "unknown": ({"priority": [first, second, "onbestaand"]}, "een bouwsteen die niet bestaat"),
        "inspiring: four": (
            {"inspiring": [first, second, third, rest[0]]},
            "Kies hoogstens 3 inspirerende praktijken.",
        ),
        "inspiring: unknown": ({"inspiring": ["<script>"]}, "een bouwsteen die niet bestaat"),
    }


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "name", ["not sure", "too few", "six", "one twice", "unknown", "inspiring: four", "inspiring: unknown"]
)
def test_a_wrong_closing_is_told_and_hands_nothing_in(world: World, scan: Scan, name: str) -> None:
    rate(world, scan)
    changes, sentence = wrong_closings(scan)[name]
    answer = world.client().post(world.url(CLOSING), data=closing(scan, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<script>" not in answer.text
    assert not Scan.get_by_id(scan.id).submitted
    kept = [key for key in changes.get("priority", blocks(scan)[:3])[:5] if key in blocks(scan)]
    assert answer.text.count("selected") == len(kept), "the priorities that were chosen are still there"


@pytest.mark.sqlite_only
def test_an_incomplete_scan_says_which_blocks_are_missing_and_stays_open(world: World, scan: Scan) -> None:
    client, first = world.client(), blocks(scan)[0]
    fill(client, world.url(PLAIN), **answers(scan, **{f"wish_{first}": ""}))
    page = client.get(world.url(CLOSING)).text
    assert f"#block-{first}" in page
    assert f"#block-{blocks(scan)[1]}" not in page
    assert client.post(world.url(CLOSING), data=closing(scan)).status_code == 422
    assert not Scan.get_by_id(scan.id).submitted


def test_a_second_submission_leads_to_the_result_and_changes_nothing(world: World, scan: Scan) -> None:
    rate(world, scan)
    client = world.client()
    fill(client, world.url(CLOSING), **closing(scan))
    mails, before = OutboxMail.select().count(), stored(scan)
    for path, data in ((CLOSING, closing(scan)), (PLAIN, {**answers(scan, "4", "4"), "revision": "1"})):
        assert client.post(world.url(path), data=data).location.endswith("/resultaat")
    assert (OutboxMail.select().count(), stored(scan)) == (mails, before)


def test_who_fills_but_may_not_hand_in_is_told_who_does(world: World, scan: Scan) -> None:
    rate(world, scan)
    client = world.client(Role.MEMBER)
    assert (
        "De directeur of de kwaliteitscoördinator dient de zelfscan in."
        in client.get(world.url(CLOSING)).text
    )
    assert client.post(world.url(CLOSING), data=closing(scan)).status_code == 403


# ── the result ──


def test_before_it_is_in_the_result_says_what_is_to_come(world: World, scan: Scan) -> None:
    rate(world, scan)
    for who in (Role.COORDINATOR, Role.STAFF, Role.GROUP_READER, Role.NETWORK_ADVISER):
        page = world.client(who).get(world.url("resultaat"))
        assert page.status_code == 200
        assert "Nog geen resultaat" in page.text
        assert "Fragmentair" not in page.text


def test_the_result_shows_every_block_and_is_read_only(world: World, scan: Scan) -> None:
    note = "<b>Ons woord</b>"
    base = world.result(scan)
    ratings = tuple(replace(rating, choice_note=note) for rating in base.ratings)
    world.submit(scan, ratings=ratings)
    page = world.client(Role.GROUP_READER).get(world.url("resultaat")).text
    assert "Ingediend op" in page
    assert page.count("&lt;b&gt;Ons woord") == len(blocks(scan))
    assert note not in page
    assert "<select" not in page


def test_a_rescan_shows_the_stage_of_last_time(world: World, scan: Scan) -> None:
    world.submit(scan, stage=1)
    rescan = world.open_cycle()
    year = world.year.next
    assert world.client().get(world.url(PLAIN, year=year)).text.count("Vorige keer: Fragmentair") == len(
        blocks(rescan)
    )
    world.submit(rescan, stage=3)
    assert world.client().get(world.url("resultaat", year=year)).text.count("Vorige keer") == len(
        blocks(rescan)
    )


def test_the_pages_of_a_scan_take_a_constant_number_of_statements(world: World, scan: Scan) -> None:
    rate(world, scan)
    client = world.client()
    with statements() as plain:
        client.get(world.url(PLAIN))
    world.submit(scan)
    with statements() as result:
        client.get(world.url("resultaat"))
    assert len(plain) <= 8, plain
    assert len(result) <= 14, result


# ── reopening ──


def test_the_network_admin_reopens_with_a_reason_and_the_centre_goes_on(world: World, scan: Scan) -> None:
    world.submit(scan)
    admin = world.client(Role.NETWORK_ADMIN)
    answer = fill(admin, world.url("zelfscan/heropenen"), reason="Het verkeerde jaar")
    assert "staat weer open" in answer.text
    assert not Scan.get_by_id(scan.id).submitted
    assert "Het verkeerde jaar" in AuditEntry.get(AuditEntry.verb == "scan.reopened").detail
    page = world.client().get(world.url(PLAIN)).text
    assert page.count("selected") == 2 * len(blocks(scan)), "the answers are still there"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("reason", ["", "   ", "x" * (TEXT_LIMIT + 1)])
def test_reopening_without_a_sound_reason_is_refused(world: World, scan: Scan, reason: str) -> None:
    world.submit(scan)
    answer = world.client(Role.NETWORK_ADMIN).post(world.url("zelfscan/heropenen"), data={"reason": reason})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert reason.strip()[:50] in answer.text
    assert Scan.get_by_id(scan.id).submitted


@pytest.mark.sqlite_only
def test_a_scan_that_is_open_cannot_be_reopened(world: World, scan: Scan) -> None:
    answer = world.client(Role.NETWORK_ADMIN).post(world.url("zelfscan/heropenen"), data={"reason": "Toch"})
    assert answer.status_code == 422
    assert "Deze zelfscan is niet ingediend." in answer.text


def test_after_reopening_and_handing_in_again_the_new_result_stands(world: World, scan: Scan) -> None:
    world.submit(scan, stage=1, wish=2)
    world.client(Role.NETWORK_ADMIN).post(world.url("zelfscan/heropenen"), data={"reason": "Opnieuw"})
    fill(world.client(), world.url(PLAIN), **answers(scan, "4", "4"))
    fill(world.client(), world.url(CLOSING), priority=[*blocks(scan)[4:7], "", ""], sure="ja")
    assert set(stored(scan)) == {(4, 4)}
    assert result_of(scan).priorities == tuple(blocks(scan)[4:7])


def test_after_reopening_the_last_page_still_holds_what_was_chosen(world: World, scan: Scan) -> None:
    chosen = blocks(scan)[2:5]
    world.submit(scan, priorities=tuple(chosen), inspiring=(chosen[0],))
    world.client(Role.NETWORK_ADMIN).post(world.url("zelfscan/heropenen"), data={"reason": "Opnieuw"})
    page = world.client().get(world.url(CLOSING)).text
    assert [f'value="{key}" selected' in page for key in chosen] == [True, True, True]
    assert page.count(" checked") == 1


def test_answers_that_changed_since_the_last_page_was_seen_stop_the_submission(
    world: World, scan: Scan
) -> None:
    fill(world.client(), world.url(PLAIN), **answers(scan, "2", "3"))
    sent = {"priority": blocks(scan)[:3], "sure": "ja", "revision": str(Scan.get_by_id(scan.id).revision)}
    fill(world.client(Role.MEMBER), world.url(PLAIN), **answers(scan, "4", "4"))
    answer = world.client().post(world.url(CLOSING), data=sent)
    assert answer.status_code == 409
    assert "Iemand wijzigde intussen antwoorden." in answer.text
    assert answer.text.count(" selected") == 3, "what was chosen stays"
    assert not Scan.get_by_id(scan.id).submitted
