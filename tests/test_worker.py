"""The worker as a process: what is queued in a transaction is done after its commit, and only then."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dossiers.test_life import CODE, given
from tests.factories import COMMUNE
from tests.invariants.conftest import House, house

__all__ = ["house"]

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0


@pytest.fixture
async def worker(house: House) -> AsyncIterator[asyncio.subprocess.Process]:
    """`motcua worker` on a database of its own: in the common one the jobs other tests left come before ours."""
    environment = {
        **os.environ, "MOTCUA_DATABASE_URL": house.app_dsn, "MOTCUA_STORE_URL": f"folder://{house.store}",
        "MOTCUA_SECRET_KEY": "x" * 40, "MOTCUA_DEMO": "true", "MOTCUA_KEYS_FOLDER": str(house.keys),
        "MOTCUA_WORKER_METRICS_PORT": "0", "MOTCUA_WORKFLOWS_FOLDER": str(ROOT / "workflows"),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app.cli", "worker", cwd=ROOT, env=environment)
    yield process
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)


async def test_the_worker_prints_what_a_reception_queued(house: House, worker: asyncio.subprocess.Process) -> None:
    make = house.make
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    async with asyncio.timeout(PATIENCE):
        while True:
            async with make.database.transaction(offices=[COMMUNE]) as db:
                printed = await db.value(
                    "SELECT 1 FROM document WHERE dossier_id = $1 AND component = 'receipt'", dossier_id
                )
            if printed:
                break
            await asyncio.sleep(0.05)
    assert worker.returncode is None
