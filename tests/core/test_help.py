"""Help and the accessibility statement: readable by anyone, whole, and safe."""

from __future__ import annotations

import re

import pytest

from core.config import data_folder
from core.views.help import help_pages
from tests.world import World

FOLDER = data_folder("content") / "help"


def test_every_file_of_help_is_a_page_in_the_order_of_the_numbers() -> None:
    names = [path.stem.partition("-")[2] for path in sorted(FOLDER.glob("*.md"))]
    assert [page.key for page in help_pages()] == names
    assert names[0] == "aan-de-slag"
    assert len(names) >= 10


def test_every_page_of_help_opens_without_a_log_in(world: World) -> None:
    client = world.app.test_client()
    assert client.get("/hulp").status_code == 200
    for page in help_pages():
        answer = client.get(f"/hulp/{page.key}")
        assert answer.status_code == 200
        assert f"<h1>{page.title}</h1>" in answer.text


def test_a_page_of_help_that_does_not_exist_is_no_page(world: World) -> None:
    for page in ("bestaat-niet", "..%2f..%2fpyproject", "01-aan-de-slag"):
        assert world.app.test_client().get(f"/hulp/{page}").status_code == 404


@pytest.mark.parametrize("page", help_pages(), ids=lambda page: page.key)
def test_links_between_pages_of_help_lead_somewhere(page) -> None:
    known = {other.key for other in help_pages()}
    assert set(re.findall(r'href="([^"]+)"', page.body)) <= known


@pytest.mark.parametrize("page", help_pages(), ids=lambda page: page.key)
def test_headings_of_help_start_below_the_title(page) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)>", page.body)]
    assert levels
    assert 1 not in levels
    assert levels[0] == 2


def test_html_in_a_help_file_is_shown_as_text(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.views import help as module

    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "01-x.md").write_text(
        "# Titel\n\nEerst.\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))"
    )
    monkeypatch.setattr(module, "data_folder", lambda name: tmp_path)
    (page,) = module.help_pages.__wrapped__()
    assert "<script>" not in page.body
    assert 'href="javascript' not in page.body
    assert (page.title, page.lead) == ("Titel", "Eerst.")


def test_the_accessibility_statement_says_what_the_law_asks(world: World) -> None:
    page = world.app.test_client().get("/toegankelijkheid").text
    for text in ("WCAG 2.1", "Bestuursdecreet", "gedeeltelijk", "Opgesteld op", "POC+", "Ombudsdienst"):
        assert text in page
