"""A database of its own: clocks are moved here, and nobody else's timers must hear of it."""

from pathlib import Path

import pytest

from app.procedures.service import publish_all
from tests.factories import OFFICES, Make
from tests.invariants.conftest import House, house

__all__ = ["House", "house"]

WORKFLOWS = Path(__file__).parent.parent.parent / "workflows"


@pytest.fixture
async def make(house: House) -> Make:
    async with house.tools.database.transaction(offices=OFFICES) as db:
        if not await db.value("SELECT count(*) FROM procedure_version WHERE code = '1.013225'"):
            await publish_all(db, WORKFLOWS, province="H99")
    return house.make
