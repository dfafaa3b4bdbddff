"""One step with its database inside one process, eight in flight; the same SQL with no engine; stock; and what is written.

The product: the verb `act` in a transaction of its own, as a route uses it, the engine's turn and all its statements. The
same SQL: those very statements recorded once and said again for other dossiers. Stricter: the least SQL by hand. Stock:
SpiffWorkflow with its own serializer, the specification in the state, and a transaction of six statements, as speed.md's
design A has it ("stock, transaction of 6 statements") that its goal F2 is measured against. Stricter: stock around the
least SQL, one read and one write.
"""

from __future__ import annotations

import asyncio
import itertools
import pickle
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.dossiers.asking import Ask
from app.dossiers.progress import act
from app.kit import clock
from app.kit.db import Database, open_database
from app.main import create_app
from app.org import people
from app.settings import Settings
from benchmarks.asking import Contender, by_turns, request
from benchmarks.bare import played, step_by_hand, step_in_six
from benchmarks.engine import flat
from benchmarks.office import BARE, FIRST_STOCK, BenchOffice, dossier_id
from benchmarks.recorded import Recorded, record, say
from benchmarks.servers import Server
from benchmarks.table import Row, Said, line
from tests.engine.stock import parse

IN_FLIGHT, BATCH = 8, 64
GROUP = "One step with its database, in process, 8 in flight; 10,000 open dossiers"
Way = Callable[[], Awaitable[object]]


async def inside_lines(office: BenchOffice, *, rounds: int) -> list[Row]:
    """F2, H3: times of a step; F4: what it writes; H2: what it says."""
    database = await open_database(office.postgres.app_dsn, smallest=IN_FLIGHT, largest=IN_FLIGHT)
    pool = await asyncpg.create_pool(office.postgres.superuser_dsn, min_size=IN_FLIGHT, max_size=IN_FLIGHT)
    try:
        step = await _recorded_verb(office)
        ours = _acting(office, database)
        bare = itertools.cycle(range(1, BARE + 1))
        stock = itertools.cycle(range(FIRST_STOCK, FIRST_STOCK + BARE))
        specs = parse(flat())

        def stricter() -> Way:
            number = next(bare)
            return lambda: step_by_hand(pool, "instance", number, lambda state: state)

        def stocks() -> Way:
            number = next(stock)
            return lambda: step_by_hand(pool, "stock", number, lambda state: played(specs, state))

        def naives() -> Way:
            number = next(stock)
            return lambda: step_in_six(pool, "stock", number, lambda state: played(specs, state))

        said_again: list[Any] = []
        ways = {"product": ours, "replay": lambda: _replaying(office, database, step, said_again), "bare": stricter,
                "stock": stocks, "six": naives}
        spent = await _by_turns(ways, rounds)
        moved = await pool.fetchval("SELECT count(*) FROM process WHERE dossier_id = ANY($1) AND version = 1", said_again)
        assert moved == len(said_again), "the same SQL did the same work"
        rows: list[Row] = [
            line(GROUP, "a step", "the same SQL, no engine", spent["product"], spent["replay"], goal=0.75, at_least=True,
                 goals="H3"),
            line(GROUP, "the same, the least accepted", "the same SQL, no engine", spent["product"], spent["replay"],
                 goal=0.35, at_least=True, goals="F2"),
            line(GROUP, "a step", "stock SpiffWorkflow, transaction of six statements", spent["product"], spent["six"],
                 goal=5, at_least=True, goals="F2"),
            line(GROUP, "a step (stricter)", "stock SpiffWorkflow and the least SQL", spent["product"], spent["stock"],
                 at_least=True),
            line(GROUP, "a step (stricter)", "the least SQL by hand", spent["product"], spent["bare"], goal=0.35,
                 at_least=True),
        ]
        rows += await _written(office, pool, database)
        api = await recorded_api(office)
        (office.folder / "step.pickle").write_bytes(pickle.dumps(api))
        return rows + _said("by its verb, who asks known already", step) + _said("over the API, sign-in included", api)
    finally:
        await pool.close()
        await database.close()


def _said(what: str, step: Recorded) -> list[Row]:
    statements, commits = len(step.statements), step.commits
    told, met = f"{statements} statements, {commits} commit", statements <= 5 and commits == 1
    return [Said("What a step says to PostgreSQL", f"a step {what}", "", told, "", "≤ 5 and 1", met, "H2")]


def _verb(office: BenchOffice, database: Database) -> Callable[[int], Awaitable[None]]:
    """"Once more" on the dossier of this number, by the specialist."""
    tools, found = replace(office.tools, database=database), list[Any]()

    async def one(number: int) -> None:
        if not found:
            async with database.transaction(offices=(2,)) as db:
                officer_id = await db.value("SELECT id FROM officer WHERE login = 'specialist@tanmai'")
                found.append(await people.officer(db, officer_id))
        async with database.transaction(offices=found[0].offices) as db:
            await act(db, tools, dossier_id(number), office.examine_no, Ask("again"), by=found[0])

    return one


def _acting(office: BenchOffice, database: Database) -> Callable[[], Way]:
    one = _verb(office, database)

    def following() -> Way:
        number = next(office.untouched)
        return lambda: one(number)

    return following


