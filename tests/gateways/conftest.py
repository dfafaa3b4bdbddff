"""Simulators started once per session and behaving well; tests of bad behaviour start their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.simulators.conftest import start
from tests.simulators.standing import Listener, Standing, stand

__all__ = ["start"]


@dataclass(frozen=True)
class Outside:
    """A calm simulator and where its messages arrive."""

    standing: Standing
    listener: Listener


async def _calm(name: str, folder: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    async with Listener() as listener:
        standing = await stand(name, folder.mktemp(name) / "book.sqlite", "--calm", "--callback-url", listener.url)
        yield Outside(standing, listener)
        await standing.stop()


@pytest.fixture(scope="session")
async def sms_outside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    async for one in _calm("sms", tmp_path_factory):
        yield one


@pytest.fixture(scope="session")
async def payment_outside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    async for one in _calm("payment", tmp_path_factory):
        yield one


@pytest.fixture(scope="session")
async def post_outside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    async for one in _calm("post", tmp_path_factory):
        yield one


@pytest.fixture
def an_id() -> str:
    return str(uuid4())
