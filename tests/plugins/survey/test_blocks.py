"""The pages of the blocks: who sees them, what they show, what they keep."""

from __future__ import annotations

import re

import pytest

from core.audit import AuditEntry
from core.cycle import Scan
from core.people import Role
from core.steps import Refused
from plugins.survey.answers import Answer, from_json
from plugins.survey.drafts import save
from plugins.survey.models import SurveyDraft
from tests.plugins.survey.filling import BLOCK, draft, fill, form, keep
from tests.world import World

LIST, PAGE, SAVE = "zelfscan/bouwstenen", f"zelfscan/bouwsteen/{BLOCK}", f"zelfscan/bouwsteen/{BLOCK}/bewaar"


def box(page: str, value: str) -> str:
    """The opening tag of the box with this id."""
    found = re.search(rf'<input[^>]*\bid="{value}"[^>]*>', page)
    assert found, f"no box {value}"
    return found[0]


# who


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER])
def test_those_who_fill_the_scan_see_its_pages(world: World, role: Role) -> None:
    world.open_cycle()
    client = world.client(role)
    for path in (
        LIST,
        PAGE,
        "zelfscan/inspiratie",
        "zelfscan/prioriteiten",
        "zelfscan/overzicht",
        "zelfscan/indienen",
    ):
        assert client.get(world.url(path)).status_code == 200, path


@pytest.mark.parametrize("role", [Role.STAFF, Role.GROUP_READER, Role.NETWORK_ADMIN, Role.NETWORK_ADVISER])
def test_those_who_do_not_fill_the_scan_may_not(world: World, role: Role) -> None:
    world.open_cycle()
    client = world.client(role)
    assert client.get(world.url(PAGE)).status_code == 403
    assert client.post(world.url(SAVE), data=form()).status_code == 403
    assert SurveyDraft.select().count() == 0


def test_another_centre_does_not_exist_here(world: World) -> None:
    world.open_cycle()
    client = world.client(world.outsider)
    assert client.get(world.url(PAGE)).status_code == 404
    assert client.post(world.url(SAVE), data=form()).status_code == 404


def test_a_survey_that_is_off_answers_404_and_keeps_its_drafts(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 2, closing=False)
    world.switch("survey", False)
    client = world.client()
    for path in (LIST, PAGE, "zelfscan/overzicht", "zelfscan/indienen"):
        assert client.get(world.url(path)).status_code == 404
    assert client.post(world.url(SAVE), data=form()).status_code == 404
    assert SurveyDraft.select().count() == 2


@pytest.mark.parametrize("path", ["zelfscan/bouwsteen/verzonnen", "zelfscan/bouwsteen/.inspirerend"])
def test_an_unknown_block_is_404(world: World, path: str) -> None:
    world.open_cycle()
    client = world.client()
    assert client.get(world.url(path)).status_code == 404
    assert client.post(world.url(path), data=form()).status_code == 404
    assert client.post(world.url(f"{path}/bewaar"), data=form()).status_code == 404


# saving at every change


def test_a_change_is_kept_and_said(world: World) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(SAVE), data=form())
    assert answer.status_code == 200
    assert answer.json["revision"] == 1
    assert answer.json["state"] == "complete"
    assert re.fullmatch(r"\d\d:\d\d", answer.json["saved_at"])
    assert from_json(draft().answers)["verschillen"] == Answer(chosen=("teams", "disciplines"))


def test_each_save_goes_on_from_the_revision_that_the_last_one_told(world: World) -> None:
    world.open_cycle()
    client = world.client()
    for revision in range(3):
        answer = client.post(world.url(SAVE), data=form(revision, keuze_note=f"Versie {revision}"))
        assert answer.json["revision"] == revision + 1
    assert from_json(draft().answers)["keuze"].note == "Versie 2"


def test_a_half_filled_block_is_kept_as_started(world: World) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(SAVE), data={"draft_revision": 0, "stadium": "planmatig"})
    assert (answer.status_code, answer.json["state"]) == (200, "started")


def test_the_trail_says_which_block_and_never_what(world: World) -> None:
    world.open_cycle()
    world.client().post(world.url(SAVE), data=form())
    entry = AuditEntry.get(AuditEntry.verb == "scan.answered")
    assert entry.detail == f'{{"block": "{BLOCK}"}}'
    assert entry.user_id == world.coordinator.id


def test_a_stale_save_gets_409_with_what_stands_and_changes_nothing(world: World) -> None:
    world.open_cycle()
    client = world.client()
    client.post(world.url(SAVE), data=form(0, keuze_note="Van mij"))
    answer = world.client(Role.MEMBER).post(world.url(SAVE), data=form(0, keuze_note="Van een ander"))
    assert answer.status_code == 409
    assert world.coordinator.name in answer.json["message"]
    assert answer.json["revision"] == 1
    assert answer.json["answers"]["keuze_note"] == ["Van mij"]
    assert from_json(draft().answers)["keuze"].note == "Van mij"
    assert AuditEntry.select().where(AuditEntry.verb == "scan.answered").count() == 1