def _replaying(office: BenchOffice, database: Database, step: Recorded, said_again: list[Any]) -> Way:
    said_again.append(dossier_id(next(office.untouched)))
    statements = step.of(said_again[-1])

    async def again() -> None:
        async with database.pool.acquire() as connection:
            await say(connection, statements)

    return again


async def _by_turns(ways: dict[str, Callable[[], Way]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds a step, one figure a batch; the first round warms up and is left out."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, following in ways.items():
            batch = [following() for _ in range(BATCH)]
            began = time.perf_counter()
            await _in_flight(iter(batch))
            if turn:
                spent[name].append((time.perf_counter() - began) * 1000 / BATCH)
    return spent


async def _in_flight(waiting: Iterator[Way]) -> None:
    async def one() -> None:
        for way in waiting:
            await way()

    await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))


async def _recorded_verb(office: BenchOffice) -> Recorded:
    """The second step on a connection, when everything that is read once has been read."""
    database = await open_database(office.postgres.app_dsn, smallest=1, largest=1)
    try:
        one = _verb(office, database)
        await one(next(office.untouched))
        number = next(office.untouched)
        return await record(database.pool, dossier_id(number), lambda: one(number))
    finally:
        await database.close()


async def recorded_api(office: BenchOffice) -> Recorded:
    """What the whole route says: who asks, the step, the answer."""
    database = await open_database(office.postgres.app_dsn, smallest=1, largest=1)
    home = "http://bench.invalid"
    app = create_app(Settings(demo=True, second_factor=False, public_url=home, metrics_port=0, log_level="error"))
    app.state.tools = replace(office.tools, database=database)
    headers = {"authorization": f"Bearer {office.words['specialist']}"}
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=home, headers=headers) as client:

            async def one(number: int) -> None:
                path = f"/api/v1/dossiers/{dossier_id(number)}/steps/{office.examine_no}"
                answer = await client.post(path, json={"action": "again"})
                answer.raise_for_status()

            await one(next(office.untouched))
            number = next(office.untouched)
            return await record(database.pool, dossier_id(number), lambda: one(number))
    finally:
        await database.close()


async def without_engine_lines(office: BenchOffice, product: Server, floor: Server, *, rounds: int) -> list[Row]:
    """F3: the endpoint beside itself without an engine. `inside_lines` has laid the statements ready."""
    path = "/api/v1/dossiers/{}/steps/{}"
    body = b'{"action":"again"}'
    acts = (request("POST", path.format(dossier_id(n), office.examine_no), bearer=office.words["specialist"], json=body)
            for n in office.untouched)
    ours = Contender("api", product.port, product.pid, acts)
    again = Contender("replayed", floor.port, floor.pid, (request("POST", f"/replayed/{n}") for n in office.untouched))
    await by_turns([ours, again], office.postgres.pid, rounds=rounds)
    group = "HTTP complete-task beside the same endpoint without an engine (its statements said again, no rights)"
    return [
        line(group, "eight clients, ms a step", "its own statements behind FastAPI", ours.crowd, again.crowd, goal=0.6,
             at_least=True, goals="F3"),
        line(group, "CPU, server + database", "its own statements behind FastAPI", ours.cpu, again.cpu),
    ]


async def _written(office: BenchOffice, pool: asyncpg.Pool, database: Database) -> list[Row]:
    """WAL of a step on pages that were written since the checkpoint; each batch goes over the same dossiers again.

    Terms end with the working day, so a timer that is set again on the same day keeps its moment; the floor's is another
    each time. Every other batch, a week later, shows what a step writes whose timer moves too.
    """
    numbers = [next(office.untouched) for _ in range(BATCH)]
    ours, moving, floor = list[float](), list[float](), list[float]()
    tools, today = replace(office.tools, database=database), clock.now()
    async with database.transaction(offices=(2,)) as db:
        officer = await people.officer(db, await db.value("SELECT id FROM officer WHERE login = 'specialist@tanmai'"))
    assert officer is not None

    async def once_more(week: int) -> float:
        tasks = {row["dossier_id"]: row["task_no"] for row in await pool.fetch(
            "SELECT dossier_id, task_no FROM step WHERE dossier_id = ANY($1)", [dossier_id(n) for n in numbers])}
        before = await _position(pool)
        with clock.at(today + timedelta(weeks=week)):
            for n in numbers:
                async with database.transaction(offices=officer.offices) as db:
                    await act(db, tools, dossier_id(n), tasks[dossier_id(n)], Ask("again"), by=officer)
        return (await _position(pool) - before) / BATCH

    for turn in range(10):
        another_day, same_day = await once_more(turn), await once_more(turn)
        before = await _position(pool)
        for n in range(1, BATCH + 1):
            await step_by_hand(pool, "instance", n, lambda state: state)
        if turn:  # the first round copies whole pages
            ours.append(same_day)
            moving.append(another_day)
            floor.append((await _position(pool) - before) / BATCH)
    group, by_hand = "What a step writes", "the least SQL by hand"
    return [
        line(group, "WAL of a step", by_hand, ours, floor, unit="B", goal=1.6, goals="F4"),
        line(group, "WAL of a step whose timer moves to another day", by_hand, moving, floor, unit="B"),
    ]


async def _position(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
