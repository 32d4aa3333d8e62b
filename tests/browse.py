"""Filling in a page as a browser without script does: every field of the form goes along."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient


class Forms(HTMLParser):
    """The posting forms of a page: where each goes, and what it would send as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self._inside = False
        self._select = self._text = ""
        self._chosen: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = has.get("method", "").lower() == "post"
            if self._inside:
                self.found.append((has.get("action", ""), []))
        if not self._inside or ((name := has.get("name", "")) == "" and tag != "option"):
            return
        fields = self.found[-1][1]
        if tag == "input" and (
            has.get("type", "text") not in ("checkbox", "radio", "submit") or "checked" in has
        ):
            fields.append((name, has.get("value", "on")))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and (self._chosen is None or "selected" in has):
            self._chosen = has.get("value", "")
        elif tag == "textarea":
            self._text = name
            fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._inside and self._text:
            name, value = self.found[-1][1][-1]
            self.found[-1][1][-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._inside:
            self.found[-1][1].append((self._select, self._chosen or ""))
        elif tag == "textarea":
            self._text = ""
        elif tag == "form":
            self._inside = False


def fill(client: FlaskClient, path: str, follow: bool = True, **values: Any) -> Any:
    """Open a page, fill in its form and send it; a list fills fields of one name in order. Returns the answer."""
    page = client.get(path, follow_redirects=True)
    assert page.status_code == 200, f"{path}: {page.status_code}"
    forms = Forms(page.text).found
    fitting = [form for form in forms if set(values) <= {name for name, _ in form[1]}]
    action, fields = max(fitting or forms, key=lambda form: len(form[1]))
    data: dict[str, Any] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return client.post(action or page.request.path, data={**data, **values}, follow_redirects=follow)


def forms_of(page: str) -> dict[str, dict[str, str]]:
    """What the posting forms of a page would send as they stand, by address."""
    return {action: dict(fields) for action, fields in Forms(page).found}
