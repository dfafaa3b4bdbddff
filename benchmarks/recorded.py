"""What the product says to PostgreSQL in one step, written down and said again for other dossiers: the floor of a step.

The same statements with the same values, in the same order, in one transaction; no engine, no service, no rights between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Recorded:
    """The statements of one step on `dossier_id`, BEGIN and COMMIT among them."""

    dossier_id: UUID
    statements: tuple[Statement, ...]

    def of(self, dossier_id: UUID) -> list[Statement]:
        """The same for another dossier that stands where this one stood."""
        return [(sql, tuple(_moved(one, self.dossier_id, dossier_id) for one in args)) for sql, args in self.statements]

    @property
    def commits(self) -> int:
        return sum(sql.startswith("COMMIT") for sql, _ in self.statements)


async def record(pool: asyncpg.Pool, dossier_id: UUID, act: Callable[[], Awaitable[object]]) -> Recorded:
    """Listen to the only connection of `pool` while `act` is done."""
    told: list[Statement] = []

    def listen(query: Any) -> None:
        told.append((query.query.strip(), tuple(query.args or ())))

    async with pool.acquire() as connection:
        connection.add_query_logger(listen)
    await act()
    await asyncio.sleep(0)  # the driver tells a moment later
    async with pool.acquire() as connection:
        connection.remove_query_logger(listen)
    return Recorded(dossier_id, tuple(told))


async def say(connection: Any, statements: list[Statement]) -> None:
    """Say them again."""
    for sql, args in statements:
        if args:
            await connection.fetch(sql, *args)
        else:
            await connection.execute(sql)


def _moved(value: Any, old: UUID, new: UUID) -> Any:
    if value == old:
        return new
    if isinstance(value, str):
        return value.replace(str(old), str(new))
    if isinstance(value, list | tuple):
        return [_moved(one, old, new) for one in value]
    if isinstance(value, dict):
        return {name: _moved(one, old, new) for name, one in value.items()}
    return value
