"""POC+'s office: invitations, roles and accounts."""

from __future__ import annotations

import pytest

from core.audit import AuditEntry
from core.mail import OutboxMail
from core.people import AccessToken, Membership, Role, User
from core.steps import account
from tests.world import World, statements


@pytest.fixture
def office(world: World):
    """A network admin at work."""
    return world.client(Role.NETWORK_ADMIN)


def invitation(world: World, **changes: str) -> dict[str, str]:
    values = {
        "name": "An Peeters",
        "email": "an@clb.test",
        "role": "coordinator",
        "centre": str(world.centre.id),
        "group": "",
    }
    return {**values, **changes}


def role_of(user: User) -> Membership:
    return Membership.get(Membership.user == user)


# inviting


def test_an_invited_person_gets_an_account_a_role_and_a_mail(world: World, office) -> None:
    assert (
        office.post("/beheer/mensen/uitnodigen", data=invitation(world, email=" An@CLB.test ")).status_code
        == 302
    )
    user = User.get(User.email == "an@clb.test")
    assert (role_of(user).role, role_of(user).centre_id) == ("coordinator", world.centre.id)
    mail = OutboxMail.get(OutboxMail.to == "an@clb.test")
    assert "CLB Aalrijk" in mail.text
    assert "Kwaliteitscoördinator" in mail.text


def test_someone_with_an_account_gets_the_role_and_no_new_password(world: World, office) -> None:
    User.update(password_hash="x").where(User.id == world.outsider.id).execute()
    office.post(
        "/beheer/mensen/uitnodigen", data=invitation(world, email=world.outsider.email, name="Iemand Anders")
    )
    assert User.get_by_id(world.outsider.id).name == "Olga Overkant"
    assert OutboxMail.get(OutboxMail.to == world.outsider.email).template == "role_given"
    assert AccessToken.select().count() == 0


def test_a_network_role_and_a_school_group_role_are_given_too(world: World, office) -> None:
    forms = (
        invitation(world, role="network_adviser", centre=""),
        invitation(world, role="group_reader", centre="", group=str(world.group.id)),
    )
    for form in forms:
        assert office.post("/beheer/mensen/uitnodigen", data=form).status_code == 302
    assert Membership.select().join(User).where(User.email == "an@clb.test").count() == 2


WRONG = [
    ({"role": ""}, "Kies een rol"),
    ({"role": "keizer"}, "Kies een rol uit de lijst"),
    ({"centre": ""}, "Kies bij deze rol een centrum"),
    ({"centre": "999"}, "Kies een centrum uit de lijst"),
    ({"group": "1"}, "Kies bij deze rol een centrum, en geen scholengroep"),
    ({"role": "group_reader"}, "Kies bij deze rol een scholengroep"),
    ({"role": "network_admin"}, "geldt voor het hele netwerk"),
    ({"email": ""}, "Vul dit in."),
    ({"email": "geen adres"}, "geen e-mailadres"),
    ({"email": "a@b.test\r\nBcc: c@d.test"}, "geen e-mailadres"),
    ({"email": "a@b.test,c@d.test"}, "geen e-mailadres"),
    ({"email": "<a@b.test>"}, "geen e-mailadres"),
    ({"email": "a" * 250 + "@b.test"}, "te lang"),
    ({"name": ""}, "Vul dit in."),
    ({"name": "x" * 121}, "te lang"),
]


def test_a_wrong_invitation_is_refused_with_a_clear_sentence_and_sends_nothing(world: World, office) -> None:
    for changes, message in WRONG:
        if "group" in changes:
            changes = {"group": str(world.group.id)}
        answer = office.post("/beheer/mensen/uitnodigen", data=invitation(world, **changes))
        assert (answer.status_code, message in answer.text) == (422, True), changes
    assert OutboxMail.select().count() == 0
    assert not User.select().where(User.name == "An Peeters").exists()


def test_what_was_typed_stays_on_a_refused_invitation(world: World, office) -> None:
    page = office.post("/beheer/mensen/uitnodigen", data=invitation(world, role="group_reader")).text
    assert 'value="An Peeters"' in page
    assert 'value="an@clb.test"' in page
    assert f'<option selected value="{world.centre.id}">' in page


