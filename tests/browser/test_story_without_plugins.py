"""The whole cycle in a browser with every plugin off: core's plain forms carry it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from core.db import connected
from core.people import Role, User
from core.steps.account import hash_password
from tests.browser import steps
from tests.browser.conftest import PASSWORD, Site
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

AUTUMN = datetime(2025, 10, 6, 8, tzinfo=UTC)
SPRING = datetime(2026, 5, 20, 8, tzinfo=UTC)
NEXT_AUTUMN = datetime(2026, 9, 14, 8, tzinfo=UTC)
GOAL = "Elke school bespreekt haar signalen met ons"


def people_of(site: Site) -> dict[Role, User]:
    """Two centres with people who can log in; every plugin off for the first."""
    with site.app.app_context(), connected():
        world = World(site.app)
        User.update(password_hash=hash_password(PASSWORD)).execute()
        for plugin in site.app.extensions["poolster.plugins"]:
            world.switch(plugin.name, False)
        return world.people


def fill_plainly(page: Page, stage: str, wish: str) -> None:
    """Rate every block alike, and submit with the first three blocks as priorities."""
    for field in page.locator("select[name^=stage-]").all():
        field.select_option(label=stage)
    for field in page.locator("select[name^=wish-]").all():
        field.select_option(value=wish)
    page.get_by_role("button", name="Bewaar en ga verder").click()
    for place in (1, 2, 3):
        page.locator(f"#priority-{place}").select_option(index=place + 1)
    page.get_by_label("onze antwoorden zijn definitief").check()
    page.get_by_role("button", name="Dien de zelfscan in").click()
    steps.said(page, "ingediend")


def test_a_centre_without_plugins_goes_round_the_whole_cycle(serve: Any, browser: Browser) -> None:
    with time_machine.travel(AUTUMN, tick=True) as clock:
        site = serve()
        people = people_of(site)
        coordinator = people[Role.COORDINATOR]
        page = site.log_in(site.open(browser), coordinator.email)

        page.get_by_role("button", name="Open de zelfscan voor 2025-2026").click()
        page.get_by_role("link", name="Ga verder met de zelfscan").click()
        fill_plainly(page, "Planmatig", "3")
        steps.confirm_priorities(page)
        steps.write_goal(page, GOAL, "Preventie", coordinator.name, date(2026, 5, 20))
        steps.add_action(page, "Schoolfoto klaarmaken", coordinator.name, date(2026, 3, 2))

        clock.move_to(SPRING)
        site.log_in(page, coordinator.email)
        expect(page.get_by_role("link", name="Schoolfoto klaarmaken")).to_be_visible()  # late by now
        page.get_by_role("link", name=GOAL).first.click()
        steps.evaluate(
            page,
            date(2026, 5, 20),
            "partly",
            "adjust",
            "De helft van de scholen deed mee.",
            date(2027, 4, 12),
        )

        clock.move_to(NEXT_AUTUMN)
        site.log_in(page, coordinator.email)
        steps.open_rescan(page, "2026-2027")
        expect(page.get_by_role("link", name=GOAL).first).to_be_visible()  # runs on, without a copy
        page.get_by_role("link", name="Ga verder met de zelfscan").click()
        expect(page.get_by_text("Vorige keer: Planmatig").first).to_be_visible()
        fill_plainly(page, "Geïntegreerd", "4")
        steps.menu(page, "Geschiedenis")
        expect(page.get_by_text("van planmatig naar geïntegreerd").first).to_be_visible()
