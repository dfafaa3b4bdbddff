"""The work unit beside the floor's: whole lives over HTTP, two server processes each, by turns, one client and eight.

The product: everything on. From a filled draft it takes the floor's six requests; from nothing nine (begin, answers, way
of return). The floor: stock SpiffWorkflow, FastAPI, asyncpg, nothing else (bare_unit.py).
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import asyncpg
import httpx
import orjson

from app.kit.db import open_database
from app.main import create_app
from app.settings import Settings
from benchmarks.bare import application
from benchmarks.machine import cpu_seconds
from benchmarks.office import BenchOffice
from benchmarks.servers import Server, office_working
from benchmarks.table import Row, Said, line
from benchmarks.tally import share
from benchmarks.watching import tree
from benchmarks.wire import Answer, Request, exchange, request
from benchmarks.work_unit import STEPS, Life, two_kilobytes

CLIENTS, LIVES, ALONE = 8, 32, 6
GROUP = "The work unit over HTTP, two processes each, a connection a request; 10,000 open dossiers"
STOCK = "stock SpiffWorkflow, nothing else on"
Play = Callable[[], Awaitable[None]]


@dataclass
class Side:
    """One contender's figures: ms a dossier, ms a request, CPU seconds a dossier."""

    alone: list[float] = field(default_factory=list)
    crowd: list[float] = field(default_factory=list)
    steps_alone: list[float] = field(default_factory=list)
    steps_crowd: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def told(self, clients: int) -> str:
        """As the table of the peers has it."""
        lives, steps = (self.alone, self.steps_alone) if clients == 1 else (self.crowd, self.steps_crowd)
        middle = statistics.median(lives)
        return f"{1000 / middle:.1f} dossiers/s, a request p50 {share(steps, 0.5):.1f} ms, p95 {share(steps, 0.95):.1f} ms"


async def unit_lines(office: BenchOffice, product: Server, floor: Server, *, rounds: int) -> list[Row]:
    """H1, and the columns of the table of peers."""
    drafting, handling, stock = Side(), Side(), Side()
    numbers = itertools.count(1)
    for turn in range(rounds + 1):
        for clients, count in ((1, ALONE), (CLIENTS, LIVES)):
            lives = [_life(office, product, next(numbers)) for _ in range(count)]
            await _batch(drafting, [_draft(one) for one in lives], clients, office, product, turn)
            await _batch(handling, [_handle(one) for one in lives], clients, office, product, turn,
                         steps=[one.ask for one in lives])
            asking = [_Asking(floor.port) for _ in range(count)]
            plays = [_by_stock(one, next(numbers)) for one in asking]
            await _batch(stock, plays, clients, office, floor, turn, steps=asking)
    whole = Side(*([a + b for a, b in zip(x, y, strict=True)] for x, y in (
        (drafting.alone, handling.alone), (drafting.crowd, handling.crowd))))
    whole.cpu = [a + b for a, b in zip(drafting.cpu, handling.cpu, strict=True)]
    told = {name: await count(office) for name, count in (("product", product_says), ("floor", floor_says))}
    rows: list[Row] = [
        line(GROUP, "8 clients, a dossier handed in from a filled draft (6 requests)", STOCK, handling.crowd, stock.crowd,
             goal=1.0, at_least=True, goals="H1"),
        line(GROUP, "8 clients, a dossier from nothing (9 requests; stricter)", STOCK, whole.crowd, stock.crowd, goal=1.0,
             at_least=True),
        line(GROUP, "1 client, a dossier from a filled draft", STOCK, handling.alone, stock.alone, at_least=True),
        line(GROUP, "CPU of a dossier from a filled draft, server + database", STOCK, handling.cpu, stock.cpu),
        line(GROUP, "CPU of a dossier from nothing, server + database", STOCK, whole.cpu, stock.cpu),
        Said(GROUP, "1 client", STOCK, handling.told(1), stock.told(1)),
        Said(GROUP, "8 clients", STOCK, handling.told(8), stock.told(8)),
        Said(GROUP, "a dossier says to PostgreSQL (6 requests)", STOCK, told["product"], told["floor"]),
    ]
    return [*rows, await _afterwork(office, len(handling.cpu) * LIVES + (rounds + 1) * ALONE)]


class _Asking:
    """Sends to one port and keeps the milliseconds of every request."""

    def __init__(self, port: int) -> None:
        self.port, self.spent = port, list[float]()

    async def __call__(self, kind: str, one: Request) -> Answer:
        answer = await exchange(self.port, one)
        self.spent.append(answer.seconds * 1000)
        return answer


def _life(office: BenchOffice, product: Server, n: int) -> Life:
    people = office.people
    return Life(_Asking(product.port), people.desks[n % len(people.desks)], people.citizens[n % len(people.citizens)], n=n)


def _draft(life: Life) -> Play:
    async def play() -> None:
        await life.begin()
        await life.fill()
        await life.choose()

    return play


def _handle(life: Life) -> Play:
    async def play() -> None:
        assert isinstance(life.ask, _Asking)
        life.ask.spent.clear()
        await life.submit()
        for place in range(len(STEPS)):
            await life.step(place)

    return play