def test_the_same_role_twice_is_refused(world: World, office) -> None:
    office.post("/beheer/mensen/uitnodigen", data=invitation(world))
    answer = office.post("/beheer/mensen/uitnodigen", data=invitation(world))
    assert answer.status_code == 422
    assert "heeft die rol al" in answer.text


def test_the_link_in_the_invitation_leads_to_a_password_and_to_the_centre(world: World, office) -> None:
    office.post("/beheer/mensen/uitnodigen", data=invitation(world))
    link = OutboxMail.get(OutboxMail.to == "an@clb.test").text.split("http://localhost")[1].split()[0]
    client = world.app.test_client()
    client.post(link, data={"password": "drie blauwe fietsen"})
    client.post("/aanmelden", data={"email": "an@clb.test", "password": "drie blauwe fietsen"})
    assert client.get("/", follow_redirects=False).headers["Location"] == "/centrum/clb-aalrijk/"


def test_the_form_can_be_opened_with_a_role_and_a_place_filled_in(world: World, office) -> None:
    page = office.get(f"/beheer/mensen/uitnodigen?role=group_reader&group={world.group.id}").text
    assert '<option selected value="group_reader">' in page
    assert f'<option selected value="{world.group.id}">' in page


# the list


def test_the_list_shows_roles_state_and_last_log_in(world: World, office) -> None:
    User.update(password_hash=account.hash_password("drie blauwe fietsen")).where(
        User.id == world.coordinator.id
    ).execute()
    account.log_in(world.coordinator.email, "drie blauwe fietsen", "127.0.0.1")
    page = office.get(f"/beheer/mensen?zoek={world.coordinator.email}").text
    assert "Kwaliteitscoördinator, CLB Aalrijk" in page
    assert ">Actief</span>" in page
    assert "nog nooit" not in page


def test_people_are_found_by_name_address_and_centre(world: World, office) -> None:
    for search in ("olga", world.outsider.email[:20], "beverdam"):
        page = office.get("/beheer/mensen", query_string={"zoek": search}).text
        assert "Olga Overkant" in page, search
        assert world.coordinator.name not in page, search


def test_signs_that_mean_something_to_a_database_are_searched_for_as_they_are(world: World, office) -> None:
    for search in ("%", "_", "'", "\\"):
        assert "Olga" not in office.get("/beheer/mensen", query_string={"zoek": f"x{search}"}).text


def test_people_are_narrowed_by_role_and_state(world: World, office) -> None:
    User.update(active=False).where(User.id == world.outsider.id).execute()
    assert "Olga" in office.get("/beheer/mensen?stand=uit").text
    assert "Olga" not in office.get("/beheer/mensen?stand=uitgenodigd").text
    page = office.get("/beheer/mensen?rol=staff").text
    assert world.people[Role.STAFF].name in page
    assert world.coordinator.name not in page


def test_people_sort_by_every_column(world: World, office) -> None:
    AuditEntry.select().count()
    for order in ("naam", "mail", "aangemeld"):
        for sign in ("", "-"):
            assert office.get(f"/beheer/mensen?volgorde={sign}{order}").status_code == 200


def test_who_logged_in_last_stands_first_when_sorted_so(world: World, office) -> None:
    User.update(password_hash=account.hash_password("drie blauwe fietsen")).where(
        User.id == world.outsider.id
    ).execute()
    account.log_in(world.outsider.email, "drie blauwe fietsen", "127.0.0.1")
    page = office.get("/beheer/mensen?volgorde=-aangemeld").text
    assert page.index("Olga Overkant") < page.index(world.coordinator.name)


def test_the_file_of_people_holds_their_roles(world: World, office) -> None:
    lines = office.get("/beheer/mensen.csv?zoek=olga").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Directeur (CLB Beverdam)" in lines[1]


def test_the_list_of_people_takes_a_constant_number_of_statements(world: World, office) -> None:
    counts = []
    for more in (0, 30):
        for _ in range(more):
            world.add_person(Role.MEMBER, world.centre)
        with statements() as sent:
            office.get("/beheer/mensen")
        counts.append(len(sent))
    assert counts[0] == counts[1]


# one person


def test_a_role_is_added_on_the_page_of_a_person(world: World, office) -> None:
    form = {"role": "member", "centre": str(world.other.id), "group": ""}
    assert office.post(f"/beheer/mensen/{world.coordinator.id}/rollen", data=form).status_code == 302
    assert (
        Membership.select()
        .where((Membership.user == world.coordinator) & (Membership.centre == world.other))
        .exists()
    )


