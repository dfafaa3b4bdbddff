"""kill -9 of the worker in the middle of its jobs, again and again, while dossiers flow: all arrive, the books agree."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.dossiers.payments import take_at_counter
from tests.dossiers.situations import received
from tests.factories import COMMUNE, Make
from tests.invariants.checker import check, read
from tests.invariants.conftest import House

ROOT = Path(__file__).parent.parent.parent
DOSSIERS, KILLS, PATIENCE = 10, 5, 120.0
IN_HAND = "SELECT count(*) FROM job WHERE state = 'waiting' AND attempts > 0"
STARTS = "SELECT COALESCE(sum(attempts), 0) FROM job"


class Worker:
    """`motcua worker` on the house's database, store and keys."""

    def __init__(self, house: House) -> None:
        self.environment = {
            **os.environ, "MOTCUA_DATABASE_URL": house.app_dsn, "MOTCUA_STORE_URL": f"folder://{house.store}",
            "MOTCUA_SECRET_KEY": "x" * 40, "MOTCUA_DEMO": "true", "MOTCUA_KEYS_FOLDER": str(house.keys),
            "MOTCUA_WORKER_METRICS_PORT": "0", "MOTCUA_LOG_LEVEL": "error",
        }
        self.process: asyncio.subprocess.Process | None = None

    async def begin(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app.cli", "worker", cwd=ROOT, env=self.environment,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )

    async def end(self, number: int) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()


@pytest.fixture
async def worker(house: House) -> AsyncIterator[Worker]:
    one = Worker(house)
    await one.begin()
    yield one
    await one.end(signal.SIGTERM)


async def value(make: Make, sql: str, *args: object) -> Any:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return await db.value(sql, *args)


async def until(is_so: Callable[[], Awaitable[Any]]) -> None:
    """Look until it is so; the test's own patience ends the waiting."""
    while not await is_so():  # noqa: ASYNC110 (another process makes it so)
        await asyncio.sleep(0.02)


async def whole_way(make: Make, online: bool) -> UUID:
    """One dossier from submission to its return; what machines do is left to the worker."""
    dossier_id = await received(make, **({"channel": "online", "return_way": "online"} if online else {}))
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    for step, action, role in (("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk")):
        await until(lambda step=step: _open(make, dossier_id, step))  # type: ignore[misc]
        await make.act(dossier_id, step, action, role)
    if not online:
        await until(lambda: _open(make, dossier_id, "return_result"))
        officer, case = await make.officer("reception"), await make.case(dossier_id)
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await take_at_counter(db, make.tools, case, officer=officer)
        await make.act(dossier_id, "return_result", "hand_over", "reception",
                       given={"collector": "Tạ Quang Nhẫn", "paper": "Căn cước"})
    return dossier_id


async def _open(make: Make, dossier_id: UUID, step: str) -> bool:
    return bool(await value(make, "SELECT count(*) FROM step WHERE dossier_id = $1 AND name = $2", dossier_id, step))


async def kill_in_the_middle(make: Make, worker: Worker, dice: random.Random) -> None:
    """Once this worker has begun a job: kill -9 while jobs are in hand, and start another."""
    begun = await value(make, STARTS)

    async def busy() -> bool:
        return bool(await value(make, STARTS) > begun and await value(make, IN_HAND))

    await until(busy)
    await asyncio.sleep(dice.uniform(0, 0.2))
    await worker.end(signal.SIGKILL)
    await worker.begin()


async def test_killed_workers_lose_nothing_and_do_nothing_twice(house: House, worker: Worker) -> None:
    make, dice = house.make, random.Random(20261122)
    async with asyncio.timeout(PATIENCE):
        flow = [asyncio.ensure_future(whole_way(make, online=n % 3 == 0)) for n in range(DOSSIERS)]
        kills = 0
        while kills < KILLS and not all(one.done() for one in flow):
            killing = asyncio.ensure_future(kill_in_the_middle(make, worker, dice))
            await asyncio.wait({killing, asyncio.ensure_future(_all(flow))}, return_when=asyncio.FIRST_COMPLETED)
            if killing.done():
                kills += 1
            else:
                killing.cancel()
        dossiers = await asyncio.gather(*flow)

        async def nothing_waits() -> bool:
            return not await value(make, "SELECT count(*) FROM job WHERE state = 'waiting'")

        await until(nothing_waits)
    assert kills >= 3
    for one in dossiers:
        assert (await make.case(one)).state.value == "returned"
    facts = await read(house.superuser_dsn, house.store, {}, finished=True)
    assert check(facts) == []
    assert [row["key"] for row in facts["job"] if row["state"] != "done"] == []


async def _all(flow: Sequence[asyncio.Future[UUID]]) -> None:
    await asyncio.wait(flow)
