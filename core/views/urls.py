"""School years in addresses."""

from __future__ import annotations

from werkzeug.routing import BaseConverter, ValidationError

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
