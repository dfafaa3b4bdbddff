"""The whole application in this process, on the test database; officers sign in as people do."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.dossiers.tools import Tools
from app.settings import Settings
from tests.factories import PASSWORD
from tests.houses import whole_house

HOME = "http://motcua.test"


@dataclass
class Desk:
    """One officer's browser without scripts: it keeps its cookie and sends each form with its token."""

    client: httpx.AsyncClient
    token: str = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """A page. The token of its forms is kept for the next `post`."""
        answer = await self.client.get(path, **options)
        is_page = "html" in answer.headers.get("content-type", "")
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text) if is_page else None
        self.token = found[1] if found else self.token
        return answer

    async def whole(self, path: str) -> str:
        """All pages of a list, one after the other: what other tests left waiting may fill the first."""
        page = (await self.get(path)).text
        following = re.search(r'href="([^"]+)" rel="next"', page)
        return page + (await self.whole(html.unescape(following[1])) if following else "")

    async def post(self, path: str, files: Any = None, **fields: Any) -> httpx.Response:
        """A form sent; the answer as it came, usually a redirect."""
        if not self.token:
            await self.get("/desk")
        return await self.client.post(path, data={"csrf_token": self.token, **fields}, files=files)

    async def said(self, answer: httpx.Response) -> str:
        """The page a redirect leads to."""
        assert answer.status_code == 303, answer.text
        return (await self.get(answer.headers["location"])).text


SignIn = Callable[..., Awaitable[Desk]]


@pytest.fixture
def house(tools: Tools) -> httpx.ASGITransport:
    """The application with the test's tools."""
    app = whole_house(Settings(demo=True, second_factor=False, public_url=HOME), tools)
    return httpx.ASGITransport(app, raise_app_exceptions=False)


@pytest.fixture
async def at_desk(house: httpx.ASGITransport) -> AsyncIterator[SignIn]:
    """`await at_desk("reception")` signs an officer in; `office="phuluong"` at the neighbour's."""
    open_clients: list[httpx.AsyncClient] = []

    async def sign_in(role: str = "", office: str = "tanmai", login: str = "") -> Desk:
        client = httpx.AsyncClient(transport=house, base_url=HOME)
        open_clients.append(client)
        one = Desk(client)
        if role or login:
            entered = await client.post("/desk/sign-in", data={"login": login or f"{role}@{office}", "password": PASSWORD})
            assert entered.status_code == 303, entered.text
        return one

    yield sign_in
    for client in open_clients:
        await client.aclose()
