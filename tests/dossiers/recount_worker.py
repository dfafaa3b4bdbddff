"""A worker process for one job, to be killed: `python -m tests.dossiers.recount_worker DSN JOB`. Small batches."""

import asyncio
import sys
from pathlib import Path

from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.dossiers import recounting
from app.dossiers.tools import Tools
from app.kit.db import open_database
from app.procedures.catalogue import Catalogue
from app.signatures.keyring import Keyring
from app.worker import carry_out
from storage import FolderStore


async def work(dsn: str, job_id: int) -> None:
    database = await open_database(dsn, largest=2)
    tools = Tools(
        database=database, store=FolderStore(Path("nowhere")), catalogue=Catalogue(), calendars=Calendars(load_calendar()),
        keyring=Keyring(Path("nowhere")), public_url="http://motcua.test",
    )
    await carry_out(tools, job_id)


if __name__ == "__main__":
    recounting.BATCH = 10  # type: ignore[misc]
    asyncio.run(work(sys.argv[1], int(sys.argv[2])))
