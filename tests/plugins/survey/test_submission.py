"""From the closing questions to a scan that is in."""

from __future__ import annotations

import re
import threading

import pytest

from core.cycle import Priority, Scan
from core.cycle.result import result_of
from core.db import database
from core.mail import OutboxMail
from core.people import Role
from plugins.survey.answers import from_json
from plugins.survey.models import SurveyDraft
from tests.plugins.survey.filling import draft, fill, form
from tests.world import World

INSPIRING, PRIORITIES, OVERVIEW, SUBMIT = (
    f"zelfscan/{page}" for page in ("inspiratie", "prioriteiten", "overzicht", "indienen")
)
FIVE = ["plg", "teamwerk", "beleid", "preventie", "netwerk"]


def ranked(*blocks: str, revision: int = 0) -> dict[str, object]:
    return {"draft_revision": revision} | {f"chosen-{place}": block for place, block in enumerate(blocks)}


def seen(client, world: World) -> str:
    """What the last page says that the submitter saw."""
    found = re.search(r'name="seen"[^>]*value="(\d+)"', client.get(world.url(SUBMIT)).text)
    return found[1] if found else ""


# closing questions


@pytest.mark.parametrize("blocks", [FIVE[:3], FIVE])
def test_three_to_five_priorities_are_kept_in_order(world: World, blocks: list[str]) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(PRIORITIES), data=ranked(*blocks))
    assert answer.location == world.url(OVERVIEW)
    assert list(from_json(draft(".prioriteiten").answers)["prioriteiten"].chosen) == blocks


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([*FIVE, "behartiger"], "hoogstens 5"),
        ([*FIVE[:3], FIVE[0]], "twee keer"),
        (FIVE[:2], "minstens 3"),
        ([*FIVE[:2], "verzonnen"], "niet bestaat"),
        ([], "minstens 3"),
    ],
)
def test_other_priorities_are_refused_with_the_reason_and_stay_on_the_page(
    world: World, blocks: list[str], message: str
) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(PRIORITIES), data=ranked(*blocks))
    assert answer.status_code == 422
    assert message in answer.text
    for place, block in enumerate(blocks):
        chosen = answer.text.partition(f'name="chosen-{place}"')[2].partition("</select>")[0]
        assert f'<option selected value="{block}">' in chosen or block == "verzonnen"
    assert SurveyDraft.select().count() == 0


def test_a_place_left_empty_closes_up(world: World) -> None:
    world.open_cycle()
    world.client().post(world.url(PRIORITIES), data=ranked("plg", "", "teamwerk", "beleid"))
    assert from_json(draft(".prioriteiten").answers)["prioriteiten"].chosen == ("plg", "teamwerk", "beleid")


def test_no_block_to_inspire_with_is_an_answer(world: World) -> None:
    world.open_cycle()
    client = world.client()
    assert client.post(world.url(INSPIRING), data={"draft_revision": 0, "chosen": "-"}).location == world.url(
        PRIORITIES
    )
    assert re.search(r'<input checked[^>]*value="-"', client.get(world.url(INSPIRING)).text)
    assert "We zijn nog niet zover" in client.get(world.url(OVERVIEW)).text


@pytest.mark.parametrize(
    "chosen",
    [[], ["-", "plg"], FIVE[:4], ["plg", "verzonnen"]],
    ids=["nothing", "none and some", "four", "unknown"],
)
def test_other_answers_to_inspiring_are_refused(world: World, chosen: list[str]) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(INSPIRING), data={"draft_revision": 0, "chosen": chosen})
    assert answer.status_code == 422
    assert 'id="chosen-error"' in answer.text
    assert SurveyDraft.select().count() == 0


def test_stale_priorities_show_both_lists(world: World) -> None:
    world.open_cycle()
    world.client(Role.MEMBER).post(world.url(PRIORITIES), data=ranked(*FIVE[:3]))
    client = world.client()
    answer = client.post(world.url(PRIORITIES), data=ranked("leiderschap", "onderzoek", "praktijken"))
    assert answer.status_code == 409
    assert "Ontwikkeling als professionele leergemeenschap" in answer.text
    assert 'name="draft_revision" type="hidden" value="1"' in answer.text
    again = ranked("leiderschap", "onderzoek", "praktijken", revision=1)
    assert client.post(world.url(PRIORITIES), data=again).status_code == 303


def test_colleagues_on_different_parts_do_not_stand_in_each_others_way(world: World) -> None:
    world.open_cycle()
    world.client(Role.MEMBER).post(world.url(INSPIRING), data={"draft_revision": 0, "chosen": "-"})
    assert world.client().post(world.url(PRIORITIES), data=ranked(*FIVE)).status_code == 303


