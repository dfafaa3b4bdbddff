"""Simulators started once per session and behaving well; tests of bad behaviour start their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.simulators.standing import Standing, stand

Starter = Callable[..., Awaitable[Standing]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Starter]:
    """Start a simulator for one test: ``await start("sms", "--calm")``."""
    running: list[Standing] = []

    async def starter(name: str, *options: str) -> Standing:
        running.append(await stand(name, tmp_path / f"{name}{len(running)}.sqlite", *options))
        return running[-1]

    yield starter
    for one in running:
        await one.stop()
