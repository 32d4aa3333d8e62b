"""A block in a real browser: saved at every change, one question after the other, nothing typed lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.db import connected, database
from core.steps import account
from plugins.survey.answers import from_json
from tests.browser.conftest import PASSWORD, Site
from tests.plugins.survey.filling import BLOCK, draft, fill
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

PAGE = f"zelfscan/bouwsteen/{BLOCK}"


class Opened:
    """A served world with an open scan, and a browser window in which the coordinator is logged in."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        with site.app.app_context(), connected():
            self.world = World(site.app)
            self.scan = self.world.open_cycle()
            user = self.world.coordinator
            user.password_hash = account.hash_password(PASSWORD)
            user.save()
        self._browser = browser

    def window(self, **how: Any) -> Page:
        return self.site.log_in(self.site.open(self._browser, **how), self.world.coordinator.email)

    def block(self, **how: Any) -> Page:
        page = self.window(**how)
        page.goto(self.world.url(PAGE))
        return page


@pytest.fixture
def opened(serve: Any, browser: Browser) -> Iterator[Opened]:
    made = Opened(serve(), browser)
    with made.site.app.app_context():
        database.connect(reuse_if_open=True)
        yield made


def saved(page: Page) -> None:
    expect(page.locator(".actions .save-state")).to_contain_text("Bewaard ")


def tick(page: Page, box: str) -> None:
    page.locator(f"label[for={box}]").click()


def test_questions_come_one_after_the_other_and_every_change_is_saved(opened: Opened) -> None:
    page = opened.block()
    expect(page.locator("#ambitie")).to_be_hidden()
    tick(page, "stadium-planmatig")
    expect(page.locator("#ambitie")).to_be_visible()
    expect(page.locator("#keuze")).to_be_hidden()
    for box in ("ambitie-keep", "keuze-beide", "verschillen-nee", "hefbomen-mensen", "knelpunten-geen"):
        tick(page, box)
    expect(page.locator(".side-list li.is-complete")).to_have_count(1)
    saved(page)
    page.reload()
    expect(page.locator("#knelpunten-geen")).to_be_checked()
    expect(page.locator(".side-progress")).to_contain_text("1 van 13")


def test_only_wishes_above_the_stage_are_offered(opened: Opened) -> None:
    page = opened.block()
    tick(page, "stadium-geintegreerd")
    expect(page.locator("#ambitie .option:visible")).to_have_count(2)
    tick(page, "ambitie-systematisch")
    saved(page)
    tick(page, "stadium-systematisch")
    expect(page.locator("#ambitie-error")).to_contain_text("Jullie staan al op dat stadium")
    expect(page.locator("#ambitie-systematisch")).to_be_checked()
    tick(page, "ambitie-keep")
    expect(page.locator("#ambitie-error")).to_have_count(0)


def test_no_rules_the_other_answers_out(opened: Opened) -> None:
    page = opened.block()
    for box in (
        "stadium-planmatig",
        "ambitie-keep",
        "keuze-beide",
        "verschillen-teams",
        "verschillen-anders",
    ):
        tick(page, box)
    expect(page.locator("#verschillen_other")).to_be_visible()
    tick(page, "verschillen-nee")
    expect(page.locator("#verschillen-teams")).not_to_be_checked()
    expect(page.locator("#verschillen_other")).to_be_hidden()
    tick(page, "verschillen-teams")
    expect(page.locator("#verschillen-nee")).not_to_be_checked()
    tick(page, "hefbomen-mensen")
    tick(page, "hefbomen-geen")
    expect(page.locator("#hefbomen-mensen")).not_to_be_checked()


def test_what_was_typed_stays_without_a_connection_and_is_saved_with_one(opened: Opened) -> None:
    page = opened.block()
    page.route("**/bewaar", lambda route: route.abort())
    tick(page, "stadium-planmatig")
    expect(page.locator(".actions .save-state")).to_contain_text("Niet bewaard: geen verbinding")
    page.unroute("**/bewaar")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert from_json(draft().answers)["stadium"].chosen == ("planmatig",)
    opened.site.complaints.clear()  # the console says that the connection failed, and rightly so


def test_a_click_on_a_link_saves_what_was_just_typed(opened: Opened) -> None:
    page = opened.block()
    for box in ("stadium-planmatig", "ambitie-keep", "keuze-beide"):
        tick(page, box)
    page.locator("[data-note=keuze_note] summary").click()
    page.locator("#keuze_note").type("Net getypt")
    page.locator(".side-list a").nth(1).click()
    page.wait_for_url("**/kernprocessen")
    assert from_json(draft().answers)["keuze"].note == "Net getypt"


def test_the_button_waits_for_the_save_before_it(opened: Opened) -> None:
    page = opened.block()
    tick(page, "stadium-planmatig")
    page.get_by_role("button", name="Bewaar en ga verder").click()
    page.wait_for_url("**/kernprocessen")
    assert from_json(draft().answers)["stadium"].chosen == ("planmatig",)


def test_who_is_late_keeps_the_text_and_sees_both(opened: Opened) -> None:
    mine, theirs = opened.block(), opened.block()
    for box in ("stadium-planmatig", "ambitie-keep", "keuze-beide"):
        tick(theirs, box)
    saved(theirs)
    tick(mine, "stadium-systematisch")
    expect(mine.locator(".survey-problem")).to_contain_text("andere antwoorden")
    expect(mine.locator("#stadium-systematisch")).to_be_checked()
    mine.get_by_role("button", name="Bewaar en ga verder").click()
    expect(mine.locator(".conflict").first).to_contain_text("Planmatig")
    expect(mine.locator("#stadium-systematisch")).to_be_checked()


def test_a_note_over_its_limit_says_so_while_typing(opened: Opened) -> None:
    page = opened.block()
    for box in ("stadium-planmatig", "ambitie-keep", "keuze-beide"):
        tick(page, box)
    page.locator("[data-note=keuze_note] summary").click()
    page.locator("#keuze_note").fill("x" * 2010)
    expect(page.get_by_text("10 tekens te veel")).to_be_visible()
    expect(page.locator("#keuze_note-error")).to_contain_text("te lang")
    expect(page.locator("#keuze_note")).to_have_value("x" * 2010)


def test_it_all_works_without_script(opened: Opened) -> None:
    page = opened.block(script=False)
    for box in (
        "stadium-planmatig",
        "ambitie-keep",
        "keuze-beide",
        "verschillen-nee",
        "hefbomen-geen",
        "knelpunten-geen",
    ):
        tick(page, box)
    page.get_by_role("button", name="Bewaar en ga verder").click()
    page.wait_for_url("**/kernprocessen")
    expect(page.locator(".side-list li.is-complete")).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everyone_can_use_every_page(opened: Opened, axe: Any, width: int, dark: bool) -> None:
    fill(opened.world, opened.scan, 10)
    page = opened.window(width=width, dark=dark)
    paths = [
        PAGE,
        "zelfscan/bouwsteen/praktijken",
        "zelfscan/bouwstenen",
        "zelfscan/inspiratie",
        "zelfscan/prioriteiten",
    ]
    for path in [*paths, "zelfscan/overzicht", "zelfscan/indienen"]:
        page.goto(opened.world.url(path))
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(opened.world.url("zelfscan/prioriteiten"))
    page.locator("#chosen-1").select_option("")
    page.get_by_role("button", name="Bewaar en ga verder").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []
