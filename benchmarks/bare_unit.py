"""The work unit as a thin server would do it: stock SpiffWorkflow, FastAPI, asyncpg; no login, rights, tenants, journal.

Six requests: hand in with two kilobytes of variables, then five steps. The state is stock's own JSON in lz4 `bytea`, the
work list a table; one read and one write for a step, one commit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, HTTPException, Request

from benchmarks.work_unit import STEPS, life_drawing
from tests.engine.stock import Stock, parse

router = APIRouter()
ROLES = {name: role for name, role, _ in STEPS}
BEGIN = """
WITH begun AS (INSERT INTO floor.unit (state) VALUES ($1::bytea) RETURNING id)
INSERT INTO floor.unit_work (instance_id, node, role, opened_at)
SELECT id, $2::text, $3::text, $4::timestamptz FROM begun RETURNING instance_id
"""
READ = "SELECT version, state FROM floor.unit WHERE id = $1"
WRITE = """
WITH moved AS (
  UPDATE floor.unit SET version = version + 1, state = $3::bytea WHERE id = $1::bigint AND version = $2::int RETURNING id
), gone AS (
  DELETE FROM floor.unit_work WHERE instance_id = $1::bigint AND node = $4::text AND EXISTS (SELECT FROM moved)
), opened AS (
  INSERT INTO floor.unit_work (instance_id, node, role, opened_at)
  SELECT id, $5::text, $6::text, $7::timestamptz FROM moved WHERE $5::text IS NOT NULL
)
SELECT count(*) FROM moved
"""


@cache
def specs() -> Any:
    """The drawing, parsed once."""
    return parse(life_drawing(machines=False))


@router.post("/unit")
async def begin(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Hand in."""
    stock = Stock(specs(), body["values"], round_trip=False)
    (task,) = stock.waiting()
    state = str(stock.serializer.serialize_json(stock.workflow)).encode()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        number = await connection.fetchval(BEGIN, state, task, ROLES[task], datetime.now(UTC))
    return {"id": number, "task": task}


@router.post("/unit/{number}/{task}")
async def step(request: Request, number: int, task: str, body: dict[str, Any]) -> dict[str, Any]:
    """One step."""
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(READ, number)
        if row is None:
            raise HTTPException(404)
        stock = Stock.__new__(Stock)
        stock.workflow, stock.round_trip, stock.ended = Stock.serializer.deserialize_json(row["state"].decode()), False, None
        stock.complete(task, body)
        following = next(iter(stock.waiting()), None)
        state = str(Stock.serializer.serialize_json(stock.workflow)).encode()
        moved = await connection.fetchval(
            WRITE, number, row["version"], state, task, following, ROLES.get(following or ""), datetime.now(UTC)
        )
    if not moved:
        raise HTTPException(409)
    return {"id": number, "task": following, "state": "returned" if following is None else "in_progress"}
