"""A look: what only reads needs no transaction, if every statement says itself whose rows it may see.

    async with look(database) as db:
        await db.act_for(offices=[2])                  # said to nobody yet
        rows = await db.rows("SELECT … FROM dossier")  # BEGIN, the settings and COMMIT are spared

PostgreSQL makes a transaction of every statement that stands alone. `set_config(…, true)` lives as long as that, so the
settings of row-level security go into the statement, and nothing of them is left on the connection when it ends.

The statement must not be asked before they are set. It stands in a LATERAL subquery that looks at the settings' row:
PostgreSQL can join that by a nested loop only, the settings outside, and the inner side, behind a filter made of their
value, does not run before there is one. `OFFSET 0` keeps the planner from taking either side apart. What the policies
compare with is computed when a first row is looked at, so inside; and never by a parallel worker, for `set_config` forbids
those to the whole statement. Should a planner find another way one day, the settings are not there and no row is seen:
nobody's rows, never another's. tests/test_looks.py holds all of this.

Inside a subquery nothing can be written: PostgreSQL refuses INSERT, UPDATE and DELETE there, in a WITH as well.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, NoReturn
from uuid import UUID

import asyncpg

from app.kit.db import LINE_LOST, NOT_STORABLE, Connection, Database, DatabaseAway, Db, NotStorable, Row

_NAMED: Final = (
    "SELECT l.* FROM (SELECT set_config('motcua.offices', ${}, true) || set_config('motcua.citizen', ${}, true)"
    " || set_config('motcua.presented', ${}, true) AS named OFFSET 0) s"
    " CROSS JOIN LATERAL (SELECT q.* FROM (\n{}\n) q WHERE s.named IS NOT NULL OFFSET 0) l"
)
_NOBODY: Final = ("", "", "")
# The server's last words on a line that it ends, which may come before the end itself.
_DIED: Final = (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)


class OnlyLooking(TypeError):
    """Somebody wants to write, or to keep something for longer than a statement, where there is no transaction."""


class Look(Db):
    """Reads as a transaction of its own each; from `act_for` on with these people's rows, before it with nobody's."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(connection)
        self._database = database
        self._named: tuple[str, str, str] = _NOBODY
        self._answered = False

    async def row(self, sql: str, *args: object) -> asyncpg.Record | None:
        found: asyncpg.Record | None = await self._asked("fetchrow", sql, args)
        return found

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self._asked("fetch", sql, args)
        return found

    async def value(self, sql: str, *args: object) -> Any:
        return await self._asked("fetchval", sql, args)

    async def act_for(self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = "") -> None:
        """Whose rows every statement from here on asks to see. Costs nothing."""
        self._named = (",".join(map(str, offices)), str(citizen or ""), presents)

    async def jot(self, sql: str, *args: object) -> int:
        """As Db.jot: a transaction of one statement, which sees no row of any office."""
        return await super().run(sql, *args)

    async def run(self, sql: str, *args: object) -> NoReturn:
        raise OnlyLooking

    async def add(self, row: Row) -> NoReturn:
        raise OnlyLooking

    def savepoint(self) -> NoReturn:
        raise OnlyLooking

    async def _asked(self, way: str, sql: str, args: tuple[object, ...]) -> Any:
        """The answer; a line that died while it lay idle is passed over, as long as none has answered yet."""
        sql, given = self.carrying(sql, args)
        for _ in range(self._database.pool.get_max_size() + 1):  # all may have died, then there is a new one
            try:
                answer = await getattr(self.connection, way)(sql, *given)
            except LINE_LOST as lost:
                if self._answered or not (isinstance(lost, _DIED) or self.connection.is_closed()):
                    raise
                await self._database.give_back(self.connection)
                self.connection = await self._database.lent()
                continue
            self._answered = True
            return answer
        raise DatabaseAway

    def carrying(self, sql: str, args: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
        """The statement with whose rows it sees inside it."""
        if self._named == _NOBODY:
            return f"SELECT q.* FROM (\n{sql}\n) q", args
        places = range(len(args) + 1, len(args) + 4)
        return _NAMED.format(*places, sql), (*args, *self._named)


@asynccontextmanager
async def look(database: Database) -> AsyncIterator[Look]:
    """A connection to look at things with; nobody's rows until `act_for`. Raises DatabaseAway, NotStorable."""
    looking = Look(database, await database.lent())
    at_rest = False
    try:
        yield looking
        at_rest = True
    except LINE_LOST as away:
        raise DatabaseAway from away
    except NOT_STORABLE as refused:
        raise NotStorable from refused
    finally:
        await database.give_back(looking.connection, at_rest=at_rest)