def test_a_revision_of_a_draft_that_is_not_there_is_stale(world: World) -> None:
    world.open_cycle()
    assert world.client().post(world.url(SAVE), data=form(7)).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stadium": "volmaakt"}, "stadium"),
        ({"ambitie": "planmatig"}, "ambitie"),
        ({"keuze": "soms"}, "keuze"),
        ({"keuze_note": "x" * 2001}, "keuze_note"),
        ({"verschillen": ["nee", "teams"]}, "verschillen"),
        ({"verschillen": ["anders"], "verschillen_other": "x" * 201}, "verschillen_other"),
        ({"hefbomen": ["geen", "mensen"]}, "hefbomen"),
        ({"knelpunten": ["richting", "geld"]}, "knelpunten"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_and_the_rest_is_kept(
    world: World, change: dict[str, object], field: str
) -> None:
    world.open_cycle()
    client = world.client()
    client.post(world.url(SAVE), data=form())
    answer = client.post(world.url(SAVE), data=form(1, **{"hefbomen_note": "Nieuw", **change}))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    kept = from_json(draft().answers)
    assert kept["hefbomen"].note == "Nieuw"
    assert kept["keuze"].note == "Zo spraken we het af."


def test_a_wish_that_the_stage_overtook_is_refused_beside_the_wish(world: World) -> None:
    world.open_cycle()
    client = world.client()
    client.post(world.url(SAVE), data=form(ambitie="geintegreerd"))
    answer = client.post(world.url(SAVE), data=form(1, stadium="systematisch", ambitie="geintegreerd"))
    assert list(answer.json["errors"]) == ["ambitie"]
    kept = from_json(draft().answers)
    assert kept["stadium"].chosen == ("systematisch",)
    assert "ambitie" not in kept


@pytest.mark.parametrize("revision", ["", "-1", "een", "1e3", "9" * 30, "²"])
def test_a_made_up_revision_is_never_a_500(world: World, revision: str) -> None:
    world.open_cycle()
    assert world.client().post(world.url(SAVE), data=form() | {"draft_revision": revision}).status_code in (
        200,
        409,
    )


def test_a_save_after_the_submission_gets_409_with_the_reason(world: World) -> None:
    scan = world.open_cycle()
    world.submit(scan)
    answer = world.client().post(world.url(SAVE), data=form())
    assert answer.status_code == 409
    assert "Ingediend op" in answer.json["message"]
    assert SurveyDraft.select().count() == 0


@pytest.mark.parametrize("revision", [0, 1])
def test_a_save_that_overlaps_the_submission_is_refused(world: World, revision: int) -> None:
    """The scan was open when the page's address was looked up, and is in when the answers are written."""
    scan = world.open_cycle()
    if revision:
        keep(world, scan, BLOCK, {})
    world.submit(scan)
    with pytest.raises(Refused, match="Ingediend op"):
        save(world.centre, scan, BLOCK, {"stadium": Answer(("planmatig",))}, revision, world.coordinator.id)
    assert AuditEntry.select().where(AuditEntry.verb == "scan.answered").count() == 0


# the page


def test_a_page_shows_its_draft_and_when_it_was_saved(world: World) -> None:
    world.open_cycle()
    client = world.client()
    client.post(world.url(SAVE), data=form(verschillen=["anders"], verschillen_other='per "graad"'))
    page = client.get(world.url(PAGE)).text
    assert "checked" in box(page, "stadium-planmatig")
    assert "checked" not in box(page, "stadium-fragmentair")
    assert "checked" in box(page, "verschillen-anders")
    assert 'value="per &#34;graad&#34;"' in page
    assert "Zo spraken we het af.</textarea>" in page
    assert '<details data-note="keuze_note" open>' in page
    assert '<details data-note="hefbomen_note">' in page
    assert "Bewaard " in page


def test_one_centres_answers_never_show_on_anothers_page(world: World) -> None:
    world.open_cycle()
    world.open_cycle(world.other)
    world.client().post(world.url(SAVE), data=form(keuze_note="Kanarie"))
    world.client().get(world.url(PAGE))
    page = world.client(world.outsider).get(world.url(PAGE, world.other)).text
    assert "Kanarie" not in page
    assert "checked" not in page
    assert world.centre.slug not in page


def test_a_script_is_shown_as_text(world: World) -> None:
    world.open_cycle()
    client = world.client()
    payload = "</textarea><script>alert(1)</script>"
    client.post(
        world.url(SAVE),
        data=form(keuze_note=payload, verschillen=["anders"], verschillen_other=f'"{payload}'),
    )
    for path in (PAGE, "zelfscan/overzicht"):
        page = client.get(world.url(path)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_wish_for_the_lowest_stage_is_not_offered(world: World) -> None:
    world.open_cycle()
    page = world.client().get(world.url(PAGE)).text
    assert 'id="ambitie-planmatig"' in page
    assert 'id="ambitie-fragmentair"' not in page


def test_a_rescan_shows_where_the_centre_stood(world: World, a_year_on: World) -> None:
    a_year_on.open_cycle()
    page = world.client().get(world.url(PAGE)).text
    assert "Vorige keer: <strong>Planmatig</strong>" in page


def test_a_first_scan_shows_no_previous_stage(world: World) -> None:
    world.open_cycle()
    assert "Vorige keer" not in world.client().get(world.url(PAGE)).text


def test_the_list_shows_what_is_complete_started_and_open(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 2, closing=False)
    keep(world, scan, "preventie", {"stadium": Answer(("planmatig",))})
    page = world.client().get(world.url(LIST)).text
    assert [page.count(f'<li class="is-{state}">') for state in ("complete", "started", "open")] == [2, 1, 10]
    assert "2 van 13 volledig" in page


def test_one_goes_on_at_the_first_block_that_is_not_complete(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 2, closing=False)
    assert (
        f'href="{world.url("zelfscan/bouwsteen/preventie")}">Ga verder'
        in world.client().get(world.url(LIST)).text
    )


def test_the_scan_of_a_centre_leads_to_the_survey(world: World) -> None:
    world.open_cycle()
    answer = world.client().get(world.url("zelfscan"))
    assert answer.location == world.url(LIST)


# saving by button


def test_the_button_saves_and_goes_on(world: World) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(PAGE), data=form(go_to="next"))
    assert (answer.status_code, answer.location) == (303, world.url("zelfscan/bouwsteen/kernprocessen"))
    assert draft().revision == 1


@pytest.mark.parametrize(
    ("block", "go_to", "path"),
    [
        ("behartiger", "previous", LIST),
        ("kernprocessen", "previous", PAGE),
        ("praktijken", "next", "zelfscan/inspiratie"),
        ("preventie", "list", LIST),
        ("preventie", "//elders.test", "zelfscan/bouwsteen/teamwerk"),
    ],
)
def test_the_buttons_lead_along_the_blocks(world: World, block: str, go_to: str, path: str) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(f"zelfscan/bouwsteen/{block}"), data=form(go_to=go_to))
    assert answer.location == world.url(path)


