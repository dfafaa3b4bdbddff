"""Build the office's tools from its settings: once a process, on the top floor."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import structlog

import signing
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import lay_out, read_decrees, scopes_of
from app.dossiers.tools import Tools
from app.gateways.mail import SmtpMail
from app.gateways.payment import HttpPayment
from app.gateways.population import HttpPopulation
from app.gateways.post import HttpPost
from app.gateways.sms import HttpSms
from app.kit.db import Database, open_database
from app.kit.errors import Refusal
from app.kit.replica import Replica
from app.observing import REPLICA_LAG
from app.procedures.catalogue import Catalogue
from app.settings import Settings
from app.signatures.keyring import Keyring
from storage import open_store

Gateway = TypeVar("Gateway")
LOOK_AT_REPLICA: Final = 1.0
LOOK_FOR_CALENDARS: Final = 2.0  # seconds between two looks; recounting.SETTLED is well above it


@asynccontextmanager
async def equip(settings: Settings) -> AsyncIterator[Tools]:
    """The tools for as long as the process runs. Raises DatabaseAway when the database does not answer at all."""
    database = await open_database(
        settings.database_url, smallest=settings.pool_least, largest=settings.pool_most,
        statement_cache=0 if settings.database_pooler else 200,
    )
    decrees = read_decrees()
    calendars = Calendars(lay_out(decrees, scopes_of(settings.province)), decrees=decrees, province=settings.province)
    population = _connected(HttpPopulation, settings.population_url, settings.population_secret.get_secret_value())
    payment = _connected(HttpPayment, settings.payment_url, settings.payment_secret.get_secret_value())
    post = _connected(HttpPost, settings.post_url, settings.post_secret.get_secret_value())
    sms = _connected(HttpSms, settings.sms_url, settings.sms_secret.get_secret_value())
    tools = Tools(
        database=database, store=open_store(settings.store_address), catalogue=Catalogue(), calendars=calendars,
        keyring=_keyring(settings), public_url=settings.public_url.rstrip("/"), population=population, payment=payment,
        post=post, sms=sms, mail=SmtpMail(settings.smtp_url, settings.mail_from) if settings.smtp_url else None,
        demo=settings.demo,
    )
    following: list[asyncio.Task[None]] = []
    try:
        async with database.transaction() as db:
            await calendars.refresh(db)
        following.append(asyncio.create_task(_follow(database, calendars)))
        if settings.replica_database_url:
            database.replica = await _beside(settings)
            following.append(asyncio.create_task(_look_at_replica(database, database.replica)))
        yield tools
    finally:
        for one in following:
            one.cancel()
        if following:
            await asyncio.wait(following)
        if database.replica is not None:
            await database.replica.database.close()
        for gateway in (population, payment, post, sms):
            if gateway is not None:
                await gateway.close()
        await database.close()


async def _follow(database: Database, calendars: Calendars) -> None:
    """Take over changed calendars while the process runs. What fails now is tried again in a moment."""
    while True:
        await asyncio.sleep(LOOK_FOR_CALENDARS)
        try:
            async with database.transaction() as db:
                if await calendars.refresh(db):
                    structlog.get_logger().info("calendars", offices=len(calendars.every()) - 1)
        except Exception as problem:
            log = structlog.get_logger()
            (log.warning if isinstance(problem, Refusal) else log.error)("calendars not read", error=type(problem).__name__)


async def _beside(settings: Settings) -> Replica:
    """The replica. No line to it is opened yet: it may be away for as long as it likes."""
    pool = await open_database(
        settings.replica_database_url, smallest=0, largest=settings.pool_most,
        statement_cache=0 if settings.database_pooler else 200,
    )
    return Replica(pool, most_lag=settings.replica_most_lag)


async def _look_at_replica(database: Database, replica: Replica) -> None:
    """See every second how far the replica is. What fails is seen by the age of what it last held."""
    while True:
        try:
            await replica.look(database)
        except Exception as problem:
            replica.passed_over()
            structlog.get_logger().warning("replica not looked at", error=type(problem).__name__)
        REPLICA_LAG.set(-1 if replica.lag is None else replica.lag)
        await asyncio.sleep(LOOK_AT_REPLICA)


def _connected(make: Callable[[str, str], Gateway], url: str, secret: str) -> Gateway | None:
    return make(url, secret) if url else None


def _keyring(settings: Settings) -> Keyring:
    trust = None
    if settings.trust_roots is not None and settings.trust_roots.is_file():
        trust = signing.TrustRoots.from_pem(settings.trust_roots.read_bytes())
    timestamper = signing.Timestamper(settings.tsa_url) if settings.tsa_url else None
    return Keyring(settings.keys_folder or Path("keys"), timestamper, trust, settings.signature_maker)
