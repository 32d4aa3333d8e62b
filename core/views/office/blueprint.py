"""What the office's pages share: one blueprint, and finding a row by its key."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, abort

from core.access import person
from core.db import BaseModel

OFFICE = "office.manage"
Found = TypeVar("Found", bound=BaseModel)

pages = Blueprint("office", __name__, url_prefix="/beheer")


def found(model: type[Found], key: int) -> Found:
    """The row with a key, or 404. The office sees the whole network, so nothing else is checked here."""
    row: Found | None = model.get_or_none(model.id == key)
    return row or abort(404)


def me() -> int:
    """The key of the network admin at work."""
    return person().user_id
