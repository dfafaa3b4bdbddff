"""Count open dossiers by another calendar: look first, then write, then tell; in batches, each one transaction.

A killed run goes on behind its cursor; a dossier is done whole or not at all. Whoever acts on a dossier at that moment
goes first: it is put aside and done later. What a process two seconds behind wrote by the old calendar after the change
came into force is found at the end by the version its lines name. A job works for some seconds and hands on to the next,
so that no sweep takes a long one for a lost one.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from app.deadlines import changes
from app.deadlines.changes import Pair
from app.deadlines.models import CalendarChange, ChangeState
from app.dossiers.counting_again import Known, Outcome, count_again
from app.dossiers.recounted_rows import read, write_down, write_foreseen
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.jobs.service import Work
from app.kit import clock
from app.kit.db import DatabaseAway, Db
from app.notices import service as notices

BATCH: Final = 500
AT_A_TIME: Final = 20.0  # seconds of one job; the sweep takes a job that waits for a minute for a lost one
SETTLED: Final = timedelta(seconds=10)  # by then every process counts by the calendars in force
SKEW: Final = timedelta(minutes=5)  # between the clocks of two machines
PATIENCE: Final = 5
WAIT_FOR_A_ROW: Final = "400ms"  # less than PostgreSQL takes to see a deadlock: we give way, the officer goes on

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ground:
    """What one change reaches: the offices it gives another calendar, and from when on what is due may move."""

    pairs: Mapping[int, Pair]
    since: Mapping[int, datetime]

    @property
    def offices(self) -> list[int]:
        return list(self.since)


async def look_at_calendar_change(tools: Tools, work: Work) -> None:
    """Count what a proposed change would move, and write it down for the page. Nothing else is touched."""
    await _Run(tools, work, ChangeState.PROPOSED).go()


async def recount_calendar(tools: Tools, work: Work) -> None:
    """Count all open dossiers again by the change that came into force, each moved one with an explained line."""
    await _Run(tools, work, ChangeState.APPLYING).go()


async def tell_of_calendar(tools: Tools, work: Work) -> None:
    """Tell every applicant whose promised date moved, once."""
    change_id, ends = UUID(work.payload["change_id"]), time.monotonic() + AT_A_TIME
    async with tools.database.transaction() as db:
        offices = [row["id"] for row in await db.rows("SELECT id FROM office")]
    while True:
        async with tools.database.transaction(offices=offices) as db:
            change = await changes.locked(db, change_id)
            rows = await db.rows(_UNTOLD, change_id, BATCH)
            if not rows:
                await jobs.finish(db, work.id)
                return
            told = await notices.announce_all(db, event="due_moved", announced=[
                notices.Announced(
                    dossier_id=row["dossier_id"], office_id=row["office_id"], citizen_id=row["applicant_id"],
                    language=row["language"], key=f"{row['dossier_id']}:calendar:{change_id}",
                    facts={"due_at": row["due_after"].isoformat(), "due_before": row["due_before"].isoformat(),
                           "decision": change.decision},
                )
                for row in rows if row["finished_at"] is None
            ])
            await db.run(
                "UPDATE calendar_effect SET told_at = $3 WHERE change_id = $1 AND dossier_id = ANY($2)",
                change_id, [row["dossier_id"] for row in rows], clock.now(),
            )
            await db.run("UPDATE calendar_change SET told = told + $2 WHERE id = $1", change_id, told)
            if time.monotonic() > ends:
                await _hand_on(db, work)
                return


_UNTOLD = """
SELECT e.dossier_id, e.office_id, e.due_before, e.due_after, d.applicant_id, d.language, d.finished_at
FROM calendar_effect e JOIN dossier d ON d.id = e.dossier_id
WHERE e.change_id = $1 AND e.told_at IS NULL AND e.moved_at IS NOT NULL ORDER BY e.dossier_id LIMIT $2
"""


class _Superseded(Exception):
    """Another worker goes on with this run, or it is over."""


class _Run:
    """One job's share of a look or a recount."""

    def __init__(self, tools: Tools, work: Work, state: ChangeState) -> None:
        self.tools, self.work, self.state = tools, work, state
        self.change_id = UUID(work.payload["change_id"])
        self.ends = time.monotonic() + AT_A_TIME
        self.cursor: UUID | None = None
        self.ground = Ground({}, {})
        self.known = Known(alarms=state is ChangeState.APPLYING)

    @property
    def writes(self) -> bool:
        return self.state is ChangeState.APPLYING

    async def go(self) -> None:
        try:
            ids = await self._begin()
            for first in range(0, len(ids), BATCH):
                await self._batch(ids[first:first + BATCH])
                if time.monotonic() > self.ends:
                    await self._hand_on()
                    return
            await self._finish()
        except _Superseded:
            async with self.tools.database.transaction(offices=[self.work.office_id]) as db:
                await jobs.finish(db, self.work.id)

    async def _begin(self) -> list[UUID]:
        """What is still to do. The first time, how much that is, and nothing foreseen any more."""
        async with self.tools.database.transaction() as db:
            change = await self._held(db)
            self.cursor = change.cursor
            pairs = await changes.pairs(db, self.tools.calendars.decrees, change)
            self.ground = Ground(pairs, changes.first_moments(pairs))
        offices = self.ground.offices
        async with self.tools.database.transaction(offices=offices) as db:
            if self.cursor is None:
                await db.run("DELETE FROM calendar_effect WHERE change_id = $1", self.change_id)
            if not offices:
                return []
            rows = await db.rows(_CANDIDATES, offices, min(self.ground.since.values()), self.cursor)
            ids = [row["id"] for row in rows]
            if self.cursor is None:
                await db.run("UPDATE calendar_change SET total = $2 WHERE id = $1", self.change_id, len(ids))
        return ids

    async def _batch(self, ids: Sequence[UUID], *, again: bool = False) -> int:
        """One transaction; how many dossiers were put aside. In others' way for too long, it starts anew, in halves."""
        for attempt in range(PATIENCE):
            try:
                async with self.tools.database.transaction(offices=self.ground.offices) as db:
                    await db.run(f"SET LOCAL lock_timeout = '{WAIT_FOR_A_ROW}'")
                    return await self._play(db, ids, again=again)
            except DatabaseAway as away:
                if not isinstance(away.__cause__, asyncpg.LockNotAvailableError | asyncpg.TransactionRollbackError):
                    raise
            await asyncio.sleep(0.1 * (attempt + 1))
        if len(ids) == 1:
            async with self.tools.database.transaction(offices=self.ground.offices) as db:
                await self._advance(db, await self._held(db), ids, [], ids, again=again)
            return 1
        half = len(ids) // 2
        return await self._batch(ids[:half], again=again) + await self._batch(ids[half:], again=again)

    async def _play(self, db: Db, ids: Sequence[UUID], *, again: bool) -> int:
        change = await self._held(db)
        if not again and change.cursor != self.cursor:
            raise _Superseded
        now = clock.now()
        dossiers, busy = await read(db, ids, lock=self.writes)
        outcomes: list[Outcome] = []
        left_out = 0
        for dossier, version_id in dossiers:
            pair, since = self.ground.pairs.get(dossier.office_id), self.ground.since.get(dossier.office_id)
            if pair is None or since is None:
                continue
            loaded = await self.tools.catalogue.version(db, version_id)
            try:
                outcome = count_again(dossier, loaded.procedure, pair, now, self.known, since=since)
            except Exception as problem:  # one broken ledger holds up nobody else's
                left_out += 1
                log.error("not counted again", dossier=str(dossier.id), change=str(change.id), error=type(problem).__name__)
                continue
            if not outcome.nothing:
                outcomes.append(outcome)
        if self.writes:
            versions = {office: pair.after.version for office, pair in self.ground.pairs.items()}
            await write_down(db, change, outcomes, versions, now)
        else:
            await write_foreseen(db, change.id, outcomes)
        await self._advance(db, change, ids, outcomes, busy, again=again, left_out=left_out)
        return len(busy)

    async def _advance(
        self, db: Db, change: CalendarChange, ids: Sequence[UUID], outcomes: Sequence[Outcome], busy: Sequence[UUID], *,
        again: bool, left_out: int = 0,
    ) -> None:
        done = {str(one) for one in ids}
        later = [one for one in change.later if one not in done] + [str(one) for one in busy]
        cursor = change.cursor if again else ids[-1]
        await db.run(
            "UPDATE calendar_change SET cursor = $2, looked_at = looked_at + $3, moved = moved + $4,"
            " left_out = left_out + $5, later = $6 WHERE id = $1",
            change.id, cursor, 0 if again else len(ids), sum(outcome.moved for outcome in outcomes), left_out, later,
        )
        if not again:
            self.cursor = cursor

    async def _finish(self) -> None:
        """What was put aside, what was written by the old calendar since; then it is done."""
        async with self.tools.database.transaction() as db:
            change = await self._held(db)
        for wait in range(PATIENCE):
            aside = [UUID(one) for one in change.later]
            if not aside:
                break
            await asyncio.sleep(0.2 * wait)
            for first in range(0, len(aside), BATCH):
                await self._batch(aside[first:first + BATCH], again=True)
            async with self.tools.database.transaction() as db:
                change = await self._held(db)
        if change.later:
            await self._hand_on(clock.now() + timedelta(seconds=5))
            return
        if self.writes:
            assert change.applied_at is not None
            if clock.now() < change.applied_at + SETTLED:
                await self._hand_on(change.applied_at + SETTLED)
                return
            await self._catch_up(change.applied_at)
        async with self.tools.database.transaction(offices=[self.work.office_id]) as db:
            change = await self._held(db)
            if change.later:
                await _hand_on(db, self.work)
                return
            if not await jobs.finish(db, self.work.id):
                return
            if not self.writes:
                await db.run("UPDATE calendar_change SET seen_at = $2, cursor = NULL WHERE id = $1", change.id, clock.now())
                return
            await db.run(
                "UPDATE calendar_change SET state = 'applied', finished_at = $2, cursor = NULL WHERE id = $1",
                change.id, clock.now(),
            )
            if change.moved:
                await jobs.queue(
                    db, "tell_of_calendar", key=f"calendar:tell:{change.id}", office_id=self.work.office_id,
                    change_id=str(change.id),
                )

    async def _catch_up(self, applied_at: datetime) -> None:
        if not self.ground.offices:
            return
        old = list({pair.before.version for pair in self.ground.pairs.values()})
        async with self.tools.database.transaction(offices=self.ground.offices) as db:
            rows = await db.rows(_BEHIND, self.ground.offices, applied_at - SKEW, old)
        ids = [row["dossier_id"] for row in rows]
        for first in range(0, len(ids), BATCH):
            await self._batch(ids[first:first + BATCH], again=True)

    async def _held(self, db: Db) -> CalendarChange:
        """The change, locked: of two workers with the same job one waits. Raises _Superseded when it is not ours."""
        change = await changes.locked(db, self.change_id)
        if change.state != self.state or (not self.writes and change.seen_at is not None):
            raise _Superseded
        return change

    async def _hand_on(self, run_at: datetime | None = None) -> None:
        async with self.tools.database.transaction(offices=[self.work.office_id]) as db:
            await _hand_on(db, self.work, run_at)


