"""A database of its own, so that a sweep finds what a test planted and nothing else; and the pages people press on."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from app import desk, overview
from app.faces import languages, static_files
from app.sessions import service as sessions
from tests.factories import OFFICES, Make
from tests.houses import part_of_the_house
from tests.invariants.conftest import House, house
from tests.overview.conftest import Desk

__all__ = ["House", "house"]

SignIn = Callable[..., Awaitable[Desk]]


@pytest.fixture
def make(house: House) -> Make:
    return house.make


@pytest.fixture
async def sign_in(make: Make) -> AsyncIterator[SignIn]:
    """`await sign_in("head")` gives the browser of that officer."""
    made = part_of_the_house(make.tools, overview.router, desk.router, static_files.router, languages.router)
    opened: list[Desk] = []

    async def enter(role: str, office: str = "tanmai") -> Desk:
        officer = await make.officer(role, office)
        async with make.database.transaction(offices=OFFICES) as db:
            word = await sessions.open_session(db, "officer", officer_id=officer.id)
            found = await sessions.find(db, word)
        assert found is not None
        one = Desk(transport=httpx.ASGITransport(app=made), base_url="http://localhost", cookies={"motcua": word})
        one.secret, one.word = found.secret, word
        opened.append(one)
        return one

    yield enter
    for one in opened:
        await one.aclose()
