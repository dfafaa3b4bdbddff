"""The worker: does queued jobs, wakes due timers, sweeps what a crash left behind. As many as you like may run."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job

from app.deadlines.timers import DueTimer, due_timers, lock_for_firing
from app.dossiers.effects import HANDLERS
from app.dossiers.escalating import due_alarms, ring
from app.dossiers.forgetting import forget
from app.dossiers.giving_up import give_up
from app.dossiers.progress import fire_timer
from app.dossiers.tools import Tools
from app.equipment import equip
from app.gateways.errors import GatewayDown
from app.jobs import service as jobs
from app.jobs.service import ENTRYPOINT
from app.kit import clock
from app.kit.db import SERVER_AWAY, Database, Db
from app.kit.errors import Conflict, Refusal, Unavailable
from app.observing import JOBS, JOBS_STUCK, JOBS_WAITING, TIMERS_LATE, open_metrics, set_up_logs
from app.sentinel.sweeping import Swept, sweep
from app.sessions import service as sessions
from app.settings import Settings
from app.signatures.keyring import KeyMissing
from storage import StoreError, StoreFull, StoreUnreachable

BATCH: Final = 4
POLL_SECONDS: Final = 1.0
LOOK_AGAIN: Final = timedelta(seconds=2)
ALIVE: Final = timedelta(seconds=6)  # a worker silent for so long is dead, and others take its jobs over
SWEEP_SECONDS: Final = 20.0
SENTINEL_SECONDS: Final = 45.0  # less than a minute, a sweep included: no minute is left out
TIDY_SECONDS: Final = 3600.0
LOOK_AT: Final = 100  # due timers or alarms read at a time

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished or tried again later."""
    set_up_logs(settings.log_level)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    open_metrics(settings.metrics_host, settings.worker_metrics_port)
    async with equip(settings) as tools:
        await asyncio.gather(
            _again_and_again(lambda: _serve_queue(settings, tools, stopping), stopping),
            _again_and_again(lambda: _watch_timers(tools, stopping), stopping),
            _again_and_again(lambda: _sweep(tools, stopping), stopping),
            _again_and_again(lambda: _watch_over(tools, stopping), stopping),
            _again_and_again(lambda: _tidy(tools, stopping), stopping),
        )


async def _again_and_again(part: Callable[[], object], stopping: asyncio.Event) -> None:
    """Keep a part running while the database comes and goes."""
    while not stopping.is_set():
        try:
            await part()  # type: ignore[misc]
        except (*SERVER_AWAY, Unavailable) as away:
            log.warning("database away, trying again", error=type(away).__name__)
            await _pause(stopping, 2.0)
        except Exception as problem:
            log.error("a part of the worker failed, going on", error=type(problem).__name__)
            await _pause(stopping, 2.0)


async def _serve_queue(settings: Settings, tools: Tools, stopping: asyncio.Event) -> None:
    connection = await asyncpg.connect(settings.queue_database_url or settings.database_url, timeout=5)
    try:
        queuer = PgQueuer.from_asyncpg_connection(connection)

        # No limit on the entrypoint: it would count the jobs of all workers, a killed one's too, and stop the queue.
        @queuer.entrypoint(ENTRYPOINT)
        async def job(woken: Job) -> None:
            await carry_out(tools, int((woken.payload or b"0").decode()))

        serving = asyncio.ensure_future(queuer.run(
            batch_size=BATCH, max_concurrent_tasks=BATCH * 2, dequeue_timeout=LOOK_AGAIN, heartbeat_timeout=ALIVE,
        ))
        waiting = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        queuer.shutdown.set()
        waiting.cancel()
        await serving
    finally:
        await connection.close()


async def carry_out(tools: Tools, job_id: int) -> None:
    """Do one job, keep its outcome, or say why not and when again. Never raises for a job's own failure."""
    async with everywhere(tools.database) as db:
        work = await jobs.take(db, job_id)
    if work is None:
        return
    handler = HANDLERS.get(work.name)
    try:
        if handler is None:
            raise LookupError(f"no handler for {work.name}")
        await handler(tools, work)
        JOBS.labels(work.name, "done").inc()
    except Exception as problem:
        await _put_off(tools, work, problem)


async def _put_off(tools: Tools, work: jobs.Work, problem: Exception) -> None:
    if await give_up(tools, work):
        JOBS.labels(work.name, "given up").inc()
        return
    hopeless, outage = isinstance(problem, LookupError), _outside_is_away(problem)
    words = problem.words() if isinstance(problem, Refusal) else f"{type(problem).__name__}: {problem}"[:300]
    async with tools.database.transaction(offices=[work.office_id]) as db:
        again = await jobs.postpone(
            db, work.id, trouble=words, attempt=work.attempt, hopeless=hopeless, outage=outage
        )
    JOBS.labels(work.name, "again" if again else "stuck").inc()
    log.warning(
        "job put off" if again else "job stuck", job=work.id, name=work.name, attempt=work.attempt,
        error=type(problem).__name__, dossier=str(work.dossier_id),
    )


def _outside_is_away(problem: Exception) -> bool:
    """Whether only an outside part is away, so that trying again is right however long that takes."""
    if isinstance(problem, GatewayDown):
        return problem.retryable
    if isinstance(problem, StoreError):
        return isinstance(problem, StoreUnreachable | StoreFull)
    return isinstance(problem, Unavailable) and not isinstance(problem, KeyMissing)


