"""The floor as a server: FastAPI and asyncpg doing the same work by hand, with no sign-in, rights, tenants or journal.

Ways through a step: the least SQL by hand; stock SpiffWorkflow with its own serializer around that; and what the product
itself says to PostgreSQL, said again with no engine. `bare_unit` plays whole lives on the stock engine; `bare_pages` draws
pages by the same templates from the same queries. Run by `benchmarks.servers` as processes of their own.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request

from app.kit.db import open_database
from benchmarks import bare_pages, bare_unit
from benchmarks.engine import flat
from benchmarks.office import dossier_id, examined
from benchmarks.recorded import say
from tests.engine.stock import Stock, parse

READ = "SELECT version, state FROM floor.{table} WHERE id = $1"
WRITE = """
WITH moved AS (
  UPDATE floor.{table} SET version = version + 1, state = $3::bytea, due_at = $4::timestamptz
  WHERE id = $1::bigint AND version = $2::int RETURNING id
), gone AS (
  DELETE FROM floor.work WHERE instance_id = $1::bigint AND task_no = $5::int
), opened AS (
  INSERT INTO floor.work (instance_id, task_no, node, role, due_at)
  SELECT id, $6::int, 'examine', 'specialist', $4::timestamptz FROM moved
), told AS (
  INSERT INTO floor.log (instance_id, at, node, actor, facts)
  SELECT id, $7::timestamptz, 'examine', $8::uuid, $9::text FROM moved
)
SELECT count(*) FROM moved
"""
# The same work as somebody writes it who begins: a transaction of six statements.
SIX = (
    READ,
    "UPDATE floor.{table} SET version = version + 1, state = $3 WHERE id = $1 AND version = $2",
    "DELETE FROM floor.work WHERE instance_id = $1 AND task_no = $2",
    "INSERT INTO floor.work (instance_id, task_no, node, role, due_at) VALUES ($1, $2, 'examine', 'specialist', $3)",
    "UPDATE floor.{table} SET due_at = $2 WHERE id = $1",
    "INSERT INTO floor.log (instance_id, at, node, actor, facts) VALUES ($1, $2, 'examine', $3, '{{}}')",
)
DRAW = (
    "INSERT INTO floor.serial (day, last) VALUES ($1, 1) ON CONFLICT (day) DO UPDATE SET last = floor.serial.last + 1"
    " RETURNING last"
)
SUBMIT = """
WITH begun AS (
  INSERT INTO floor.instance (id, version, due_at, state) VALUES ($1::bigint, 0, NULL, $3::bytea) RETURNING id
), opened AS (
  INSERT INTO floor.work (instance_id, task_no, node, role, due_at)
  SELECT id, 0, 'check_papers', 'reception', $2::timestamptz FROM begun
), written AS (
  INSERT INTO floor.log (instance_id, at, node, actor, facts) SELECT id, $2::timestamptz, event, $4::uuid, '{}'
  FROM begun, unnest(ARRAY['dossier.submitted', 'dossier.state_changed']) AS event
), told AS (
  INSERT INTO floor.told (instance_id, key, at, state, facts) SELECT id, id || ':' || what, $2::timestamptz, 'queued', '{}'
  FROM begun, unnest(ARRAY['fee', 'page', 'email', 'sms', 'email-job', 'sms-job', 'form-job']) AS what
)
SELECT count(*) FROM begun
"""
ACTOR, FIRST_SUBMITTED = UUID(int=1), 1_000_000


def application() -> FastAPI:
    """The bare stack; `BENCH_FLOOR_DSN` is where its tables are."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(os.environ["BENCH_FLOOR_DSN"], min_size=2, max_size=10)
        app.state.specs, app.state.state = parse(flat()), examined()[0]
        app.state.as_product = await open_database(os.environ["MOTCUA_DATABASE_URL"], smallest=2)
        yield
        await app.state.as_product.close()
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.post("/bare/{number}")
    async def bare(request: Request, number: int) -> dict[str, int]:
        """The SQL of a step and nothing else."""
        return await _step(request, "instance", number, lambda state: state)

    @app.post("/stock/{number}")
    async def stock(request: Request, number: int) -> dict[str, int]:
        """The same with the stock engine between reading and writing."""
        return await _step(request, "stock", number, lambda state: played(request.app.state.specs, state))

    @app.post("/replayed/{number}")
    async def replayed(request: Request, number: int) -> dict[str, str]:
        """The same endpoint without an engine: the product's own statements for this dossier, and an answer."""
        if not hasattr(app.state, "step"):
            app.state.step = pickle.loads((Path(os.environ["BENCH_FOLDER"]) / "step.pickle").read_bytes())
        async with app.state.as_product.pool.acquire() as connection:
            await say(connection, app.state.step.of(dossier_id(number)))
        return {"state": "in_progress"}

    @app.post("/submitted/{number}")
    async def submitted(request: Request, number: int) -> dict[str, str]:
        """The rows of a submission: a serial, the dossier, its first step, journal, fee, notices and their jobs."""
        now, instance = datetime.now(UTC), FIRST_SUBMITTED + number
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(READ.format(table="instance"), 1)
            last = await connection.fetchval(DRAW, now.date())
            await connection.fetchval(SUBMIT, instance, now, request.app.state.state, ACTOR)
        return {"code": f"H99.08.22-{now:%y%m%d}-{last:04d}"}

    app.include_router(bare_pages.router)
    app.include_router(bare_unit.router)
    return app


async def _step(request: Request, table: str, number: int, play: Any) -> dict[str, int]:
    return await step_by_hand(request.app.state.pool, table, number, play)


async def step_by_hand(pool: asyncpg.Pool, table: str, number: int, play: Any) -> dict[str, int]:
    """One step of a floor's instance with the least SQL, `play` between reading and writing its state."""
    now = datetime.now(UTC)
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(READ.format(table=table), number)
        assert row is not None
        state = play(row["state"])
        version = row["version"]
        moved = await connection.fetchval(
            WRITE.format(table=table), number, version, state, now + timedelta(days=1), version, version + 1, now, ACTOR,
            "{}",
        )
    return {"moved": moved}


async def step_in_six(pool: asyncpg.Pool, table: str, number: int, play: Any) -> None:
    """The same step as a transaction of six statements: read, instance, work row away, work row anew, due moment, log."""
    now = datetime.now(UTC)
    due = now + timedelta(days=1)
    read, update, away, anew, moment, log = (sql.format(table=table) for sql in SIX)
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(read, number)
        assert row is not None
        version, state = row["version"], play(row["state"])
        assert await connection.execute(update, number, version, state) == "UPDATE 1"
        await connection.execute(away, number, version)
        await connection.execute(anew, number, version + 1, due)
        await connection.execute(moment, number, due)
        await connection.execute(log, number, now, ACTOR)


def played(specs: Any, state: bytes) -> bytes:
    """The stock engine's turn: restored, "once more", stored."""
    stock = Stock.__new__(Stock)
    stock.workflow, stock.round_trip, stock.ended = Stock.serializer.deserialize_json(state.decode()), False, None
    stock.complete("examine", {"outcome": "again"})
    return str(Stock.serializer.serialize_json(stock.workflow)).encode()
