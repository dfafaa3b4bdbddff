"""The database: one pool, one transaction a request, plain SQL.

Tables are described by SQLModel classes and built by Alembic; they are read and written by SQL on asyncpg
(docs/decisions/0002-sql-on-asyncpg.md). Whose rows a transaction may see is told to PostgreSQL when it begins.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlmodel import SQLModel

from app.kit.errors import Refused, Unavailable
from app.kit.words import N_

if TYPE_CHECKING:
    from app.kit.replica import Replica

Row = TypeVar("Row", bound=SQLModel)
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

# What a driver says when the server is away, starting, stopping, full, or has ended our statement.
_ANSWERS = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, not started yet, a statement called off
    asyncpg.InsufficientResourcesError,  # disk, memory or connections are used up
    asyncpg.PostgresSystemError,  # the server cannot read or write its own files
    asyncpg.ReadOnlySQLTransactionError,  # a standby answers
    asyncpg.TransactionRollbackError,  # two transactions in each other's way
    asyncpg.LockNotAvailableError,
)
SERVER_AWAY = (OSError, TimeoutError, *_ANSWERS)
# Inside a transaction other things may fail to open a file; only a lost line is the server's.
LINE_LOST = (ConnectionError, TimeoutError, *_ANSWERS)
# What cannot be kept: NUL in a text, a text or number beyond its column, half a letter.
NOT_STORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, UnicodeEncodeError)


class DatabaseAway(Unavailable):
    """PostgreSQL does not answer. The transaction did not happen."""


class NotStorable(Refused):
    """What was typed holds something no database keeps. Should have been refused earlier, with the field's name."""

    says = N_("Nội dung có ký tự lạ hoặc số quá lớn nên CHƯA được lưu. Hãy xoá phần đó rồi gửi lại.")


class Db:
    """One transaction. Committed by whoever opened it, never by a service."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.as_of: datetime | None = None  # the moment a replica's rows are of; None: the primary's, of now

    async def row(self, sql: str, *args: object) -> asyncpg.Record | None:
        return await self.connection.fetchrow(sql, *args)

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        return await self.connection.fetch(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        return await self.connection.fetchval(sql, *args)

    async def run(self, sql: str, *args: object) -> int:
        """How many rows the statement touched."""
        status = await self.connection.execute(sql, *args)
        tail = status.rsplit(" ", 1)[-1]
        return int(tail) if tail.isdigit() else 0

    async def jot(self, sql: str, *args: object) -> int:
        """As `run`, for a note beside what is only read (when somebody was last seen): no row of an office."""
        return await self.run(sql, *args)

    async def add(self, row: Row) -> Row:
        """Insert `row`; what the database fills in (identities, defaults) is read back into it."""
        columns, sql = _insert_of(type(row))
        given = {name: getattr(row, name) for name in columns}
        stored = await self.connection.fetchrow(sql(tuple(n for n in columns if given[n] is not None)),
                                                *(v for v in given.values() if v is not None))
        assert stored is not None
        for name, value in stored.items():
            if given.get(name) is None and value is not None:
                setattr(row, name, value)
        return row

    async def get(self, table: type[Row], key: object) -> Row | None:
        """The row of `table` with this primary key (one column), or None."""
        found = await self.row(_select_of(table), key)
        return table(**dict(found)) if found else None

    async def act_for(self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = "") -> None:
        """Whose rows may be seen from here on: these offices', this citizen's, or what this word opens."""
        await self.connection.execute(
            "SELECT set_config('motcua.offices', $1, true), set_config('motcua.citizen', $2, true),"
            " set_config('motcua.presented', $3, true)",
            ",".join(str(office) for office in offices), str(citizen or ""), presents,
        )

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done within is undone on any exception; what was done before stays."""
        await self.connection.execute("SAVEPOINT before_this")
        try:
            yield
        except BaseException:
            await self.connection.execute("ROLLBACK TO SAVEPOINT before_this")
            raise
        await self.connection.execute("RELEASE SAVEPOINT before_this")


@cache
def _insert_of(table: type[SQLModel]) -> tuple[tuple[str, ...], Any]:
    name = table.__tablename__
    columns = tuple(c.name for c in table.__table__.columns)  # type: ignore[attr-defined]

    @cache
    def sql(given: tuple[str, ...]) -> str:
        values = ", ".join(f"${n}" for n in range(1, len(given) + 1))
        return f'INSERT INTO "{name}" ({", ".join(given)}) VALUES ({values}) RETURNING *'

    return columns, sql


@cache
def _select_of(table: type[SQLModel]) -> str:
    key = next(iter(table.__table__.primary_key.columns)).name  # type: ignore[attr-defined]
    return f'SELECT * FROM "{table.__tablename__}" WHERE {key} = $1'