async def _watch_timers(tools: Tools, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        if not await anything_due(tools) or not await wake_timers(tools) + await ring_alarms(tools):
            await _pause(stopping, POLL_SECONDS)


async def anything_due(tools: Tools) -> bool:
    """Whether the first timer or the first alarm has come: one short transaction, every second of an idle worker."""
    async with everywhere(tools.database) as db:
        row = await db.row("SELECT (SELECT min(due_at) FROM timer) AS timer, (SELECT min(alarm_at) FROM dossier) AS alarm")
    assert row is not None
    now = clock.now()
    return any(moment is not None and moment <= now for moment in row)


async def wake_timers(tools: Tools) -> int:
    """Fire the timers whose moment has come, oldest first, each in a transaction of its own; how many fired.

    A dossier somebody is working on at this moment is left for the next look; a timer that fails holds up no other, but
    the later ones of its own dossier, which keep their order. Whatever is behind a hundred failing ones is reached too.
    """
    fired, last, now = 0, None, clock.now()
    while True:
        async with everywhere(tools.database) as db:
            due = await due_timers(db, now, LOOK_AT, after=last)
        for timer in due:
            try:
                fired += await _wake(tools, timer)
            except Conflict:
                continue
            except (*SERVER_AWAY, Unavailable):
                raise
            except Exception as problem:
                log.error("timer failed", error=type(problem).__name__, timer=timer.name, dossier=str(timer.dossier_id))
        if len(due) < LOOK_AT:
            return fired
        last = due[-1]


async def _wake(tools: Tools, timer: DueTimer) -> bool:
    """The process is locked first, as everybody who moves a dossier does: whoever came earlier goes first."""
    async with tools.database.transaction(offices=[timer.office_id]) as db:
        if not await lock_for_firing(db, timer, clock.now()):
            return False
        if not await fire_timer(db, tools, timer.dossier_id, timer.task_no, timer.name):
            await db.run("DELETE FROM timer WHERE dossier_id = $1 AND task_no = $2", timer.dossier_id, timer.task_no)
    return True


async def ring_alarms(tools: Tools) -> int:
    """Ring the terms whose alarm has come, oldest first, each in a transaction of its own; how many rang."""
    rang, last, now = 0, None, clock.now()
    while True:
        async with everywhere(tools.database) as db:
            due = await due_alarms(db, now, after=last, limit=LOOK_AT)
        for alarm in due:
            try:
                sees = [alarm.office_id] if alarm.above is None else [alarm.office_id, alarm.above]
                async with tools.database.transaction(offices=sees) as db:
                    rang += await ring(db, tools, alarm.dossier_id, above=alarm.above)
            except (*SERVER_AWAY, Unavailable):
                raise
            except Exception as problem:
                log.error("alarm failed", error=type(problem).__name__, dossier=str(alarm.dossier_id))
        if len(due) < LOOK_AT:
            return rang
        last = due[-1]


async def _sweep(tools: Tools, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        async with everywhere(tools.database) as db:
            lost = await jobs.overdue(db) + await jobs.resumed(db)
            row = await db.row(
                "SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,"
                " count(*) FILTER (WHERE state = 'stuck') AS stuck FROM job WHERE state IN ('waiting', 'stuck')"
            )
            oldest = await db.value("SELECT min(due_at) FROM timer")
            await sessions.sweep(db)
        if row is not None:
            JOBS_WAITING.set(row["waiting"])
            JOBS_STUCK.set(row["stuck"])
        TIMERS_LATE.set(max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0)
        for job_id in lost:
            await carry_out(tools, job_id)
        await _pause(stopping, SWEEP_SECONDS)


async def _watch_over(tools: Tools, stopping: asyncio.Event) -> None:
    """The sentinel: what stands still is found within SHARES minutes, by whichever worker comes first.

    The turn is the minute, not a count, so that workers that come by turns leave no office out.
    """
    while not stopping.is_set():
        await _pause(stopping, SENTINEL_SECONDS)  # first: after an outage jobs and timers catch up before anybody is told
        if not stopping.is_set():
            await look_around(tools, turn=int(clock.now().timestamp() // 60))


async def look_around(tools: Tools, *, turn: int | None = None) -> Swept:
    """One sweep of the sentinel in a transaction of its own; without `turn` over everything at once."""
    async with everywhere(tools.database) as db:
        swept = await sweep(db, tools, turn=turn)
    if any(swept.opened.values()) or any(swept.cleared.values()):
        log.info("sentinel", opened={cause.value: n for cause, n in swept.opened.items() if n},
                 cleared={cause.value: n for cause, n in swept.cleared.items() if n})
    return swept


async def _tidy(tools: Tools, stopping: asyncio.Event) -> None:
    """By the hour, what is no record and whose term is over is deleted."""
    while not stopping.is_set():
        await _pause(stopping, TIDY_SECONDS)  # first: a start has other things to do
        if not stopping.is_set():
            gone = await forget(tools, await every_office(tools.database))
            log.info("forgotten", drafts=gone.drafts, keys=gone.keys, jobs=gone.jobs)


@asynccontextmanager
async def everywhere(database: Database) -> AsyncIterator[Db]:
    """A transaction that sees the rows of every office: the worker serves them all."""
    async with database.transaction() as db:
        await db.run("SELECT set_config('motcua.offices', string_agg(id::text, ','), true) FROM office")
        yield db


async def every_office(database: Database) -> list[int]:
    """All offices of the installation: the worker serves every one of them."""
    async with database.transaction() as db:
        return [row["id"] for row in await db.rows("SELECT id FROM office ORDER BY id")]


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
