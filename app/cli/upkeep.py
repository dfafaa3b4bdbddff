"""Commands that look after a standing installation: procedures, units, the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.cli.calls import refuse
from app.kit.db import Database, DatabaseAway, open_database
from app.settings import Settings


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The office's database for one command; ends with words when it does not answer."""
    url = settings.database_url or settings.owner_database_url
    if not url:
        refuse("MOTCUA_DATABASE_URL is not set.")
    try:
        opened = await open_database(url, smallest=1, largest=2)
    except DatabaseAway:
        refuse("The database does not answer; see: motcua doctor")
    try:
        yield opened
    finally:
        await opened.close()


async def publish(settings: Settings) -> None:
    """Publish what is new in the workflows folder: all of it or, with words about every fault, nothing."""
    from app.procedures.reading import PackageRefused
    from app.procedures.service import publish_all

    async with database(settings) as opened, opened.transaction() as db:
        try:
            published = await publish_all(db, settings.workflows_folder, province=settings.province)
        except PackageRefused as refused:
            refuse(*str(refused).split("; "))
    for one in published:
        print(f"{one.code}  {'published' if one.fresh else 'unchanged'}  {one.name}")
    if not published:
        refuse(f"There is no procedure in {settings.workflows_folder}.")


async def import_units(settings: Settings, file: Path) -> None:
    """Take in the country's units. The same file twice changes nothing."""
    from app.org.units import import_units as take_in
    from app.org.units import read_units

    periods = await asyncio.to_thread(read_units, file)
    async with database(settings) as opened, opened.transaction() as db:
        report = await take_in(db, periods)
    print(f"{report.added} added, {report.changed} changed, {report.ended} ended, {report.unchanged} unchanged.")


async def prepare_store(settings: Settings) -> None:
    """Make the bucket or folder, and try to break a lock in it. Ends with 2 when nothing can be kept there."""
    from storage import StoreError, open_store

    try:
        store = open_store(settings.store_address)
    except StoreError as error:
        refuse(f"MOTCUA_STORE_URL: {error}")
    try:
        await store.prepare()
        report = await store.probe()
    except StoreError as error:
        refuse(f"The store cannot be prepared: {error}")
    finally:
        await store.close()
    if not (report.reachable and report.writable):
        refuse(f"The store cannot be used: {report.words}")
    print(f"The store is ready, {'WORM' if report.worm else 'no WORM'}: {report.words}")
