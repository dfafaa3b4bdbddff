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
    "SELECT l.* FROM (SELECT set_config('motcua.offices', {}, true) || set_config('motcua.citizen', {}, true)"
    " || set_config('motcua.presented', {}, true) AS named{} OFFSET 0) s"
    " CROSS JOIN LATERAL (SELECT q.* FROM (\n{}\n) q WHERE s.named IS NOT NULL OFFSET 0) l"
)
_NOBODY: Final = ("", "", "")
# The server's last words on a line that it ends, which may come before the end itself.
_DIED: Final = (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)


class OnlyLooking(TypeError):
    """Somebody wants to write, or to keep something for longer than a statement, where there is no transaction."""


class NotConfirmed(Exception):
    """What was `provided` is not so, or nothing was asked that could have told. Nothing of this look may be used."""


class Look(Db):
    """Reads as a transaction of its own each; from `act_for` on with these people's rows, before it with nobody's.

    What is believed beforehand can be `provided` in the first statement instead of being asked before it. Until that has
    shown a row, nothing done here counts: the look ends with NotConfirmed, whatever else happened.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(connection)
        self._database = database
        self._named: tuple[str, str, str] = _NOBODY
        self._answered = False
        self._provided: tuple[str, tuple[object, ...]] | None = None

    @property
    def confirmed(self) -> bool:
        """Whether nothing is believed that PostgreSQL has not said."""
        return self._provided is None

    async def row(self, sql: str, *args: object) -> asyncpg.Record | None:
        found: asyncpg.Record | None = await self._asked("fetchrow", sql, args)
        return found

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self._asked("fetch", sql, args)
        return found

    async def value(self, sql: str, *args: object) -> Any:
        found = await self.row(sql, *args)
        return found[0] if found is not None else None

    async def act_for(self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = "") -> None:
        """Whose rows every statement from here on asks to see. Costs nothing."""
        self._named = (",".join(map(str, offices)), str(citizen or ""), presents)

    def provided(self, condition: str, *args: object) -> None:
        """The next statement shows rows only if `condition`, a question with `{}` for its values, has one as well."""
        self._provided = condition, args

    async def jot(self, sql: str, *args: object) -> int:
        """As Db.jot: a transaction of one statement, which sees no row of any office."""
        if not self.confirmed:
            raise NotConfirmed
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
            if self._provided is not None:
                if not answer:  # not so, or so and nothing to show: nobody can tell
                    raise NotConfirmed
                self._provided = None
            return answer
        raise DatabaseAway

    def carrying(self, sql: str, args: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
        """The statement with whose rows it sees inside it, and on what condition."""
        if self._named == _NOBODY and self._provided is None:
            return f"SELECT q.* FROM (\n{sql}\n) q", args
        given, condition = (*args, *self._named), ""
        if self._provided is not None:
            told, values = self._provided
            condition = f" FROM ({told.format(*_places(len(given), len(values)))}) provided"
            given += values
        return _NAMED.format(*_places(len(args), 3), condition, sql), given


def _places(before: int, count: int) -> list[str]:
    return [f"${place}" for place in range(before + 1, before + count + 1)]


@asynccontextmanager
async def look(database: Database) -> AsyncIterator[Look]:
    """A connection to look at things with; nobody's rows until `act_for`.

    Raises DatabaseAway, NotStorable; NotConfirmed when what was `provided` is not confirmed at the end.
    """
    looking = Look(database, await database.lent())
    at_rest = False
    try:
        yield looking
        at_rest = True
    except Exception as problem:
        if looking.confirmed and isinstance(problem, LINE_LOST):
            raise DatabaseAway from problem
        if looking.confirmed and isinstance(problem, NOT_STORABLE):
            raise NotStorable from problem
        if looking.confirmed:
            raise
    finally:
        await database.give_back(looking.connection, at_rest=at_rest)
    if not looking.confirmed:
        raise NotConfirmed
