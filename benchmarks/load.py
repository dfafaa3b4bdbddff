"""The load: whole lives of dossiers, page views and small uploads, against two web processes and a worker.

    python -m benchmarks.load                   1, 8 and 64 clients, each in a closed loop
    python -m benchmarks.load --province        submissions that come whether or not the office keeps up (arriving.py)
    … --seconds 20  --clients 1,8,64  --views 50  --uploads 10  --rate 5  --open 10000
    … --keep                                    and keep it in docs/speed/

Every request is a connection of its own. This process is the client alone; what it used is told beside the servers'.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from app.kit.clock import LOCAL
from benchmarks import keeping
from benchmarks.afterwards import drained, jobs, violations
from benchmarks.machine import described, load
from benchmarks.office import BenchOffice, fill, open_office
from benchmarks.servers import Server, office_serving, office_working
from benchmarks.tally import HEADINGS, Tally
from benchmarks.visits import UPLOADS, VIEWS, Seen, Visitor, different, small_files
from benchmarks.watching import Watch
from benchmarks.wire import Answer, NoAnswer, Request, exchange
from benchmarks.work_unit import STEPS, Life, NotDone

WORK = ("draft", "submit", "step")
EACH = 4 + len(STEPS)  # requests of work in one life without uploads
Part = Callable[[], Awaitable[None]]


@dataclass
class Play:
    """One office under load: who listens where, and everything that was played so far."""

    office: BenchOffice
    web: Server
    worker: Server
    lives: list[Life] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    tally: Tally = field(default_factory=Tally)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    winding_down: bool = False  # lives are played to their end without files
    visitor: Visitor = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.office.people, self.seen)
        self.watch = Watch({
            "web": (self.web.pid,), "worker": (self.worker.pid,), "PostgreSQL": (self.office.postgres.pid,),
            "client": (os.getpid(),),
        })
        # The client's own children are the office.
        self.watch.groups["client"].pids = lambda: [os.getpid()]  # type: ignore[method-assign]

    def life(self) -> Life:
        """The next dossier, at the desks and for the citizens by turns."""
        n, people = len(self.lives), self.office.people
        life = Life(self.ask, people.desks[n % len(people.desks)], people.citizens[n % len(people.citizens)], n=n)
        self.lives.append(life)
        return life

    async def ask(self, kind: str, one: Request, *, due: float | None = None) -> Answer:
        """Send it and note how long it took: from `due` (of the loop's clock) where it had a moment, else from now."""
        began = time.monotonic() if due is None else due
        try:
            answer = await exchange(self.web.port, one)
        except NoAnswer as broken:
            self.tally.failed(kind, f"no answer: {broken}")
            raise
        if answer.status == one.expects:
            self.tally.took(kind, time.monotonic() - began)
        else:
            self.tally.failed(kind, f"{answer.status} {answer.body[:200]!r}")
        return answer

    async def view(self, due: float | None = None) -> None:
        """One page view; what goes wrong is counted and hurts nobody else."""
        kind, one = self.visitor.next()
        try:
            await self.ask(kind, one, due=due)
        except NoAnswer:
            return

    def file(self) -> tuple[str, bytes]:
        """The next photograph."""
        n = self.tally.count("upload") + len(self.lives)
        return different(self.files[n % len(self.files)], time.monotonic_ns())

    def handing_in(self, life: Life, uploads: int) -> list[Part]:
        """The citizen's part of a life."""
        async def submit() -> None:
            await life.submit()
            self.seen.add(life.dossier_id, life.code or "", life.citizen, life.desk)

        async def upload() -> None:
            if not self.winding_down:
                await life.upload(self.file())

        return [life.begin, life.fill, life.choose, *([upload] * uploads), submit]

    def handling(self, life: Life) -> list[Part]:
        """The officers' part."""
        return [life.judge, *((lambda place=place: life.step(place)) for place in range(len(STEPS)))]


@asynccontextmanager
async def opened(lying: int, *, largest: int = 5_000_000) -> AsyncIterator[Play]:
    """An office with so many open dossiers, two web processes, a worker."""
    async with open_office() as office:
        await fill(office, lying)
        async with served(office, largest=largest) as play:
            await closed(play, 4, 2.0, views=10, uploads=1)  # processes read their procedures and templates once
            play.tally = Tally()
            yield play


@asynccontextmanager
async def served(office: BenchOffice, *, processes: int = 2, largest: int = 5_000_000) -> AsyncIterator[Play]:
    """`motcua serve` and `motcua worker` on this office, ready to be played on."""
    async with office_serving(office, processes=processes) as web, office_working(office) as worker:
        play = Play(office, web, worker)
        play.files = small_files(largest=largest)
        yield play


async def closed(play: Play, clients: int, seconds: float, *, views: float, uploads: float) -> float:
    """So many clients, each always waiting for one answer. Dossiers a second, by the requests of work that were answered.

    Lives still under way when the time is up are played to their end, without pages and files, outside the figures.
    """
    ends = time.monotonic() + seconds
    owed = [0.0]

    async def client() -> None:
        viewing = 0.0
        while time.monotonic() < ends:
            life = play.life()
            owed[0] += uploads
            files = int(owed[0])
            owed[0] -= files
            parts = play.handing_in(life, files) + play.handling(life)
            try:
                for part in parts:
                    await part()
                    viewing += views / len(parts)
                    while viewing >= 1 and time.monotonic() < ends:
                        viewing -= 1
                        await play.view()
            except (NotDone, NoAnswer):
                continue  # counted where it was asked

    tally, before = play.tally, play.tally.count(*WORK)
    waiting = [asyncio.create_task(client()) for _ in range(clients)]
    await asyncio.sleep(seconds)
    done = tally.count(*WORK) - before
    play.tally, play.winding_down = Tally(), True
    if play.watch.running:
        await play.watch.end()
    await asyncio.gather(*waiting)
    play.winding_down = False
    tally.errors += play.tally.errors
    tally.said |= play.tally.said
    play.tally = tally
    return done / EACH / seconds


@dataclass
class Told:
    """What a phase says: a heading, sentences, a table."""

    title: str
    sentences: list[str]
    rows: list[tuple[str, ...]]


def sentences_of(watch: Watch) -> list[str]:
    """Who was busy, and how much memory they took."""
    cores = os.cpu_count() or 1
    busy = ", ".join(f"{name} {watch.cores(name):.2f}" for name in watch.groups)
    memory = ", ".join(
        f"{name} {one.memory[0]:.0f} → {one.memory[-1]:.0f} (most {max(one.memory):.0f})"
        for name, one in watch.groups.items() if one.memory
    )
    used = sum(watch.cores(name) for name in watch.groups)
    return [f"Cores busy: {busy}; {used:.2f} of {cores} together.", f"Memory, PSS in MB: {memory}."]


@dataclass(frozen=True)
class Cost:
    """What a closed loop showed: dossiers a second; CPU seconds a dossier but for the worker; jobs a dossier."""

    rate: float
    cpu: float
    jobs: float


async def phase(play: Play, clients: int, seconds: float, *, views: float, uploads: float) -> tuple[Told, Cost]:
    """One closed loop with its report."""
    play.tally = Tally()
    made_before, done_before = await jobs(play.office)
    play.watch.begin()
    rate = await closed(play, clients, seconds, views=views, uploads=uploads)
    made, done = (now - before for now, before in zip(await jobs(play.office), (made_before, done_before), strict=True))
    cost = _cost(play.watch, rate * seconds, made)
    beside = f"with {views:g} page views and {uploads:g} uploads for each dossier" if views or uploads else "the work alone"
    words = [
        f"{rate:.2f} dossiers a second, {seconds:.0f} s.", *sentences_of(play.watch),
        f"The worker: {made:,} jobs came, {done:,} were done meanwhile.",
        *_errors(play.tally),
    ]
    return Told(f"{clients} {'client' if clients == 1 else 'clients'}, {beside}", words, play.tally.rows()), cost


def _cost(watch: Watch, lives: float, made: int) -> Cost:
    if not lives:
        return Cost(0.0, 0.0, 0.0)
    used = sum(one.used for name, one in watch.groups.items() if name != "worker")
    return Cost(lives / watch.seconds, used / lives, made / lives)


def _errors(tally: Tally) -> list[str]:
    return [f"First error of “{kind}”: {words}" for kind, words in tally.said.items()]


async def verdict(play: Play, *, patience: float) -> Told:
    """What the run left behind: nothing lost, nothing twice."""
    left = await drained(play.office, patience=patience)
    found = await violations(play.office, play.lives)
    done = sum(life.done for life in play.lives)
    codes = sum(life.code is not None for life in play.lives)
    words = [
        f"{len(play.lives):,} dossiers were begun, {codes:,} were told a code, {done:,} were returned.",
        f"The worker's queue: {'empty' if not left else f'{left:,} jobs still waiting after {patience:.0f} s'}.",
        "Nothing is lost and nothing is there twice: rows, journal and the independent checker of the invariants agree."
        if not found else f"{len(found):,} things do not agree: {'; '.join(found[:5])}",
    ]
    return Told("Afterwards", words, [])


def plain(told: Told) -> str:
    """A phase for a terminal."""
    lines = [f"— {told.title}", *(f"  {one}" for one in told.sentences)]
    if told.rows:
        rows = [HEADINGS, *told.rows]
        widths = [max(len(row[n]) for row in rows) for n in range(len(HEADINGS))]
        lines += ["  " + "  ".join(text.ljust(w) if n == 0 else text.rjust(w)
                                   for n, (text, w) in enumerate(zip(row, widths, strict=True))) for row in rows]
    return "\n".join(lines)


def markdown(told: Told) -> str:
    """A phase for a page."""
    lines = [f"## {told.title}", "", *told.sentences]
    if told.rows:
        lines += ["", "| " + " | ".join(HEADINGS) + " |", "|---|" + "--:|" * (len(HEADINGS) - 1)]
        lines += ["| " + " | ".join(row) + " |" for row in told.rows]
    return "\n".join(lines)


async def run(told: argparse.Namespace) -> tuple[list[Told], str]:
    """The closed loops, then what they left behind, and which PostgreSQL it was; `--province` goes another way."""
    async with opened(told.open, largest=told.largest) as play:
        version = play.office.postgres.version
        if told.province:
            from benchmarks.arriving import province

            arrived = await province(play, rate=told.rate, seconds=told.seconds, views=told.views, uploads=told.uploads)
            last = await verdict(play, patience=told.patience)
            print(plain(last), flush=True)
            return [*arrived, last], version
        phases = []
        for clients in (int(one) for one in told.clients.split(",")):
            report, _ = await phase(play, clients, told.seconds, views=told.views, uploads=told.uploads)
            phases.append(report)
            print(plain(report), flush=True)
        report, _ = await phase(play, 64 if told.seconds >= 5 else 2, told.seconds, views=0, uploads=0)
        print(plain(report), flush=True)
        last = await verdict(play, patience=told.patience)
        print(plain(last), flush=True)
        return [*phases, report, last], version


def main() -> int:
    """Play, print, perhaps keep; ends with 1 when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default="1,8,64")
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--views", type=float, default=VIEWS)
    parser.add_argument("--uploads", type=float, default=UPLOADS)
    parser.add_argument("--largest", type=int, default=5_000_000)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=5.0)
    parser.add_argument("--patience", type=float, default=300.0)
    parser.add_argument("--province", action="store_true")
    parser.add_argument("--keep", action="store_true")
    told = parser.parse_args()
    told.seconds = told.seconds or (600.0 if told.province else 20.0)
    began, before = time.monotonic(), load()
    phases, version = asyncio.run(run(told))
    head = [*described(version), f"{before} before, {load()} after; {time.monotonic() - began:.0f} s"]
    print("\n".join(head))
    if told.keep:
        words = "\n\n".join(markdown(one) for one in phases)
        name = "province" if told.province else "load"
        keeping.keep_page(name, "Load, the province" if told.province else "Load", datetime.now(LOCAL), head, words)
    return 1 if any("do not agree" in one for one in phases[-1].sentences) else 0


if __name__ == "__main__":
    sys.exit(main())