def _beginning(offices: tuple[int, ...], citizen: UUID | None) -> str:
    """BEGIN and, in the same breath, whose rows may be seen. What a request typed is never said this way.

    The settings end with their transaction, so a new one begins with nobody's rows: nothing to say then.
    """
    said = "BEGIN"
    if offices:
        said += f"; SET LOCAL motcua.offices = '{','.join(str(int(office)) for office in offices)}'"
    if citizen is not None:
        said += f"; SET LOCAL motcua.citizen = '{UUID(str(citizen))}'"
    return said


class Database:
    """The pool. `transaction()` gives a Db that commits at its end, or rolls back on any exception."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.replica: Replica | None = None

    @asynccontextmanager
    async def transaction(
        self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = ""
    ) -> AsyncIterator[Db]:
        """One transaction that sees these offices' rows (none when nobody is named). Raises DatabaseAway, NotStorable."""
        seen = tuple(offices)
        connection = await self._begun(_beginning(seen, citizen))
        committed = False
        try:
            try:
                db = Db(connection)
                if presents:
                    await db.act_for(offices=seen, citizen=citizen, presents=presents)
                yield db
            except BaseException:
                if not connection.is_closed():
                    with suppress(*SERVER_AWAY):  # the first failure is the one to tell of
                        await connection.execute("ROLLBACK")
                raise
            else:
                await connection.execute("COMMIT")
                committed = True
        except LINE_LOST as away:
            raise DatabaseAway from away
        except NOT_STORABLE as refused:
            raise NotStorable from refused
        finally:
            await self.give_back(connection, at_rest=committed)

    @asynccontextmanager
    async def reading(
        self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = "", after: int = 0
    ) -> AsyncIterator[Db]:
        """As `transaction`, for what only reads and may be a moment old: on the replica, if it holds the log up to `after`.

        The primary answers where there is no replica, or while it is away or late. `db.as_of` tells which it was.
        """
        seen = tuple(offices)
        async with AsyncExitStack() as stack:
            db: Db | None = None
            if self.replica is not None and self.replica.may_answer(after):
                lent = self.replica.transaction(offices=seen, citizen=citizen, presents=presents, after=after)
                with suppress(DatabaseAway):
                    db = await stack.enter_async_context(lent)
            if db is None:
                db = await stack.enter_async_context(
                    self.transaction(offices=seen, citizen=citizen, presents=presents)
                )
            yield db

    async def _begun(self, beginning: str) -> Connection:
        """A connection with a transaction open on it. Lines that died while they lay idle are passed over."""
        for _ in range(self.pool.get_max_size()):
            connection = await self.lent()
            try:
                await connection.execute(beginning)
            except LINE_LOST:
                await self.give_back(connection)
                continue
            except BaseException:
                await self.give_back(connection)
                raise
            return connection
        raise DatabaseAway

    async def lent(self) -> Connection:
        """A connection of the pool, to be given back. Raises DatabaseAway."""
        try:
            # One that lies idle is there at once: nothing to wait for, no clock to set.
            return await self.pool.acquire(timeout=None if self.pool.get_idle_size() else 5)
        except (*SERVER_AWAY, asyncpg.PostgresError) as away:  # whatever it says, it did not let us in
            raise DatabaseAway from away

    async def give_back(self, connection: Connection, *, at_rest: bool = False) -> None:
        """`at_rest`: nothing is under way on it, so nothing can be waited for."""
        with suppress(*SERVER_AWAY):  # how the transaction ended is known already; the pool drops what is broken
            await self.pool.release(connection, timeout=None if at_rest else 5)  # type: ignore[arg-type]

    async def close(self) -> None:
        await self.pool.close()


async def open_database(dsn: str, *, smallest: int = 1, largest: int = 10, statement_cache: int = 200) -> Database:
    """A pool on `dsn`. `statement_cache=0` when a transaction-mode pooler stands between. Raises DatabaseAway."""
    try:
        pool = await asyncpg.create_pool(
            dsn, min_size=smallest, max_size=largest, statement_cache_size=statement_cache, init=_set_up,
            reset=_nothing_left, command_timeout=60, timeout=5,
        )
    except SERVER_AWAY as away:
        raise DatabaseAway from away
    return Database(pool)


async def _set_up(connection: asyncpg.Connection) -> None:
    # One transaction: behind a pooler the two halves of a question would else reach two servers.
    async with connection.transaction():
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(
                kind, encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads, schema="pg_catalog"
            )


async def _nothing_left(connection: asyncpg.Connection) -> None:
    """What asyncpg would say to PostgreSQL after every request (RESET ALL, UNLISTEN, CLOSE, unlock), left unsaid.

    Everything we set, lock or open here ends with its transaction; tests/test_statement_counts.py holds us to it.
    """
