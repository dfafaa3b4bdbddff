"""A streaming replica for what may be a moment old: how far it is, and whether it may answer this question.

Nothing is kept in tables for it. Each process notes, every second, where the primary's log stands, and then how much of
that log the replica has replayed: the newest noted moment that lies behind it is the moment the replica's rows are of.
No clock of another machine is asked. Row-level security is the same there: same role, same settings of the transaction.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kit import clock
from app.kit.db import Database, DatabaseAway, Db

MOST_MARKS: Final = 600  # ten minutes of looks; a replica further behind is not asked anyway

# Where the log is safe on disk: whatever was acknowledged before lies in front of it, and a replica can reach it.
_WHERE = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
_REPLAYED = "SELECT pg_is_in_recovery() AS standby, (pg_last_wal_replay_lsn() - '0/0')::bigint AS position"
# Whose rows, and in the same breath whether the log is replayed far enough: between two looks it may have been replaced.
_BEGIN = (
    "SELECT set_config('motcua.offices', $1, true), set_config('motcua.citizen', $2, true),"
    " set_config('motcua.presented', $3, true),"
    " pg_is_in_recovery() AND pg_last_wal_replay_lsn() - '0/0' >= $4::bigint AS far_enough"
)


class ReplicaLate(DatabaseAway):
    """The replica has not replayed what this question needs. The primary answers instead."""


async def position(primary: Database) -> int:
    """Where the primary's log stands, in bytes: a replica that has replayed as much holds everything acknowledged so far."""
    async with primary.transaction() as db:
        return int(await db.value(_WHERE))


class Replica:
    """One replica as this process sees it. `look` is called every second; `transaction` is refused while it is late."""

    def __init__(self, database: Database, *, most_lag: float) -> None:
        self.database = database
        self.most_lag = timedelta(seconds=most_lag)
        self._marks: deque[tuple[datetime, int]] = deque(maxlen=MOST_MARKS)
        self._reached: tuple[datetime, int] | None = None
        self._replayed = 0
        self._answers = False

    @property
    def as_of(self) -> datetime | None:
        """Everything acknowledged before this moment is there. None: never reached, or no replica any more."""
        return self._reached[0] if self._reached else None

    @property
    def lag(self) -> float | None:
        """Seconds behind, the second between two looks included; None while it does not answer at all."""
        if self.as_of is None or not self._answers:
            return None
        return (clock.now() - self.as_of).total_seconds()

    async def look(self, primary: Database) -> None:
        """Note where the primary is and how far the replica came. Raises DatabaseAway when the primary is away."""
        moment = clock.now()
        self._marks.append((moment, await position(primary)))
        try:
            async with self.database.transaction() as db:
                row = await db.row(_REPLAYED)
        except DatabaseAway:
            self.passed_over()
            return
        if row is None or not row["standby"] or row["position"] is None:
            self._reached, self._answers = None, False
            return
        self._answers, self._replayed = True, row["position"]
        while self._marks and self._marks[0][1] <= self._replayed:
            self._reached = self._marks.popleft()

    def may_answer(self, after: int = 0) -> bool:
        """Whether it answered at the last look, is not late, and holds the log up to `after`."""
        lag = self.lag
        return lag is not None and lag <= self.most_lag.total_seconds() and after <= self._replayed

    def passed_over(self) -> None:
        """It failed somebody: nobody asks it until it answers a look again."""
        self._answers = False

    @asynccontextmanager
    async def transaction(
        self, *, offices: Iterable[int] = (), citizen: UUID | None = None, presents: str = "", after: int = 0
    ) -> AsyncIterator[Db]:
        """A transaction that reads, with `db.as_of` set. Raises ReplicaLate, DatabaseAway."""
        if self._reached is None or not self.may_answer(after):
            raise ReplicaLate
        as_of, reached = self._reached
        try:
            async with self.database.transaction() as db:
                row = await db.row(
                    _BEGIN, ",".join(map(str, offices)), str(citizen or ""), presents, max(after, reached)
                )
                if row is None or not row["far_enough"]:
                    raise ReplicaLate
                db.as_of = as_of
                yield db
        except DatabaseAway:
            self.passed_over()
            raise
