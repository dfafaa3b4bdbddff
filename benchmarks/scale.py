"""Two web and two worker processes under load behind nginx and PgBouncer; one of each killed every so often.

    python -m benchmarks.scale                          five minutes, a kill every 20 seconds
    … --seconds 300  --every 20  --clients 8  --folder FOLDER (kept, with every log)  --keep (into docs/scaling.md)

Ends with 1 when a try broke that no killed web process explains, or when the count afterwards does not agree.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from app.kit.clock import LOCAL
from benchmarks.machine import described, load
from benchmarks.watching import Watch
from tests.scale.counting import again, settled, wrongs
from tests.scale.fleet import WEBS, WORKERS, Fleet, Kill, fleet
from tests.scale.playing import Play

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"
BEGINS, ENDS = "<!-- kills: written by make scale -->", "<!-- kills: end -->"


@dataclass(frozen=True)
class Told:
    """What the run says, and whether it was as it must be."""

    rows: tuple[tuple[str, str], ...]
    wrong: tuple[str, ...]
    postgres: str  # its version


async def run(folder: Path, *, seconds: float, every: float, clients: int) -> Told:
    """Play, kill, settle, count."""
    async with fleet(folder) as office:
        play = Play(office.port, office.people)
        watch = Watch({"PostgreSQL": (office.postgres.pid,), "client": (os.getpid(),)})
        watch.groups["client"].pids = lambda: [os.getpid()]  # type: ignore[method-assign]
        watch.begin()
        began = time.monotonic()
        tasks = [asyncio.create_task(play.client(n)) for n in range(clients)]
        kills = await _killing(office, began, seconds, every)
        play.stopped = True
        answered, took = play.answered.total(), time.monotonic() - began
        await asyncio.gather(*tasks)
        await watch.end()
        await settled(office)
        wrong = [*play.unexplained(kills), *await wrongs(office, play.lives)]
        return Told(tuple(await _rows(office, play, kills, answered, took)), tuple(wrong), office.postgres.version)


async def _killing(office: Fleet, began: float, seconds: float, every: float) -> list[Kill]:
    """One of each by turns: a web, a worker, the other web, the other worker."""
    kills: list[Kill] = []
    victims = itertools.cycle((WEBS[0], WORKERS[0], WEBS[1], WORKERS[1]))
    for n in itertools.count(1):
        await asyncio.sleep(max(0.0, min(began + n * every, began + seconds) - time.monotonic()))
        if began + n * every >= began + seconds:
            return kills
        kills.append(await office.kill(next(victims)))
        one = kills[-1]
        print(f"{one.sent - began:6.1f} s  {one.name} killed, back after {one.back - one.sent:.1f} s", flush=True)
    return kills


async def _rows(
    office: Fleet, play: Play, kills: Sequence[Kill], answered: int, took: float
) -> list[tuple[str, str]]:
    done = [life for life in play.lives if life.done]
    broken, longest = Counter(one.words.split()[0] for one in play.broken), max((s for _, s in play.seconds), default=0.0)
    sorted_seconds = sorted(second for _, second in play.seconds)
    back = {kind: [one.back - one.sent for one in kills if one.name in names]
            for kind, names in (("web", WEBS), ("worker", WORKERS))}
    twice = again(office)
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        jobs = int(await connection.fetchval("SELECT count(*) FROM job"))
        letters = int(await connection.fetchval(
            "SELECT count(*) FROM notice WHERE channel <> 'page' AND state IN ('sent', 'delivered')"
        ))
    finally:
        await connection.close()
    return [
        ("Store", office.store_url.partition(":")[0]),
        ("Killed", f"{len(back['web'])} web, {len(back['worker'])} worker processes in {took:.0f} s"),
        ("Another there after (a web: used by the proxy again)",
         "; ".join(f"{kind} {min(s):.1f}–{max(s):.1f} s" for kind, s in back.items() if s)),
        ("Requests answered", f"{answered:,} in {took:.0f} s; p50 {sorted_seconds[len(sorted_seconds) // 2] * 1000:.0f} ms, "
                              f"p95 {sorted_seconds[len(sorted_seconds) * 95 // 100] * 1000:.0f} ms, "
                              f"longest {longest * 1000:.0f} ms"),
        ("Whole dossiers", f"{len(done):,} of {len(play.lives):,} begun"),
        ("Tries that broke", f"{len(play.broken)} ({', '.join(f'{n} × {what}' for what, n in broken.items()) or 'none'}); "
                             f"every one under way when its web process died" if not play.unexplained(kills)
                             else f"{len(play.broken)}, {len(play.unexplained(kills))} of them unexplained"),
        ("Jobs done", f"{jobs:,}; letters and text messages in the outside books: {letters:,}"),
        ("Handed over again after a death, under the same name", f"{twice['mail']} letters, {twice['sms']} text messages"),
    ]


def keep(told: Told, head: Sequence[str]) -> None:
    """Write the result between its marks in docs/scaling.md."""
    rows = ["| | |", "|---|---|", *(f"| {name} | {words} |" for name, words in told.rows)]
    words = "\n".join([*(f"{line}  " for line in head), "", *rows])
    before, _, rest = PAGE.read_text().partition(BEGINS)
    _, found, after = rest.partition(ENDS)
    if not found:
        raise SystemExit(f"{PAGE} has no place for it: {BEGINS}")
    PAGE.write_text(f"{before}{BEGINS}\n{words}\n{ENDS}{after}")


def main() -> int:
    """Run, print, perhaps keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--every", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    wish = parser.parse_args()
    before = load()
    with ExitStack() as stack:
        folder = wish.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-scale-")))
        folder.mkdir(parents=True, exist_ok=True)
        told = asyncio.run(run(folder, seconds=wish.seconds, every=wish.every, clients=wish.clients))
    head = [
        f"{datetime.now(LOCAL):%d/%m/%Y %H:%M}, {wish.clients} clients, a kill every {wish.every:g} s",
        *described(told.postgres), f"{before} before, {load()} after",
    ]
    print("\n".join([*head, *(f"{name}: {words}" for name, words in told.rows)]))
    for one in told.wrong[:20]:
        print(f"WRONG  {one}")
    if wish.keep and not told.wrong:
        keep(told, head)
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
