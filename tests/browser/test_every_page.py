"""Every page that a person can reach by links: no fault for axe, no sideways scroll, a clean console."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from core import demo
from core.db import connected

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

NOT_PAGES = {"static", "public.health"}
PEOPLE = ("coordinator", "medewerker", "scholengroep", "beheer", "begeleider", "directeur3")
LOOKS = [(1280, False), (320, True)]


@pytest.fixture
def site(serve: Any) -> Any:
    served = serve(demo=True)
    with served.app.app_context(), connected():
        demo.fill()
    return served


def endpoint_of(site: Any, url: str) -> str | None:
    """The endpoint behind a link on this site; None for other sites and for what is no page."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != site.url:
        return None
    try:
        endpoint, _ = site.app.url_map.bind("localhost").match(parts.path)
    except HTTPException:
        return None
    return None if endpoint in NOT_PAGES else str(endpoint)


def links(page: Page) -> list[str]:
    found = (
        "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location).href)"
    )
    return list(page.evaluate(found))


def is_download(page: Page, url: str) -> bool:
    return "attachment" in page.request.head(url).headers.get("content-disposition", "")


def walk(site: Any, page: Page, start: str) -> dict[str, str]:
    """One address for each endpoint that can be reached from `start`; visits nothing twice."""
    found: dict[str, str] = {}
    queue = [start]
    while queue:
        url = queue.pop(0)
        endpoint = endpoint_of(site, url)
        if endpoint is None or endpoint in found or is_download(page, url):
            continue
        found[endpoint] = url
        page.goto(url)
        queue += links(page)
    return found


def faults(page: Page, axe: Any) -> list[str]:
    """What is wrong with the page that is open, in sentences."""
    found = [f"axe {rule}: {element}" for rule, element in axe(page)]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("scrolls sideways")
    if page.locator("h1").count() != 1:
        found.append("does not have exactly one h1")
    return found


def test_every_page_of_every_role_is_accessible_wide_and_narrow(
    site: Any, browser: Browser, axe: Any
) -> None:
    seen: dict[str, str] = {}
    wrong: list[str] = []
    for name in PEOPLE:
        page = site.open(browser)
        site.log_in(page, f"{name}@demo.test", demo.network().password)
        pages = {key: url for key, url in walk(site, page, page.url).items() if key not in seen}
        seen |= pages
        state = page.context.storage_state()
        page.context.close()
        for width, dark in LOOKS:
            page = site.open(browser, width, dark)
            page.context.add_cookies(state["cookies"])
            for endpoint, url in pages.items():
                page.goto(url)
                wrong += [
                    f"{name} {width}px {endpoint} {urlsplit(url).path}: {text}" for text in faults(page, axe)
                ]
            page.context.close()
    assert wrong == []
    assert len(seen) > 30


def test_pages_before_the_log_in_are_accessible(site: Any, browser: Browser, axe: Any) -> None:
    wrong = []
    for width, dark in LOOKS:
        page = site.open(browser, width, dark)
        for path in (
            "/aanmelden",
            "/wachtwoord-vergeten",
            "/toegankelijkheid",
            "/wachtwoord/verlopen",
            "/demo/mailbox",
            "/geen-pagina",
        ):
            page.goto(path)
            wrong += [f"{width}px {path}: {text}" for text in faults(page, axe)]
    assert wrong == []
