"""The province: people come when they come, whether or not the office keeps up (an open loop).

Submissions and page views have their moments drawn beforehand (exponential gaps); a wait is counted from that moment, not
from when the client got round to sending, so a slow answer is not hidden by asking less. Officers go on handling what was
handed in at a pace of their own behind it.

First the machine is asked what it holds: lives alone, then lives with all pages and files. From the CPU a dossier costs
(the worker's jobs for it included, also those it has not come to) follows how many submissions fit into TARGET of the
machine, and how many pages and files beside them; the run says which share that was and who is the limit.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass

from benchmarks.afterwards import drained, jobs
from benchmarks.load import Cost, Play, Told, phase, plain, sentences_of
from benchmarks.tally import Tally, share
from benchmarks.wire import NoAnswer
from benchmarks.work_unit import STEPS, Life, NotDone

TARGET = 0.75  # of what it can do at most; beyond that queues grow without end
ALL_AT_ONCE = 16
PACE = 1.0  # seconds an officer takes from one step to the next
TOO_MANY = 1_500  # requests under way at once: the office no longer holds


async def province(play: Play, *, rate: float, seconds: float, views: float, uploads: float) -> list[Told]:
    """What the machine holds, then `seconds` of arrivals at `rate` submissions a second or what it holds."""
    looking = min(20.0, max(1.0, seconds / 10))
    alone, work = await phase(play, ALL_AT_ONCE, looking, views=0, uploads=0)
    print(plain(alone), flush=True)
    whole, mixed = await phase(play, ALL_AT_ONCE, looking, views=views, uploads=uploads)
    print(plain(whole), flush=True)
    job = await _working_off(play, max(10.0, min(120.0, seconds / 3)))
    held, part = _plan(rate, work, mixed, job)
    reason = _reason(rate, views, uploads, work, mixed, job, held, part)
    main = await _arrivals(play, rate=held, seconds=seconds, views=views * part, uploads=uploads * part)
    main.sentences.insert(0, reason)
    print(plain(main), flush=True)
    return [alone, whole, main]


@dataclass(frozen=True)
class Job:
    """CPU seconds of one job of the worker: its own, and PostgreSQL's for it."""

    worker: float
    database: float


async def _working_off(play: Play, seconds: float) -> Job:
    """Let the worker have the machine until its queue is empty or the time is up; what a job cost it."""
    play.watch.begin()
    _, before = await jobs(play.office)
    await drained(play.office, patience=seconds)
    _, after = await jobs(play.office)
    await play.watch.end()
    done = max(1, after - before)
    return Job(play.watch.groups["worker"].used / done, play.watch.groups["PostgreSQL"].used / done)


def _plan(rate: float, work: Cost, mixed: Cost, job: Job) -> tuple[float, float]:
    """Submissions a second, and the share of pages and files that fit beside them."""
    if not work.rate:
        return rate, 0.0
    room = TARGET * (os.cpu_count() or 1)
    whole = work.cpu + work.jobs * (job.worker + job.database)
    held = min(rate, room / whole, TARGET / (work.jobs * job.worker) if work.jobs and job.worker else rate)
    beside = max(mixed.cpu - work.cpu, 0.0) if mixed.rate else float("inf")
    return held, min(1.0, max(0.0, (room - held * whole) / (held * beside))) if beside > 0 else 1.0


def _reason(
    rate: float, views: float, uploads: float, work: Cost, mixed: Cost, job: Job, held: float, part: float
) -> str:
    if held >= rate and part >= 1:
        return f"All that was asked was held: {rate:g} submissions a second, {views:g} views and {uploads:g} files each."
    of_jobs = work.jobs * (job.worker + job.database)
    return (
        f"Held: {held:.2f} submissions a second with {part:.0%} of the {views:g} page views and {uploads:g} files each. The "
        f"limit is the processors. CPU a dossier: {work.cpu * 1000:.0f} ms for requests, {of_jobs * 1000:.0f} ms for its "
        f"{work.jobs:.1f} jobs ({work.jobs * job.worker * 1000:.0f} ms of them in the one worker), "
        f"{(mixed.cpu - work.cpu) * 1000:.0f} ms for all pages and files. {rate:g} a second with all of it would want "
        f"{rate * (mixed.cpu + of_jobs):.1f} of {os.cpu_count()} cores, and {rate * work.jobs * job.worker:.1f} of the one "
        "that a worker can use."
    )


