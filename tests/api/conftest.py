"""The API in this process, on the test database; every client is somebody."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from app.citizens.models import Citizen
from app.dossiers.tools import Tools
from app.sessions.service import open_session
from app.settings import Settings
from tests.factories import PASSWORD, Make
from tests.houses import whole_house

HOME = "http://motcua.test"
AsOfficer = Callable[..., Awaitable[httpx.AsyncClient]]
AsCitizen = Callable[[Citizen], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def house(tools: Tools) -> httpx.ASGITransport:
    """The application with the test's tools."""
    app = whole_house(Settings(demo=True, second_factor=False, public_url=HOME), tools)
    return httpx.ASGITransport(app, raise_app_exceptions=False)


@pytest.fixture
async def stranger(house: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody in particular."""
    async with httpx.AsyncClient(transport=house, base_url=f"{HOME}/api/v1") as client:
        yield client


@pytest.fixture
async def officer(house: httpx.ASGITransport) -> AsyncIterator[AsOfficer]:
    """`await officer("reception")`: a client with that officer's token."""
    clients: list[httpx.AsyncClient] = []

    async def sign_in(role: str, office: str = "tanmai") -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=house, base_url=f"{HOME}/api/v1")
        clients.append(client)
        answer = await client.post("/session", json={"login": f"{role}@{office}", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return client

    yield sign_in
    for client in clients:
        await client.aclose()


@pytest.fixture
async def citizen(house: httpx.ASGITransport, make: Make) -> AsyncIterator[AsCitizen]:
    """`await citizen(person)`: a client with that citizen's session, as the identity provider's return opens it."""
    clients: list[httpx.AsyncClient] = []

    async def sign_in(person: Citizen) -> httpx.AsyncClient:
        async with make.database.transaction() as db:
            word = await open_session(db, "citizen", citizen_id=person.id)
        client = httpx.AsyncClient(
            transport=house, base_url=f"{HOME}/api/v1", headers={"authorization": f"Bearer {word}"}
        )
        clients.append(client)
        return client

    yield sign_in
    for client in clients:
        await client.aclose()
