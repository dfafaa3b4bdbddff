"""The overview over HTTP: the real application on the test database, and an officer who is signed in."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from app import overview
from app.dossiers.tools import Tools
from app.faces import languages, static_files
from app.sessions import service as sessions
from tests.factories import OFFICES, Make
from tests.houses import part_of_the_house


class Desk(httpx.AsyncClient):
    """A signed-in browser without scripts. `secret` is what its forms carry."""

    secret: str = ""
    word: str = ""

    async def press(self, path: str, **fields: object) -> httpx.Response:
        """Send a form of ours and follow to the page it leads to."""
        return await self.post(path, data={**fields, "csrf_token": self.secret}, follow_redirects=True)


SignIn = Callable[..., Awaitable[Desk]]


@pytest.fixture
def house(tools: Tools) -> FastAPI:
    """The overview alone, as `main` would serve it, on the test's tools."""
    return part_of_the_house(tools, overview.router, static_files.router, languages.router)


@pytest.fixture
async def sign_in(house: FastAPI, make: Make) -> AsyncIterator[SignIn]:
    """`await sign_in("head")` gives the browser of that officer."""
    opened: list[Desk] = []

    async def enter(role: str, office: str = "tanmai") -> Desk:
        officer = await make.officer(role, office)
        async with make.database.transaction(offices=OFFICES) as db:
            word = await sessions.open_session(db, "officer", officer_id=officer.id)
            found = await sessions.find(db, word)
        assert found is not None
        desk = Desk(transport=httpx.ASGITransport(app=house), base_url="http://localhost", cookies={"motcua": word})
        desk.secret, desk.word = found.secret, word
        opened.append(desk)
        return desk

    yield enter
    for desk in opened:
        await desk.aclose()
