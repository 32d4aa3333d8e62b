"""School years and keys in addresses."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from core.dates import SchoolYear


class SchoolYearConverter(BaseConverter):
    """`2025-2026` in an address is a SchoolYear in a view; anything else is no page."""

    regex = r"\d{4}-\d{4}"

    def to_python(self, value: str) -> SchoolYear:
        try:
            return SchoolYear.parse(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: SchoolYear | str) -> str:
        return str(value)


class KeyConverter(IntegerConverter):
    """`<int:…>` in an address is a key that a database can hold; a longer number is no page, and no error."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": 2**31 - 1, **options})
