"""What people do on core's pages, as the stories tell it: one function for each thing they come to do."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect


def heading(page: Page, text: str) -> None:
    """The page with this title is open."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def said(page: Page, text: str) -> None:
    """The page says what happened."""
    expect(page.locator(".flash").first).to_contain_text(text)


def menu(page: Page, label: str) -> None:
    """Follow a link of the centre's menu."""
    page.locator(".site-nav").get_by_role("link", name=label, exact=True).click()


def confirm_priorities(page: Page) -> None:
    menu(page, "Prioriteiten")
    page.get_by_role("button", name="Bevestig de prioriteiten").click()
    said(page, "rioriteiten")


def write_goal(page: Page, title: str, block: str, owner: str, first_evaluation: date) -> None:
    """A new goal, from the plan to the agreed goal's own page."""
    menu(page, "Verbeterplan")
    page.get_by_role("link", name="Nieuw doel").first.click()
    page.fill("[name=title]", title)
    page.select_option("[name=block]", label=block)
    page.select_option("[name=owner_id]", label=owner)
    page.fill("[name=first_evaluation]", first_evaluation.isoformat())
    page.get_by_role("button", name="Bewaar het doel").click()
    heading(page, title)
    page.get_by_role("button", name="Spreek dit doel af").click()
    said(page, "afgesproken")


def add_action(page: Page, title: str, owner: str, due_on: date) -> None:
    """A new action under the goal whose page is open."""
    page.get_by_role("link", name="Nieuwe actie").click()
    page.fill("[name=title]", title)
    page.select_option("[name=owner_id]", label=owner)
    page.fill("[name=due_on]", due_on.isoformat())
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("link", name=title)).to_be_visible()


def evaluate(
    page: Page, held_on: date, verdict: str, follow_up: str, seen: str, next_due: date | None = None
) -> None:
    """Fill in the evaluation of the goal whose page is open."""
    page.get_by_role("link", name=re.compile("^Vul de evaluatie in|^Vul ze in")).first.click()
    page.fill("[name=held_on]", held_on.isoformat())
    _choose(page, "verdict", verdict)
    page.fill("[name=seen]", seen)
    _choose(page, "follow_up", follow_up)
    if next_due:
        page.fill("[name=next_due]", next_due.isoformat())
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text(seen)).to_be_visible()


def _choose(page: Page, name: str, value: str) -> None:
    """Choose a value, whether the page offers radio buttons or a list."""
    radio = page.locator(f"input[type=radio][name={name}][value={value}]")
    if radio.count():
        radio.check()
    else:
        page.select_option(f"[name={name}]", value)


def open_rescan(page: Page, year: str) -> None:
    """From a centre's home to the next school year's scan."""
    menu(page, "Overzicht")
    page.locator(".wheel-list").get_by_role("link", name="Herscan").click()
    page.get_by_role("button", name=f"Open de herscan voor {year}").click()
    said(page, year)
