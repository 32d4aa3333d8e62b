"""POC+'s office: centres, school groups, the audit trail, and who may enter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.audit import AuditEntry, record
from core.cycle import Evaluation
from core.dates import today
from core.db import database, is_sqlite
from core.people import Centre, CentreGroup, Role, SchoolGroup
from tests.world import World, statements

PAYLOAD = '"><script>alert(1)</script>'
LISTS = ("centra", "scholengroepen", "mensen", "modules", "mails", "logboek")


@pytest.fixture
def office(world: World):
    """A network admin at work."""
    return world.client(Role.NETWORK_ADMIN)


def add_centres(world: World, number: int) -> None:
    for index in range(number):
        world.add_centre(f"CLB Extra {index:03}", world.group)


# who may enter


def test_only_network_admins_enter_the_office(world: World) -> None:
    for role in Role:
        status = world.client(role).get("/beheer/centra").status_code
        assert status == (200 if role == Role.NETWORK_ADMIN else 403), role
    assert world.app.test_client().get("/beheer/centra").status_code == 302


def test_an_adviser_changes_nothing_in_the_office(world: World) -> None:
    adviser = world.client(Role.NETWORK_ADVISER)
    assert adviser.post("/beheer/centra/nieuw", data={"name": "CLB Nieuw"}).status_code == 403
    assert not Centre.select().where(Centre.name == "CLB Nieuw").exists()


# the list of centres


def test_the_list_says_where_each_centre_stands(world: World, office) -> None:
    world.submit()
    page = office.get("/beheer/centra").text
    assert f"Prioriteiten, {world.year}" in page
    assert "nog niet begonnen" in page


def test_late_things_are_counted(world: World, office) -> None:
    world.submit()
    evaluation = world.add_evaluation(world.add_goal())
    Evaluation.update(due_on=today() - timedelta(days=1)).where(Evaluation.id == evaluation.id).execute()
    assert "<strong>1</strong>" in office.get("/beheer/centra").text


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_the_order_round(world: World, office) -> None:
    up = office.get("/beheer/centra?volgorde=naam").text
    down = office.get("/beheer/centra?volgorde=-naam").text
    assert up.index("CLB Aalrijk") < up.index("CLB Beverdam")
    assert down.index("CLB Beverdam") < down.index("CLB Aalrijk")


@pytest.mark.parametrize("order", ["naam", "fase", "activiteit", "laat"])
def test_the_centres_sort_by_every_column(world: World, office, order: str) -> None:
    world.submit()
    for sign in ("", "-"):
        assert office.get(f"/beheer/centra?volgorde={sign}{order}").status_code == 200


def test_centres_that_never_began_stand_last_whichever_way_the_phases_are_sorted(
    world: World, office
) -> None:
    world.open_cycle(world.other)
    for order in ("fase", "-fase"):
        page = office.get(f"/beheer/centra?volgorde={order}").text
        assert page.index("CLB Beverdam") < page.index("CLB Aalrijk")


def test_the_list_is_searched_by_name_place_and_school_group(world: World, office) -> None:
    for search in ("aalr", "noord", "CLB noord"):
        page = office.get(f"/beheer/centra?zoek={search}").text
        assert "CLB Aalrijk" in page
        assert "CLB Beverdam" not in page


def test_the_list_is_narrowed_to_a_school_group_or_a_state(world: World, office) -> None:
    Centre.update(active=False).where(Centre.id == world.other.id).execute()
    assert "CLB Beverdam" not in office.get(f"/beheer/centra?groep={world.group.id}").text
    assert "CLB Aalrijk" not in office.get("/beheer/centra?stand=uit").text


def test_a_search_without_result_says_so(office) -> None:
    assert "Niets gevonden" in office.get("/beheer/centra?zoek=bestaatniet").text


def test_nonsense_in_the_address_is_ignored(office) -> None:
    for junk in (
        "volgorde=x", "pagina=-1", "pagina=9999999999999", "groep=x", "groep=99999999999999999999", "stand=%00"[:6],
        "_external=1", "endpoint=x", "filename=x", "_scheme=javascript", "pagina=%C2%B2",
    ):  # fmt: skip
        for name in LISTS:
            assert office.get(f"/beheer/{name}?{junk}").status_code == 200, (name, junk)


def test_no_list_shows_more_than_fifty_rows_and_the_rest_is_a_page_further(world: World, office) -> None:
    add_centres(world, 60)
    first, second = office.get("/beheer/centra").text, office.get("/beheer/centra?pagina=2").text
    assert (first.count("<tr>"), second.count("<tr>")) == (51, 13)
    assert "pagina=2" in first
    assert "51 tot 62 van 62 centra" in second


def test_the_number_of_statements_does_not_grow_with_the_number_of_centres(world: World, office) -> None:
    world.submit()
    counts = []
    for more in (0, 5, 30):
        add_centres_numbered(world, more)
        with statements() as sent:
            assert office.get("/beheer/centra").status_code == 200
        counts.append(len(sent))
    assert len(set(counts)) == 1


def add_centres_numbered(world: World, more: int) -> None:
    for index in range(more):
        centre = world.add_centre(f"CLB {more} {index}", world.group)
        scan = world.open_cycle(centre)
        if index % 2:
            world.submit(scan)


def test_the_file_holds_the_same_rows_and_no_formula(world: World, office) -> None:
    world.add_centre("=1+1", world.group)
    answer = office.get("/beheer/centra.csv?zoek=noord")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert lines[0].startswith("Centrum;Plaats;Scholengroepen")
    assert {line.split(";")[0] for line in lines[1:]} == {"CLB Aalrijk", "'=1+1"}


# a centre


def centre_form(**changes: object) -> dict[str, object]:
    return {"name": "CLB Nieuw", "place": "Oost", "groups": [], "active": "y", **changes}


def test_a_centre_is_added_with_its_school_groups(world: World, office) -> None:
    groups = [str(world.group.id), str(world.other_group.id)]
    assert office.post("/beheer/centra/nieuw", data=centre_form(groups=groups)).status_code == 302
    centre = Centre.get(Centre.name == "CLB Nieuw")
    assert centre.slug == "clb-nieuw"
    assert CentreGroup.select().where(CentreGroup.centre == centre).count() == 2
    assert AuditEntry.get(AuditEntry.verb == "centre.saved").user_id == world.people[Role.NETWORK_ADMIN].id


def test_a_renamed_centre_keeps_its_address(world: World, office) -> None:
    office.post(f"/beheer/centra/{world.centre.id}", data=centre_form(name="CLB Anders"))
    centre = Centre.get_by_id(world.centre.id)
    assert (centre.name, centre.slug) == ("CLB Anders", "clb-aalrijk")


def test_two_centres_whose_names_look_alike_get_addresses_of_their_own(world: World, office) -> None:
    for name in ("CLB Zoë", "CLB Zoe!", "???"):
        assert office.post("/beheer/centra/nieuw", data=centre_form(name=name)).status_code == 302
    slugs = {centre.slug for centre in Centre.select()}
    assert {"clb-zoe", "clb-zoe-2", "centrum"} <= slugs


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Vul dit in."),
        ({"name": "   "}, "Vul dit in."),
        ({"name": "x" * 121}, "hoogstens 120 tekens"),
        ({"place": "x" * 81}, "hoogstens 80 tekens"),
        ({"name": "CLB Beverdam"}, "Er is al een centrum met die naam."),
        ({"groups": ["999"]}, "bestaat niet"),
        ({"groups": ["x"]}, "Naam"),
    ],
)
def test_a_wrong_centre_is_refused_beside_its_field_and_nothing_typed_is_lost(
    world: World, office, changes: dict[str, object], message: str
) -> None:
    before = Centre.select().count()
    answer = office.post("/beheer/centra/nieuw", data=centre_form(**changes))
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Oost"' in answer.text or "place" in changes
    assert Centre.select().count() == before


def test_a_refused_change_does_not_touch_the_title_of_the_page(world: World, office) -> None:
    answer = office.post(f"/beheer/centra/{world.centre.id}", data=centre_form(name="CLB Beverdam"))
    assert "CLB Aalrijk – Poolster" in answer.text
    assert 'value="CLB Beverdam"' in answer.text


def test_a_centre_that_takes_no_part_cannot_be_opened_and_comes_back_whole(world: World, office) -> None:
    world.submit()
    coordinator = world.client()
    office.post(f"/beheer/centra/{world.centre.id}", data={"name": "CLB Aalrijk", "place": ""})
    assert coordinator.get(world.url(), follow_redirects=True).status_code == 404
    office.post(f"/beheer/centra/{world.centre.id}", data=centre_form(name="CLB Aalrijk"))
    assert coordinator.get(world.url(), follow_redirects=True).status_code == 200


def test_a_centre_that_does_not_exist_is_no_page(office) -> None:
    assert office.get("/beheer/centra/999").status_code == 404


def test_a_script_in_a_name_is_shown_as_text_on_every_page_of_the_office(world: World, office) -> None:
    office.post("/beheer/centra/nieuw", data=centre_form(name=PAYLOAD, place=PAYLOAD))
    office.post("/beheer/scholengroepen/nieuw", data={"name": PAYLOAD})
    centre = Centre.get(Centre.name == PAYLOAD)
    invited = {
        "name": PAYLOAD,
        "email": "x@test.test",
        "role": "member",
        "centre": str(centre.id),
        "group": "",
    }
    office.post("/beheer/mensen/uitnodigen", data=invited)
    for path in (*LISTS, f"centra/{centre.id}", "mensen/uitnodigen"):
        assert "<script>alert" not in office.get(f"/beheer/{path}").text, path
    assert "<script>alert" not in office.get("/netwerk").text


# school groups


def test_a_school_group_is_added_and_renamed(world: World, office) -> None:
    assert office.post("/beheer/scholengroepen/nieuw", data={"name": "  Oost   en West "}).status_code == 302
    group = SchoolGroup.get(SchoolGroup.name == "Oost en West")
    office.post(f"/beheer/scholengroepen/{group.id}", data={"name": "Oost"})
    assert SchoolGroup.get_by_id(group.id).name == "Oost"


@pytest.mark.parametrize(
    ("name", "message"), [("", "Vul dit in."), ("Zuid", "Er is al een scholengroep"), ("x" * 121, "te lang")]
)
def test_a_wrong_school_group_is_refused(world: World, office, name: str, message: str) -> None:
    answer = office.post(f"/beheer/scholengroepen/{world.group.id}", data={"name": name})
    assert answer.status_code == 422
    assert message in answer.text
    assert SchoolGroup.get_by_id(world.group.id).name == "Noord"


def test_the_list_of_school_groups_names_centres_and_readers(world: World, office) -> None:
    page = office.get("/beheer/scholengroepen").text
    assert "CLB Aalrijk" in page
    assert world.people[Role.GROUP_READER].name in page


# the audit trail


def test_the_trail_shows_who_did_what_where_newest_first(world: World, office) -> None:
    world.submit()
    page = office.get("/beheer/logboek").text
    assert page.index("Zelfscan ingediend") < page.index("Zelfscan geopend")
    assert world.coordinator.name in page
    assert "elke regel sluit aan" in page


def test_the_trail_can_be_narrowed_to_one_centre(world: World, office) -> None:
    world.submit()
    assert "Zelfscan ingediend" not in office.get(f"/beheer/logboek?centrum={world.other.id}").text
    assert "Zelfscan ingediend" in office.get(f"/beheer/logboek?centrum={world.centre.id}").text


def test_a_trail_that_was_tampered_with_is_named_from_the_first_wrong_line_on(world: World, office) -> None:
    world.submit()
    first = AuditEntry.select().order_by(AuditEntry.id).first()
    _behind_its_back(f"UPDATE audit_entry SET subject = 'cycle:9' WHERE id = {first.id}")
    page = office.get("/beheer/logboek").text
    assert "niet meer volledig te vertrouwen" in page
    assert f"Vanaf regel {first.id}" in page


def _behind_its_back(sql: str) -> None:
    if is_sqlite():
        database.execute_sql("DROP TRIGGER audit_entry_no_update")
    else:
        database.execute_sql("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
    database.execute_sql(sql)


def test_the_verb_of_a_plugin_and_a_value_of_any_shape_are_shown_as_they_are(world: World, office) -> None:
    record(
        "added.one", centre_id=world.centre.id, subject="thing:1", list=[1, "twee"], more={"a": 1}, none=None
    )
    page = office.get("/beheer/logboek").text
    assert "added.one" in page
    assert "1, twee" in page


def test_the_trail_shows_fifty_lines_a_page_in_a_constant_number_of_statements(world: World, office) -> None:
    counts = []
    for more in (1, 120):
        for number in range(more):
            record(
                "goal.added",
                user_id=world.coordinator.id,
                centre_id=world.centre.id,
                subject=f"goal:{number}",
            )
        with statements() as sent:
            page = office.get("/beheer/logboek?pagina=1").text
        counts.append(len(sent))
    assert page.count("<tr>") == 51
    assert counts[0] == counts[1]


def test_a_school_group_with_an_impossible_number_is_refused(office) -> None:
    answer = office.post("/beheer/centra/nieuw", data={"name": "CLB Xanten", "groups": ["9" * 20]})
    assert answer.status_code == 422
    assert "Een van deze scholengroepen bestaat niet." in answer.text
