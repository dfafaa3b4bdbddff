"""Outside systems that behave well, and the tools of an office that is connected to them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from app.dossiers.tools import Tools
from app.gateways.payment import HttpPayment
from app.gateways.post import HttpPost
from app.gateways.sms import HttpSms
from app.kit.db import Database
from tests.factories import Make
from tests.simulators.standing import SECRET, Listener, Standing, stand


@dataclass(frozen=True)
class Outside:
    """A calm simulator, where its messages arrive, and an office connected to it."""

    standing: Standing
    listener: Listener
    make: Make

    @property
    def tools(self) -> Tools:
        return self.make.tools


async def _standing(name: str, folder: pytest.TempPathFactory) -> AsyncIterator[tuple[Standing, Listener]]:
    async with Listener() as listener:
        standing = await stand(name, folder.mktemp(name) / "book.sqlite", "--calm", "--callback-url", listener.url)
        yield standing, listener
        await standing.stop()


@pytest.fixture(scope="session")
async def standing_payment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Standing, Listener]]:
    async for one in _standing("payment", tmp_path_factory):
        yield one


@pytest.fixture(scope="session")
async def standing_post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Standing, Listener]]:
    async for one in _standing("post", tmp_path_factory):
        yield one


@pytest.fixture(scope="session")
async def standing_sms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Standing, Listener]]:
    async for one in _standing("sms", tmp_path_factory):
        yield one


@pytest.fixture
async def payment(
    standing_payment: tuple[Standing, Listener], database: Database, tools: Tools
) -> AsyncIterator[Outside]:
    gateway = HttpPayment(standing_payment[0].url, SECRET)
    yield Outside(*standing_payment, Make(database, replace(tools, payment=gateway)))
    await gateway.close()


@pytest.fixture
async def post(standing_post: tuple[Standing, Listener], database: Database, tools: Tools) -> AsyncIterator[Outside]:
    gateway = HttpPost(standing_post[0].url, SECRET)
    yield Outside(*standing_post, Make(database, replace(tools, post=gateway)))
    await gateway.close()


@pytest.fixture
async def sms(standing_sms: tuple[Standing, Listener], database: Database, tools: Tools) -> AsyncIterator[Outside]:
    gateway = HttpSms(standing_sms[0].url, SECRET)
    yield Outside(*standing_sms, Make(database, replace(tools, sms=gateway)))
    await gateway.close()
