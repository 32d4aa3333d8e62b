from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.browser.conftest import axe, axe_source, browser, serve
from tests.world import World

__all__ = ["axe", "axe_source", "browser", "serve"]


@pytest.fixture
def a_year_on(world: World) -> World:
    """A world whose centre submitted a scan a school year ago."""
    with time_machine.travel(datetime.now(UTC) - timedelta(days=365), tick=False):
        world.submit()
    return world
