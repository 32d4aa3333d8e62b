"""The pages of the reminders: what is coming, what was sent, and the settings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access import my_centre
from core.cycle import Cycle
from core.dates import now, today
from core.people import Membership, Role, User
from core.plugins import ask
from plugins.reminders.due import Rules
from plugins.reminders.models import ReminderSent
from plugins.reminders.sending import rules_of, save_rules, send_due
from tests.world import World, statements

PAGE, SETTINGS = "herinneringen", "herinneringen/instellingen"
FORM = {
    "enabled": "y",
    "days_before": "14, 3",
    "on_the_day": "y",
    "weekly": "y",
    "most_overdue": "4",
    "revision": "0",
}


@pytest.fixture
def planned(world: World) -> World:
    """A centre with a cycle, and an evaluation in 20 days."""
    world.open_cycle()
    world.add_evaluation(world.add_goal(), today() + timedelta(days=20))
    return world


@pytest.mark.parametrize(
    "role", [Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER, Role.STAFF, Role.NETWORK_ADVISER]
)
def test_who_reads_the_centre_sees_what_is_coming_and_to_whom(planned: World, role: Role) -> None:
    text = planned.client(role).get(planned.url(PAGE)).text
    assert "Elke leerling wordt gehoord" in text
    assert "14 dagen vooraf" in text
    assert planned.coordinator.name in text


def test_a_school_group_reader_sees_no_reminders(planned: World) -> None:
    assert planned.client(Role.GROUP_READER).get(planned.url(PAGE)).status_code == 403


@pytest.mark.parametrize("page", [PAGE, SETTINGS])
def test_an_outsider_gets_404(planned: World, page: str) -> None:
    assert planned.client(planned.outsider).get(planned.url(page)).status_code == 404


@pytest.mark.parametrize("page", [PAGE, SETTINGS])
def test_the_pages_are_gone_when_the_plugin_is_off(planned: World, page: str) -> None:
    planned.switch("reminders", False)
    assert planned.client().get(planned.url(page)).status_code == 404


def test_a_year_without_a_cycle_has_no_page(planned: World) -> None:
    assert planned.client().get(planned.url(PAGE, year=planned.year.previous)).status_code == 404


def test_what_was_sent_is_shown_with_who_got_it(planned: World) -> None:
    send_due(planned.centre, now().replace(hour=10) + timedelta(days=10))
    text = planned.client().get(planned.url(PAGE)).text
    assert ReminderSent.select().count() == 1
    assert "Nog niets." not in text
    assert text.count(planned.coordinator.name) > 1


def test_a_reminder_that_nobody_would_get_says_so(planned: World) -> None:
    Membership.delete().where(Membership.user == planned.coordinator).execute()
    text = planned.client(Role.DIRECTOR).get(planned.url(PAGE)).text
    assert "Er is geen trekker en geen coördinator." in text


def test_an_empty_page_explains_what_will_stand_there(world: World) -> None:
    world.open_cycle()
    text = world.client().get(world.url(PAGE)).text
    assert "Er komt nog niets aan" in text
    assert "Nog niets." in text


def test_the_page_says_when_reminders_are_off(planned: World) -> None:
    save_rules(planned.centre, Rules(enabled=False), 0, planned.coordinator.id)
    assert "Herinneringen staan uit" in planned.client().get(planned.url(PAGE)).text


def test_the_page_takes_as_many_queries_for_many_deadlines(planned: World) -> None:
    client = planned.client()
    client.get(planned.url(PAGE))
    with statements() as few:
        client.get(planned.url(PAGE))
    goal = planned.add_goal()
    for days in range(30, 40):
        planned.add_evaluation(goal, today() + timedelta(days=days))
    with statements() as many:
        client.get(planned.url(PAGE))
    assert len(many) == len(few)


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.COORDINATOR])
def test_who_leads_the_centre_sets_its_rules(planned: World, role: Role) -> None:
    answer = planned.client(role).post(
        planned.url(SETTINGS), data=FORM | {"days_before": "21,7,1", "most_overdue": "2"}
    )
    assert answer.status_code == 302
    assert rules_of(planned.centre) == (Rules(True, (21, 7, 1), True, True, 2), 1)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.STAFF, Role.NETWORK_ADMIN])
def test_others_do_not(planned: World, role: Role) -> None:
    client = planned.client(role)
    assert client.get(planned.url(SETTINGS)).status_code == 403
    assert client.post(planned.url(SETTINGS), data=FORM).status_code == 403
    assert planned.url(SETTINGS) not in client.get(planned.url(PAGE)).text


def test_the_form_opens_with_the_rules_that_stand(planned: World) -> None:
    save_rules(planned.centre, Rules(True, (30,), False, True, 6), 0, planned.coordinator.id)
    text = planned.client().get(planned.url(SETTINGS)).text
    assert 'value="30"' in text
    assert 'value="6"' in text


def test_unticked_boxes_and_no_days_are_kept(planned: World) -> None:
    planned.client().post(
        planned.url(SETTINGS), data={"days_before": "", "most_overdue": "0", "revision": "0"}
    )
    assert rules_of(planned.centre)[0] == Rules(False, (), False, False, 0)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("days_before", "veertien", "Schrijf hele getallen met een komma ertussen"),
        ("days_before", "0", "Kies getallen van 1 tot 90."),
        ("days_before", "1,2,3,4,5,6", "Kies hoogstens 5 momenten vooraf."),
        ("days_before", "1," * 60, "Dit is te lang"),
        ("most_overdue", "13", "Vul een geheel getal in van 0 tot 12."),
        ("most_overdue", "", "Vul een geheel getal in van 0 tot 12."),
    ],
)
def test_bad_settings_come_back_with_the_reason_and_what_was_typed(
    planned: World, field: str, value: str, sentence: str
) -> None:
    answer = planned.client().post(planned.url(SETTINGS), data=FORM | {field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{value}"' in answer.text
    assert rules_of(planned.centre) == (Rules(), 0)


def test_stale_settings_show_both_and_can_then_be_saved(planned: World) -> None:
    client = planned.client()
    client.post(planned.url(SETTINGS), data=FORM | {"days_before": "30"})
    answer = client.post(planned.url(SETTINGS), data=FORM | {"days_before": "7"})
    assert answer.status_code == 409
    assert "Dagen vooraf: 30." in answer.text
    assert "Dagen vooraf: 7." in answer.text
    assert rules_of(planned.centre)[0].days_before == (30,)
    client.post(planned.url(SETTINGS), data=FORM | {"days_before": "7", "revision": "1"})
    assert rules_of(planned.centre)[0].days_before == (7,)


def test_the_menu_leads_to_the_page(planned: World) -> None:
    (link,) = (link for link in ask("centre_links", planned.centre) if link.label == "Herinneringen")
    assert (link.endpoint, link.permission) == ("reminders.show_reminders", "centre.read")


def test_the_card_on_the_home_shows_the_next_three(planned: World) -> None:
    goal = planned.add_goal(title="Een tweede doel")
    for days in (25, 30):
        planned.add_evaluation(goal, today() + timedelta(days=days))
    cycle = Cycle.get(Cycle.centre == planned.centre)
    with planned.client() as client:
        client.get(planned.url(PAGE))
        assert my_centre() == planned.centre
        (card,) = (
            card for card in ask("dashboard_cards", planned.centre, cycle=cycle) if "Herinneringen" in card
        )
    assert card.count("<li>") == 3
    assert planned.url(PAGE) in card


def test_the_demo_has_sent_what_lies_before_today_and_leaves_today_to_the_clock(world: World) -> None:
    goal = world.add_goal(starts_on=today() - timedelta(days=60))
    late = world.add_evaluation(goal, today() - timedelta(days=9))
    due = world.add_evaluation(goal, today())
    ask("demo_data", world.centre)
    rows = {(row.key, row.mark) for row in ReminderSent.select()}
    assert rows == {
        (f"evaluation:{late.id}", "before-14"),
        (f"evaluation:{late.id}", "before-3"),
        (f"evaluation:{late.id}", "due"),
        (f"evaluation:{late.id}", "overdue-1"),
        (f"evaluation:{due.id}", "before-14"),
        (f"evaluation:{due.id}", "before-3"),
    }
    assert User.get_by_id(int(ReminderSent.select().first().sent_to)) == world.coordinator