async def _arrivals(play: Play, *, rate: float, seconds: float, views: float, uploads: float) -> Told:
    dice = random.Random(20261122)
    queue: asyncio.Queue[tuple[Life, int]] = asyncio.Queue()
    under_way: set[asyncio.Task[None]] = set()
    whole: list[float] = []
    most, turned_away = 0, 0
    files = _evenly(uploads)
    play.tally = Tally()
    play.watch.begin()
    begins = time.monotonic()
    officers = [asyncio.create_task(_officer(play, queue)) for _ in range(max(2, round(rate * len(STEPS) * PACE * 1.3)))]
    for due, submission in _moments(dice, rate, views, begins, seconds):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if len(under_way) >= TOO_MANY:
            turned_away += 1
            continue
        act: Awaitable[None] = _hand_in(play, queue, due, next(files), whole) if submission else play.view(due)
        task = asyncio.ensure_future(act)
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        most = max(most, len(under_way))
    await play.watch.end()
    lasted, tally = time.monotonic() - begins, play.tally
    queued, carried_out = await jobs(play.office)
    play.tally = Tally()
    behind = sum(life.code is not None and not life.done for life in play.lives)
    await asyncio.gather(*under_way)
    await _until_handled(play, patience=120)
    for officer in officers:
        officer.cancel()
    await asyncio.gather(*officers, return_exceptions=True)
    tally.errors += play.tally.errors
    tally.said |= play.tally.said
    play.tally = tally
    words = [
        f"{len(whole):,} dossiers handed in within {lasted:.0f} s ({len(whole) / lasted:.2f} a second), each in "
        f"{4 + uploads:.1f} requests on average; from the moment a citizen came to their code: "
        f"p50 {share(whole, 0.5):.2f} s, p95 {share(whole, 0.95):.2f} s, p99 {share(whole, 0.99):.2f} s.",
        f"{len(officers)} officers, a step each every {PACE:g} s at most; {behind:,} dossiers were with them when the last "
        "citizen had come.",
        f"The worker had {queued - carried_out:,} jobs before it then, of {queued:,}.",
        f"At most {most} citizens and readers under way at once; {turned_away:,} more were not sent.",
        *sentences_of(play.watch), *(f"First error of “{kind}”: {said}" for kind, said in tally.said.items()),
    ]
    beside = f"{views:.1f} views and {uploads:.1f} files each"
    return Told(f"The province: {rate:.2f} submissions a second for {seconds:.0f} s, {beside}", words, tally.rows())


def _moments(
    dice: random.Random, rate: float, views: float, begins: float, seconds: float
) -> Iterator[tuple[float, bool]]:
    """When something comes, in order; True for a submission."""
    both, at = rate * (1 + views), begins
    while (at := at + dice.expovariate(both)) < begins + seconds:
        yield at, dice.random() < 1 / (1 + views)


def _evenly(each: float) -> Iterator[int]:
    """Whole numbers whose mean is `each`."""
    owed = 0.0
    while True:
        owed += each
        yield int(owed)
        owed -= int(owed)


async def _hand_in(
    play: Play, queue: asyncio.Queue[tuple[Life, int]], due: float, uploads: int, whole: list[float]
) -> None:
    life = play.life()
    late = time.monotonic() - due
    try:
        for part in play.handing_in(life, uploads):
            await part()
    except (NotDone, NoAnswer):
        return  # counted where it was asked
    whole.append(time.monotonic() - due)
    if late > 1:  # the client itself was late: the figures would be about it
        play.tally.failed("client", f"{late:.1f} s late")
    queue.put_nowait((life, -1))


async def _officer(play: Play, queue: asyncio.Queue[tuple[Life, int]]) -> None:
    """Take what waits longest, do one step, put it back for the next."""
    while True:
        life, place = await queue.get()
        began = time.monotonic()
        try:
            if place < 0:
                await life.judge()
                place = 0
            await life.step(place)
            if place + 1 < len(STEPS):
                queue.put_nowait((life, place + 1))
        except (NotDone, NoAnswer):
            continue
        await asyncio.sleep(max(0.0, PACE - (time.monotonic() - began)))


async def _until_handled(play: Play, *, patience: float) -> None:
    for _ in range(int(2 * patience)):
        if all(life.done or life.code is None for life in play.lives):
            return
        await asyncio.sleep(0.5)
