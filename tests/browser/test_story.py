"""The story of the product, in a browser: a coordinator's cycle from the first scan to the next year's rescan."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.header import decode_header, make_header
from io import BytesIO
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from core import clock as ticking
from core.db import connected
from core.people import Role, User
from core.steps.account import hash_password
from tests.browser import steps
from tests.browser.conftest import PASSWORD, Inbox, Site
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

AUTUMN = datetime(2025, 10, 6, 8, tzinfo=UTC)
BEFORE_THE_LOOK = datetime(2026, 5, 6, 8, tzinfo=UTC)  # 14 days before it
SPRING = datetime(2026, 5, 20, 8, tzinfo=UTC)
NEXT_AUTUMN = datetime(2026, 9, 14, 8, tzinfo=UTC)
GOAL = "Elke school bespreekt haar signalen met ons"
SEEN = "De helft van de scholen deed mee."


@pytest.fixture
def people(serve: Any, inbox: Inbox) -> Any:
    with time_machine.travel(AUTUMN, tick=True) as clock:
        site: Site = serve(mail_url=inbox.url)
        with site.app.app_context(), connected():
            found = World(site.app).people
            User.update(password_hash=hash_password(PASSWORD)).execute()
        yield site, found, clock


def fill_scan(page: Page, stage: str, wish: str) -> None:
    """Fill every block alike, as the page asks, and go on to the last page before submitting."""
    page.locator("main").get_by_role("link", name=re.compile("^(Begin|Ga verder)$")).click()
    while page.locator(f"#stadium-{stage}").count():
        title = page.get_by_role("heading", level=1).inner_text()
        page.locator(f"label[for=stadium-{stage}]").click()  # the whole card is the label
        page.locator(f"#ambitie-{wish}").check()
        page.locator("#keuze-bewust").check()
        page.locator("#verschillen-teams").check()
        page.locator("#hefbomen-mensen").check()
        page.locator("#knelpunten-geen").check()
        expect(page.locator(".save-state").first).to_contain_text("Bewaard")
        page.get_by_role("button", name="Bewaar en ga verder").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(title)


def close_scan(page: Page) -> None:
    """Inspiring practices, priorities, overview, the last warning, and the submission."""
    steps.heading(page, "Inspirerende praktijken")
    page.get_by_label("Sterk teamwerk").check()
    page.get_by_role("button", name="Bewaar en ga verder").click()
    steps.heading(page, "Prioriteiten")
    for place, block in enumerate(("Preventie", "Sterk teamwerk", "Integraal beleid"), start=1):
        page.get_by_label(f"Prioriteit {place}", exact=False).select_option(label=block)
    page.get_by_role("button", name="Bewaar en ga verder").click()
    page.get_by_role("link", name="Ga naar indienen").click()
    page.locator("main form input[type=checkbox]").check()
    page.get_by_role("button", name="Dien definitief in").click()
    steps.heading(page, "Resultaat van de zelfscan")
    expect(page.get_by_text("Ingediend op").first).to_be_visible()


def judge_elements(page: Page) -> None:
    """The Knoster talk: all is there but the means."""
    page.get_by_role("link", name="De vijf elementen van Knoster bespreken").click()
    for element in ("visie", "belang", "plan", "competenties"):
        page.locator(f"#state_{element}-present").check()
    page.locator("#state_middelen-missing").check()
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Kans op frustratie").first).to_be_visible()


def write_criteria(page: Page) -> None:
    page.get_by_role("link", name="De zes criteria invullen").click()
    page.fill("[name=text_meetbaar]", "Vier van de vijf scholen")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.locator(".lights .is-on")).to_have_count(1)


def subjects(inbox: Inbox, site: Site, who: User) -> list[str]:
    site.deliver()
    return [str(make_header(decode_header(mail["Subject"]))) for mail in inbox.to(who.email)]


def downloaded(page: Page, link: str) -> list[str]:
    with page.expect_download() as waiting:
        page.locator(f"a[download][href*='{link}']").first.click()
    book = load_workbook(BytesIO(waiting.value.path().read_bytes()))
    return [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_a_coordinator_goes_round_the_whole_cycle(people: Any, inbox: Inbox, browser: Browser) -> None:
    site, who, clock = people
    coordinator, director = who[Role.COORDINATOR], who[Role.DIRECTOR]
    page = site.log_in(site.open(browser), coordinator.email)

    page.get_by_role("button", name="Open de zelfscan voor 2025-2026").click()
    page.get_by_role("link", name="Ga verder met de zelfscan").click()
    fill_scan(page, "planmatig", "geintegreerd")
    close_scan(page)
    assert any("zelfscan 2025-2026 is ingediend" in subject for subject in subjects(inbox, site, director))
    assert subjects(inbox, site, who[Role.GROUP_READER])

    steps.menu(page, "Datagrafiek")
    expect(page.locator("figure svg").first).to_be_visible()

    steps.confirm_priorities(page)
    steps.write_goal(page, GOAL, "Preventie", coordinator.name, date(2026, 5, 20))
    judge_elements(page)
    write_criteria(page)
    steps.add_action(page, "Schoolfoto klaarmaken", coordinator.name, date(2026, 3, 2))

    clock.move_to(BEFORE_THE_LOOK)
    ticking.tick_hour(site.app)
    ticking.tick_hour(site.app)
    reminders = [subject for subject in subjects(inbox, site, coordinator) if GOAL in subject]
    assert len(reminders) == 1

    clock.move_to(SPRING)
    site.log_in(page, coordinator.email)
    page.get_by_role("link", name=GOAL).first.click()
    steps.evaluate(page, date(2026, 5, 20), "partly", "adjust", SEEN, date(2027, 4, 12))

    clock.move_to(NEXT_AUTUMN)
    site.log_in(page, coordinator.email)
    steps.open_rescan(page, "2026-2027")
    page.get_by_role("link", name="Ga verder met de zelfscan").click()
    page.locator("main").get_by_role("link", name="Begin", exact=True).click()
    expect(page.get_by_text("Vorige keer: Planmatig")).to_be_visible()
    steps.menu(page, "Zelfscan")
    fill_scan(page, "geintegreerd", "systematisch")
    close_scan(page)

    steps.menu(page, "Overzicht")
    expect(page.get_by_text("Wat veranderde sinds vorig schooljaar")).to_be_visible()
    steps.menu(page, "Geschiedenis")
    expect(page.get_by_text("van planmatig naar geïntegreerd").first).to_be_visible()

    steps.menu(page, "Exporteren")
    words = downloaded(page, "alles.xlsx?jaren=alle")
    assert {GOAL, SEEN, "Schoolfoto klaarmaken", "2025-2026", "2026-2027", "Vier van de vijf scholen"} <= set(
        words
    )


def test_the_network_admin_adds_a_centre_invites_its_people_and_switches_a_plugin_off(
    people: Any, inbox: Inbox, browser: Browser
) -> None:
    site, who, _ = people
    page = site.log_in(site.open(browser), who[Role.NETWORK_ADMIN].email)

    page.goto("/beheer/centra")
    page.get_by_role("link", name=re.compile("(Nieuw centrum|Voeg een centrum toe)")).first.click()
    page.fill("[name=name]", "CLB Nieuwveld")
    page.locator("main form button[type=submit]").last.click()
    steps.said(page, "CLB Nieuwveld")

    page.goto("/beheer/mensen")
    page.get_by_role("link", name=re.compile("odig")).first.click()
    page.fill("[name=name]", "Nora Nieuw")
    page.fill("[name=email]", "nora@nieuwveld.test")
    page.select_option("[name=role]", "director")
    page.select_option("[name=centre]", label="CLB Nieuwveld")
    page.locator("main form button[type=submit]").last.click()
    steps.said(page, "Nora")

    site.deliver()
    body = inbox.to("nora@nieuwveld.test")[0].get_payload()[0].get_payload(decode=True).decode()
    guest = site.open(browser)
    guest.goto(re.search(r"http\S+/wachtwoord/\S+", body)[0])  # type: ignore[index]
    guest.fill("[name=password]", "vier-eigen-woorden-hier")
    guest.locator("main form button[type=submit]").click()
    site.log_in(guest, "nora@nieuwveld.test", "vier-eigen-woorden-hier")
    steps.heading(guest, "CLB Nieuwveld")

    page.goto("/beheer/modules")
    row = page.locator("tr", has_text="CLB Nieuwveld")
    row.get_by_role("switch").first.click()
    expect(
        page.locator("tr", has_text="CLB Nieuwveld").locator("[role=switch][aria-checked=false]")
    ).to_have_count(1)
