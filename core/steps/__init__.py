"""The steps of the cycle: the only code that changes one.

A step checks, writes in one transaction with its audit entry and its mails, and tells the plugins
after the commit. What cannot be done is `Refused`, with a Dutch sentence and the field it is about.
"""

from __future__ import annotations


class Refused(Exception):
    """A step was not done; nothing was written. `messages` are (field, Dutch sentence), field may be ""."""

    def __init__(
        self, message: str = "", field: str = "", messages: list[tuple[str, str]] | None = None
    ) -> None:
        self.messages = messages or [(field, message)]
        super().__init__("; ".join(text for _, text in self.messages))


class Stale(Refused):
    """Someone else saved first; nothing was written. `current` is what stands now."""

    def __init__(self, current: object) -> None:
        self.current = current
        super().__init__("Iemand anders heeft dit intussen gewijzigd.")