async def _hand_on(db: Db, work: Work, run_at: datetime | None = None) -> None:
    """This job is done; another goes on where it stopped."""
    if await jobs.finish(db, work.id):
        key = f"{work.key.split('#')[0]}#{clock.now():%Y%m%d%H%M%S%f}"
        await jobs.queue(db, work.name, key=key, office_id=work.office_id, run_at=run_at, **_payload(work))


def _payload(work: Work) -> dict[str, Any]:
    return {"change_id": work.payload["change_id"]}


# Whatever is open and due on or after the first day that changes: by its term, by a step, by a timer.
_CANDIDATES = """
SELECT id FROM dossier WHERE office_id = ANY($1) AND finished_at IS NULL AND code IS NOT NULL AND due_at >= $2
  AND ($3::uuid IS NULL OR id > $3)
UNION SELECT dossier_id FROM step WHERE office_id = ANY($1) AND due_at >= $2 AND ($3::uuid IS NULL OR dossier_id > $3)
UNION SELECT dossier_id FROM timer
  WHERE office_id = ANY($1) AND due_at >= $2 AND term IS NOT NULL AND ($3::uuid IS NULL OR dossier_id > $3)
ORDER BY 1
"""
_BEHIND = """
SELECT DISTINCT dossier_id FROM deadline_line WHERE calendar_version = ANY($3) AND office_id = ANY($1) AND written_at >= $2
UNION SELECT dossier_id FROM step WHERE office_id = ANY($1) AND opened_at >= $2
UNION SELECT dossier_id FROM timer WHERE office_id = ANY($1) AND set_at >= $2 AND term IS NOT NULL
ORDER BY 1
"""