def test_a_role_that_does_not_fit_its_place_is_refused_there_too(world: World, office) -> None:
    form = {"role": "member", "centre": "", "group": str(world.group.id)}
    answer = office.post(f"/beheer/mensen/{world.coordinator.id}/rollen", data=form)
    assert answer.status_code == 422
    assert "Kies bij deze rol een centrum" in answer.text


def test_a_role_that_someone_has_is_refused_with_a_sentence(world: World, office) -> None:
    form = {"role": "coordinator", "centre": str(world.centre.id), "group": ""}
    answer = office.post(f"/beheer/mensen/{world.coordinator.id}/rollen", data=form)
    assert answer.status_code == 422
    assert "heeft die rol al" in answer.text


def test_a_revoked_role_is_gone_and_stands_in_the_trail(world: World, office) -> None:
    role = role_of(world.coordinator)
    office.post(f"/beheer/mensen/{world.coordinator.id}/rollen/{role.id}/intrekken")
    assert not Membership.select().where(Membership.user == world.coordinator).exists()
    assert AuditEntry.get(AuditEntry.verb == "role.revoked").centre_id == world.centre.id


def test_a_role_is_only_revoked_under_the_person_who_has_it(world: World, office) -> None:
    role = role_of(world.coordinator)
    assert office.post(f"/beheer/mensen/{world.outsider.id}/rollen/{role.id}/intrekken").status_code == 404
    assert Membership.select().where(Membership.id == role.id).exists()


def test_the_last_network_admin_stays(world: World, office) -> None:
    admin = world.people[Role.NETWORK_ADMIN]
    for way in (f"rollen/{role_of(admin).id}/intrekken", "uitschakelen"):
        page = office.post(f"/beheer/mensen/{admin.id}/{way}", follow_redirects=True).text
        assert "laatste POC+-beheerder" in page
    assert User.get_by_id(admin.id).active
    assert Membership.select().where(Membership.user == admin).exists()


def test_a_network_admin_goes_when_there_is_another_who_is_active(world: World, office) -> None:
    second = world.add_person(Role.NETWORK_ADMIN)
    assert (
        "laatste" not in office.post(f"/beheer/mensen/{second.id}/uitschakelen", follow_redirects=True).text
    )
    assert not User.get_by_id(second.id).active
    assert (
        "laatste"
        not in office.post(
            f"/beheer/mensen/{second.id}/rollen/{role_of(second).id}/intrekken", follow_redirects=True
        ).text
    )


def test_an_account_is_switched_off_and_on_again_with_its_roles(world: World, office) -> None:
    user = world.coordinator
    office.post(f"/beheer/mensen/{user.id}/uitschakelen")
    assert not User.get_by_id(user.id).active
    office.post(f"/beheer/mensen/{user.id}/inschakelen")
    assert User.get_by_id(user.id).active
    assert role_of(user).role == Role.COORDINATOR


def test_who_never_used_the_invitation_gets_a_new_one_and_others_a_reset(world: World, office) -> None:
    User.update(password_hash="x").where(User.id == world.outsider.id).execute()
    for user in (world.coordinator, world.outsider):
        office.post(f"/beheer/mensen/{user.id}/link")
    assert [mail.template for mail in OutboxMail.select().order_by(OutboxMail.id)] == ["invitation", "reset"]


def test_a_switched_off_account_gets_no_link(world: World, office) -> None:
    office.post(f"/beheer/mensen/{world.coordinator.id}/uitschakelen")
    page = office.post(f"/beheer/mensen/{world.coordinator.id}/link", follow_redirects=True).text
    assert "uitgeschakeld" in page
    assert OutboxMail.select().count() == 0


def test_nothing_about_a_person_changes_by_looking(world: World, office) -> None:
    for way in ("rollen", "uitschakelen", "inschakelen", "link", "rollen/1/intrekken"):
        assert office.get(f"/beheer/mensen/{world.coordinator.id}/{way}").status_code == 405


def test_a_person_who_does_not_exist_is_no_page(office) -> None:
    assert office.get("/beheer/mensen/999").status_code == 404
    assert office.post("/beheer/mensen/999/uitschakelen").status_code == 404