def _by_stock(ask: _Asking, n: int) -> Play:
    async def play() -> None:
        body = orjson.dumps({"values": two_kilobytes(n)})
        told = (await ask("submit", request("POST", "/unit", json=body))).json()
        for name, _, action in STEPS:
            answer = await ask(name, request("POST", f"/unit/{told['id']}/{name}", json=orjson.dumps({"action": action})))
            if answer.status != 200:
                raise RuntimeError(f"the floor: {answer.status} {answer.body[:200]!r}")
        assert answer.json()["state"] == "returned"

    return play


async def _batch(
    side: Side, plays: list[Play], clients: int, office: BenchOffice, server: Server, turn: int,
    steps: Sequence[object] = (),
) -> None:
    before = _cpu(office, server)
    began = time.perf_counter()
    waiting = iter(plays)

    async def client() -> None:
        for play in waiting:
            await play()

    await asyncio.gather(*(client() for _ in range(clients)))
    spent = (time.perf_counter() - began) * 1000 / len(plays)
    if not turn:
        return  # the first round warms up
    requests = [ms for one in steps if isinstance(one, _Asking) for ms in one.spent]
    if clients == 1:
        side.alone.append(spent)
        side.steps_alone += requests
    else:
        side.crowd.append(spent)
        side.steps_crowd += requests
        side.cpu.append((_cpu(office, server) - before) * 1000 / len(plays))


def _cpu(office: BenchOffice, server: Server) -> float:
    used = 0.0
    for pid in [*tree(server.pid), *tree(office.postgres.pid)]:
        with suppress(OSError):
            used += cpu_seconds(pid)
    return used


async def product_says(office: BenchOffice) -> str:
    """Statements and commits of one dossier of six requests, after one that read what is read once."""
    database = await open_database(office.postgres.app_dsn, smallest=1, largest=1)
    home, told = "http://bench.invalid", list[str]()
    app = create_app(Settings(demo=True, second_factor=False, public_url=home, metrics_port=0, log_level="error"))
    app.state.tools = replace(office.tools, database=database)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=home) as client:
            async with database.pool.acquire() as connection:
                connection.add_query_logger(lambda record: told.append(record.query.strip()))

            async def ask(kind: str, one: Request) -> Answer:
                return await _through(client, one)

            for n in (1, 2):
                life = Life(ask, office.people.desks[0], office.people.citizens[0], n=n)
                await _draft(life)()
                await asyncio.sleep(0)
                told.clear()
                await life.submit()
                for place in range(len(STEPS)):
                    await life.step(place)
            await asyncio.sleep(0)
            return _counted(told)
    finally:
        await database.close()


async def floor_says(office: BenchOffice) -> str:
    """The same of the floor."""
    told = list[str]()
    app = application()
    pool = await asyncpg.create_pool(office.postgres.superuser_dsn, min_size=1, max_size=1, reset=_nothing)
    app.state.pool = pool
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench.invalid") as client:
            async with pool.acquire() as connection:
                connection.add_query_logger(lambda record: told.append(record.query.strip()))
            begun = (await client.post("/unit", json={"values": two_kilobytes(1)})).json()
            for name, _, action in STEPS:
                (await client.post(f"/unit/{begun['id']}/{name}", json={"action": action})).raise_for_status()
            await asyncio.sleep(0)
            return _counted(told)
    finally:
        await pool.close()


async def _nothing(connection: object) -> None:
    """The pool says nothing when a connection comes back."""


def _counted(told: list[str]) -> str:
    return f"{len(told)} statements, {sum(one.startswith('COMMIT') for one in told)} commits"


async def _through(client: httpx.AsyncClient, one: Request) -> Answer:
    head, _, body = one.raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(text.split(": ", 1) for text in lines if not text.startswith(("host", "connection", "content-length")))
    answer = await client.request(method, path, headers=headers, content=body)
    return Answer(answer.status_code, answer.content, 0.0)


async def _afterwork(office: BenchOffice, lives: int) -> Row:
    """What the worker has to do for them besides (papers, notices): CPU seconds a dossier, measured on a part of it."""
    async with office_working(office) as worker:
        begun, before, used = await _jobs(office), 0.0, 0.0
        for _ in range(40):
            await asyncio.sleep(0.25)
            if await _jobs(office) < begun:
                break
        start = await _jobs(office)
        before = _cpu(office, worker)
        await asyncio.sleep(6)
        used = _cpu(office, worker) - before
        done = start - await _jobs(office)
    each = begun / lives
    value = f"{each:.1f} jobs, {used / done * each * 1000:.0f} ms of CPU" if done else "no job was done"
    return Said(GROUP, "the worker's part of a dossier afterwards, worker + database", STOCK, value, "nothing")


async def _jobs(office: BenchOffice) -> int:
    async with office.database.transaction(offices=(1, 2, 3)) as db:
        return int(await db.value("SELECT count(*) FROM job WHERE state = 'waiting'"))