# overview


def test_the_overview_says_on_top_what_is_missing(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 9)
    page = world.client().get(world.url(OVERVIEW)).text
    assert "Dit ontbreekt nog" in page
    missing = page[page.index("Dit ontbreekt nog") : page.index("</ul>", page.index("Dit ontbreekt nog"))]
    assert missing.count("<li>") == 2
    assert world.url("zelfscan/bouwsteen/praktijken") in missing


def test_every_answer_has_a_link_that_changes_it(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    page = world.client().get(world.url(OVERVIEW)).text
    assert "Alles is ingevuld." in page
    for question in ("stadium", "ambitie", "keuze", "verschillen", "hefbomen", "knelpunten"):
        assert f'{world.url("zelfscan/bouwsteen/onderzoek")}#{question}"' in page


# submission


def test_a_submission_stores_the_result_and_takes_the_priorities_over(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    client = world.client()
    client.post(world.url("zelfscan/bouwsteen/behartiger/bewaar"), data=form(1))
    answer = client.post(world.url(SUBMIT), data={"seen": seen(client, world), "sure": "y"})
    assert answer.location == world.url("resultaat")
    rating = result_of(Scan.get_by_id(scan.id)).of("behartiger")
    assert (rating.stage, rating.wish, rating.choice, rating.levers) == (2, 4, "deliberate", ("mensen",))
    assert rating.choice_note == "Zo spraken we het af."
    assert [row.block for row in Priority.select().order_by(Priority.rank)] == [
        "behartiger",
        "kernprocessen",
        "preventie",
    ]


def test_directors_and_the_school_group_are_mailed_once(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    client = world.client()
    data = {"seen": seen(client, world), "sure": "y"}
    client.post(world.url(SUBMIT), data=data)
    client.post(world.url(SUBMIT), data=data)
    to = sorted(
        mail.to for mail in OutboxMail.select().where(OutboxMail.template.startswith("scan_submitted"))
    )
    assert to == sorted(world.people[role].email for role in (Role.DIRECTOR, Role.GROUP_READER))


def test_the_last_page_warns_in_the_words_of_the_instrument(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    assert "Dit is de laatste stap." in world.client().get(world.url(SUBMIT)).text


def test_without_saying_so_nothing_is_submitted(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    client = world.client()
    answer = client.post(world.url(SUBMIT), data={"seen": seen(client, world)})
    assert answer.status_code == 422
    assert "Duid aan" in answer.text
    assert not Scan.get_by_id(scan.id).submitted


def test_an_incomplete_scan_is_not_submitted(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 10)
    answer = world.client().post(world.url(SUBMIT), data={"seen": "12", "sure": "y"})
    assert answer.status_code == 422
    assert "nog niet volledig" in answer.text
    assert not Scan.get_by_id(scan.id).submitted


@pytest.mark.parametrize("late", ["9999", "", "veel", "-1"])
def test_what_changed_since_the_submitter_looked_stops_the_submission(world: World, late: str) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    answer = world.client().post(world.url(SUBMIT), data={"seen": late, "sure": "y"})
    assert answer.status_code == 409
    assert "Er is intussen iets gewijzigd" in answer.text
    assert not Scan.get_by_id(scan.id).submitted


def test_a_policy_team_member_sees_the_last_page_but_may_not_submit(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan)
    client = world.client(Role.MEMBER)
    page = client.get(world.url(SUBMIT))
    assert page.status_code == 200
    assert "Dien definitief in" not in page.text
    assert client.post(world.url(SUBMIT), data={"seen": "13", "sure": "y"}).status_code == 403
    assert not Scan.get_by_id(scan.id).submitted


def test_of_saves_and_submissions_at_once_nothing_acknowledged_is_lost(world: World) -> None:
    """Whoever got a 200 before the freeze is in the result; whoever came after was told so."""
    scan = world.open_cycle()
    fill(world, scan)
    clients = [world.client(), world.client(Role.MEMBER)]
    what_was_seen, answers = seen(clients[0], world), {}

    def run(name: str, client, path: str, data: dict[str, object]) -> None:
        answers[name] = client.post(world.url(path), data=data).status_code
        database.close()

    save = ("save", clients[1], "zelfscan/bouwsteen/plg/bewaar", form(1))
    submit = ("submit", clients[0], SUBMIT, {"seen": what_was_seen, "sure": "y"})
    threads = [threading.Thread(target=run, args=args) for args in (save, submit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    submitted = Scan.get_by_id(scan.id).submitted
    assert submitted == (answers["submit"] in (302, 303))
    assert answers["save"] == (409 if submitted else 200)
