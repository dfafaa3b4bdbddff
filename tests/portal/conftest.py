"""The whole application in this process, on the test database; citizens with a session, as sign-in leaves them."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.citizens.models import Citizen
from app.dossiers.tools import Tools
from app.faces.access import COOKIE
from app.portal import track, verify
from app.sessions import service as sessions
from app.settings import Settings
from tests.factories import Make
from tests.houses import whole_house

HOME = "http://motcua.test"


@dataclass
class Browser:
    """One person's browser without scripts: it keeps its cookies and sends each form with its token."""

    client: httpx.AsyncClient
    citizen: Citizen | None = None
    token: str = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """A page. The token of its forms is kept for the next `post`."""
        answer = await self.client.get(path, **options)
        if "html" in answer.headers.get("content-type", ""):
            found = re.search(r'name="csrf_token" value="([^"]*)"', answer.text)
            self.token = found[1] if found else self.token
        return answer

    async def post(self, path: str, files: Any = None, headers: Any = None, **fields: Any) -> httpx.Response:
        """A form sent; the answer as it came, usually a redirect."""
        return await self.client.post(path, data={"csrf_token": self.token, **fields}, files=files, headers=headers)

    async def shown(self, path: str) -> str:
        """A page's text as people read it."""
        answer = await self.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return html.unescape(answer.text)


SignedIn = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def house(tools: Tools) -> httpx.ASGITransport:
    """The application with the test's tools; nobody has tried anything yet."""
    app = whole_house(Settings(demo=True, second_factor=False, public_url=HOME), tools)
    for limit in (track.TRIES, verify.TRIES):
        limit._tries.clear()
    return httpx.ASGITransport(app, raise_app_exceptions=False)


@pytest.fixture
async def anybody(house: httpx.ASGITransport) -> AsyncIterator[Browser]:
    """Somebody who has not signed in."""
    async with httpx.AsyncClient(transport=house, base_url=HOME) as client:
        yield Browser(client)


@pytest.fixture
async def signed_in(house: httpx.ASGITransport, make: Make) -> AsyncIterator[SignedIn]:
    """`await signed_in()` is a new citizen's browser; `await signed_in(citizen)` that citizen's."""
    clients: list[httpx.AsyncClient] = []

    async def open_browser(citizen: Citizen | None = None, **known: Any) -> Browser:
        citizen = citizen or await make.citizen(**known)
        async with make.database.transaction() as db:
            word = await sessions.open_session(db, "citizen", citizen_id=citizen.id)
            secret = await db.value("SELECT secret FROM session WHERE digest = $1", sessions.digest_of(word))
        client = httpx.AsyncClient(transport=house, base_url=HOME, cookies={COOKIE: word})
        clients.append(client)
        return Browser(client, citizen, secret)

    yield open_browser
    for client in clients:
        await client.aclose()