def test_a_refused_button_shows_all_that_was_typed_with_the_error_beside_it(world: World) -> None:
    world.open_cycle()
    note = "Te lang. " * 300
    answer = world.client().post(world.url(PAGE), data=form(stadium="systematisch", keuze_note=note))
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert 'id="ambitie-error"' in answer.text
    assert 'id="keuze_note-error"' in answer.text
    assert note.strip() in answer.text
    assert "checked" in box(answer.text, "ambitie-systematisch")
    assert 'name="draft_revision" value="1"' in answer.text


def test_anders_without_saying_which_is_asked_for_by_the_button(world: World) -> None:
    world.open_cycle()
    answer = world.client().post(world.url(PAGE), data=form(verschillen=["anders"]))
    assert answer.status_code == 422
    assert 'id="verschillen_other-error"' in answer.text
    assert from_json(draft().answers)["verschillen"].chosen == ("anders",)


def test_an_error_page_is_not_kept_for_the_next_reader(world: World) -> None:
    world.open_cycle()
    client = world.client()
    client.post(world.url(PAGE), data=form(stadium="systematisch"))
    assert "field-error" not in client.get(world.url(PAGE)).text


def test_a_stale_button_shows_both_texts_and_saving_again_keeps_mine(world: World) -> None:
    world.open_cycle()
    world.client(Role.MEMBER).post(world.url(SAVE), data=form(keuze_note="Van mijn collega"))
    client = world.client()
    answer = client.post(world.url(PAGE), data=form(0, keuze_note="Van mij"))
    assert answer.status_code == 409
    assert "Van mijn collega" in answer.text
    assert "Van mij</textarea>" in answer.text
    assert world.people[Role.MEMBER].name in answer.text
    revision = re.search(r'name="draft_revision" value="(\d+)"', answer.text)
    assert revision
    assert client.post(world.url(PAGE), data=form(int(revision[1]), keuze_note="Van mij")).status_code == 303
    assert from_json(draft().answers)["keuze"].note == "Van mij"


@pytest.mark.parametrize(
    "path", [LIST, PAGE, "zelfscan/prioriteiten", "zelfscan/overzicht", "zelfscan/indienen"]
)
def test_the_pages_of_a_submitted_scan_lead_to_its_result_and_say_why(world: World, path: str) -> None:
    world.submit()
    client = world.client()
    answer = client.get(world.url(path), follow_redirects=True)
    assert answer.request.path == world.url("resultaat")
    assert "Ingediend op" in answer.text


def test_a_button_on_a_submitted_scan_changes_nothing(world: World) -> None:
    world.submit()
    answer = world.client().post(world.url(PAGE), data=form())
    assert answer.status_code == 409
    assert f'href="{world.url("resultaat")}"' in answer.text
    assert SurveyDraft.select().count() == 0


def test_drafts_are_there_again_after_a_reopening(world: World) -> None:
    from core.steps.scan import reopen_scan

    scan = world.open_cycle()
    fill(world, scan)
    world.submit(scan)
    reopen_scan(world.centre, Scan.get_by_id(scan.id), "Vergissing", world.people[Role.NETWORK_ADMIN].id)
    page = world.client().get(world.url(PAGE)).text
    assert "checked" in box(page, "stadium-planmatig")
