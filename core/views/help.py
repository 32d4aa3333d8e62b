"""Help: the Markdown files of content/help, in the order of the numbers before their names. For everyone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from core.access import PUBLIC, needs
from core.config import data_folder

pages = Blueprint("help", __name__)


@dataclass(frozen=True)
class HelpPage:
    """A page of help: its name in the address, its first heading, its first paragraph, and the rest as HTML."""

    key: str
    title: str
    lead: str
    body: Markup


@lru_cache
def help_pages() -> tuple[HelpPage, ...]:
    """Every page of help, in order. Read and rendered once, when someone first asks for help."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False})
    found = []
    for path in sorted((data_folder("content") / "help").glob("[0-9]*-*.md")):
        title, lead, rest = _parts(path.read_text(encoding="utf-8"))
        body = Markup(markdown.render(rest))  # nosec B704: our own text, in which HTML is off
        found.append(HelpPage(path.stem.partition("-")[2], title, lead, body))
    return tuple(found)


def _parts(text: str) -> tuple[str, str, str]:
    """The title, the first paragraph and the rest of a file that starts with `# Title`."""
    heading, _, rest = text.strip().partition("\n")
    lead, _, rest = rest.strip().partition("\n\n")
    return re.sub(r"^#\s*", "", heading).strip(), " ".join(lead.split()), rest


@pages.get("/hulp")
@pages.get("/hulp/<page>")
@needs(PUBLIC)
def show(page: str | None = None) -> str:
    """The list of help pages, or one of them."""
    known = help_pages()
    if page is None:
        return render_template("help/index.html", help_pages=known)
    shown = next((help_page for help_page in known if help_page.key == page), None) or abort(404)
    return render_template("help/page.html", shown=shown, help_pages=known)
