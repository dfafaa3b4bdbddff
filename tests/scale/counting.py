"""After the kills: is everything that was acknowledged there, once? Counted in the database and in the outside books.

Shares nothing with the product but the names of tables; the checker of the invariants follows behind.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import urllib3
from minio import Minio
from minio.error import S3Error

from benchmarks.work_unit import CODE, STEPS, Life
from tests.invariants import checker
from tests.invariants.facts import Folder, Store, read_books
from tests.scale.fleet import Fleet

NOT_ASKED = ("I3.no-result", "I5.nothing-to-deliver")  # the work unit prints and signs no result on purpose
PATIENCE = 120.0


async def settled(fleet: Fleet) -> None:
    """Wait until the workers have nothing left to do."""
    connection = await asyncpg.connect(fleet.postgres.superuser_dsn)
    try:
        async with asyncio.timeout(PATIENCE):
            while await connection.fetchval("SELECT count(*) FROM job WHERE state = 'waiting'"):  # noqa: ASYNC110 (others' work)
                await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def wrongs(fleet: Fleet, lives: Sequence[Life]) -> list[str]:
    """What does not agree with what the clients were told, in words; empty when nothing was lost or done twice."""
    connection = await asyncpg.connect(fleet.postgres.superuser_dsn)
    try:
        found = [
            *await _dossiers(connection, lives), *await _steps(connection, lives), *await _papers(connection, lives),
            *await _jobs(connection), *await _told(connection, fleet.books),
        ]
    finally:
        await connection.close()
    codes = tuple(life.code for life in lives if life.code)
    facts = await checker.read(fleet.postgres.superuser_dsn, Path("/nonexistent"), fleet.books, codes, finished=True)
    facts.store = store_of(fleet.store_url)
    broken = await asyncio.to_thread(checker.check, facts)
    return found + [f"{one.code} {one.about}: {one.words}" for one in broken if one.code not in NOT_ASKED]


async def _dossiers(connection: asyncpg.Connection, lives: Sequence[Life]) -> list[str]:
    rows = await connection.fetch("SELECT id, code, state FROM dossier WHERE procedure_code = $1", CODE)
    there, told = {str(row["id"]): row for row in rows}, {life.dossier_id for life in lives if life.dossier_id}
    found = [f"{one} was begun by nobody" for one in there.keys() - told]
    found += [f"{one} was begun and is not there" for one in told - there.keys()]
    codes = Counter(row["code"] for row in rows if row["code"])
    found += [f"{code} is there {times} times" for code, times in codes.items() if times > 1]
    for life in lives:
        if life.code and codes[life.code] != 1:
            found.append(f"{life.code} was acknowledged and is not there")
        if life.done and there[life.dossier_id]["state"] != "returned":
            found.append(f"{life.code} was returned and is {there[life.dossier_id]['state']}")
    return found


async def _steps(connection: asyncpg.Connection, lives: Sequence[Life]) -> list[str]:
    """Of every whole life each step stands in the journal once, and the submission once."""
    rows = await connection.fetch(
        "SELECT dossier_id, event, count(*) AS n FROM journal_line WHERE event IN ('step.finished', 'dossier.submitted')"
        " GROUP BY 1, 2"
    )
    counted = {(str(row["dossier_id"]), row["event"]): row["n"] for row in rows}
    found = []
    for life in lives:
        handed_in = counted.get((life.dossier_id, "dossier.submitted"), 0)
        finished = counted.get((life.dossier_id, "step.finished"), 0)
        if life.code and handed_in != 1:
            found.append(f"{life.code}: {handed_in} submissions in the journal")
        if life.done and finished != len(STEPS):
            found.append(f"{life.code}: {finished} of {len(STEPS)} steps in the journal")
    return found


async def _papers(connection: asyncpg.Connection, lives: Sequence[Life]) -> list[str]:
    rows = await connection.fetch(
        "SELECT dossier_id, count(*) AS n FROM document WHERE component = 'attachment' GROUP BY 1"
    )
    there = {str(row["dossier_id"]): row["n"] for row in rows}
    return [
        f"{life.code}: {there.get(life.dossier_id, 0)} files of {life.uploads}"
        for life in lives if life.done and there.get(life.dossier_id, 0) != life.uploads
    ]


async def _jobs(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch("SELECT key, state, trouble FROM job WHERE state <> 'done'")
    return [f"job {row['key']} is {row['state']}: {row['trouble']}" for row in rows]


async def _told(connection: asyncpg.Connection, books: dict[str, Path]) -> list[str]:
    """Every notice reached its channel, once, by the channel's own book."""
    found = []
    for channel, system in (("email", "mailbox"), ("sms", "sms")):
        rows = await connection.fetch("SELECT id, state FROM notice WHERE channel = $1 AND state <> 'skipped'", channel)
        letters = Counter(_names(books[system], system))
        for row in rows:
            name, state = str(row["id"]), row["state"]
            if state not in ("sent", "delivered") or letters[name] != 1:
                found.append(f"{channel} {name} is {state} and arrived {letters[name]} times")
        found += [f"{channel} {one} was written by nobody" for one in letters.keys() - {str(row["id"]) for row in rows}]
    return found


def _names(book: Path, system: str) -> Iterator[str]:
    table, column = ("mail", "message_id") if system == "mailbox" else ("message", "client_id")
    with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as opened:
        for (name,) in opened.execute(f"SELECT {column} FROM {table}"):
            yield str(name).strip("<>").partition("@")[0]


def again(fleet: Fleet) -> dict[str, int]:
    """How often a letter was handed over again after a death, under the name it had: known and no second letter."""
    mail, sms = (read_books([(name, fleet.books[name])])[name] for name in ("mailbox", "sms"))
    return {
        "mail": sum(int(row["copies"]) - 1 for row in mail["mail"]),
        "sms": sum(int(row["asked"]) - 1 for row in sms["message"]),
    }


class Bucket:
    """Objects of an S3 server, asked with its own client."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        wish = {name: values[0] for name, values in parse_qs(parts.query).items()}
        pool = urllib3.PoolManager(ca_certs=wish.get("authority"), cert_reqs="CERT_REQUIRED")
        self.client = Minio(
            f"{parts.hostname}:{parts.port}", unquote(parts.username or ""), unquote(parts.password or ""),
            secure=wish.get("secure") == "1", region=wish.get("region", "us-east-1"), http_client=pool,
        )
        self.bucket = parts.path.strip("/")

    def bytes_of(self, key: str) -> bytes | None:
        try:
            answer: Any = self.client.get_object(self.bucket, key)
        except S3Error as problem:
            if problem.code == "NoSuchKey":
                return None
            raise
        with answer:
            return bytes(answer.read())


def store_of(url: str) -> Store:
    """A reader of the store that shares no code with the product's."""
    return Folder(Path(urlsplit(url).path)) if url.startswith("folder:") else Bucket(url)
