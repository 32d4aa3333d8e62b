"""POC+'s office: centres, school groups, people, modules, mails and the audit trail."""

from __future__ import annotations

from core.views.office import audit, centres, groups, mails, people, plugins
from core.views.office.blueprint import pages

__all__ = ["audit", "centres", "groups", "mails", "pages", "people", "plugins"]
