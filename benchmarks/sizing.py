"""What one dossier, one page and one upload cost each part, and what a commune, a province and the nation need by that.

    python -m benchmarks.sizing                         two minutes; prints
    … --seconds 30 (each of three parts)  --keep        … and writes the figures and the sums into docs/scaling.md

The office of `make scale` with nobody killed: two webs, two workers, nginx, PgBouncer, PostgreSQL with durable commits.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from app.kit.clock import LOCAL
from benchmarks.machine import described, load
from benchmarks.scale import PAGE
from benchmarks.visits import Seen, Visitor, different, small_files
from benchmarks.watching import Watch, tree
from benchmarks.work_unit import Life
from tests.scale.counting import settled
from tests.scale.fleet import WEBS, WORKERS, Fleet, fleet
from tests.scale.playing import Play

BEGINS, ENDS = "<!-- sizes: written by python -m benchmarks.sizing --keep -->", "<!-- sizes: end -->"
PARTS = ("web", "worker", "PostgreSQL", "PgBouncer", "nginx")
CLIENTS = 4
# The assumptions of the sizing (shared knowledge: procedures.md D): what comes with one dossier, and how unevenly.
VIEWS, UPLOADS, PAPERS, MEGABYTES = 50, 10, 5.6, 1.0
PEAK_HOUR = 0.20  # of a day's dossiers
SPIKE = 5.0       # times the peak hour, for minutes
BUSY = 0.6        # of a core in the peak hour, so that waiting stays short
DAYS = 250        # working days a year
PLACES = (("A commune", 30), ("A province", 20_000), ("The nation", 150_000))


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of each part for one of something, how many were measured, and the most memory (PSS, MB)."""

    count: int
    milliseconds: dict[str, float]
    memory: dict[str, float]

    @property
    def whole(self) -> float:
        """All parts together."""
        return sum(self.milliseconds.values())


@dataclass(frozen=True)
class Sizes:
    """What was measured. Bytes for each dossier; connections as they stood under load."""

    dossier: Cost
    view: Cost
    upload: Cost
    rows: float
    wal: float
    letters: float
    lines: tuple[int, int]  # to PostgreSQL: by way of the pooler, the workers' own
    upload_bytes: float
    prepared: Cost  # a dossier without a pooler, its statements prepared once


async def measure(folder: Path, seconds: float) -> Sizes:
    """Three parts, one after the other: lives alone, pages alone, uploads alone; and lives without the pooler."""
    async with fleet(folder / "direct", pooler=False) as office:
        play, seen = Play(office.port, office.people), Seen()
        life = _life(office, play, seen)
        await life()
        await settled(office)
        prepared = await _cost(office, life, seconds)
    async with fleet(folder / "pooled") as office:
        play, seen = Play(office.port, office.people), Seen()
        visitor, files = Visitor(office.people, seen), small_files(4, largest=5_000_000)
        visitor.names, visitor.weights = zip(  # type: ignore[assignment]
            *((name, weight) for name, weight in zip(visitor.names, visitor.weights, strict=True) if name != "track"),
            strict=True,
        )

        life = _life(office, play, seen)

        async def view() -> None:
            await play.ask(*visitor.next())

        async def upload() -> None:
            n = len(play.lives)
            one = Life(play.ask, office.people.desks[0], office.people.citizens[n % 64], n=n)
            play.lives.append(one)
            await one.begin()
            for file in range(10):
                await one.upload(different(files[file % len(files)], n * 10 + file))

        for part in (life, view, upload):  # processes read their procedures and templates once
            await part()
        await settled(office)
        before = await _stand(office)
        dossier = await _cost(office, life, seconds)
        after = await _stand(office)
        lines = await _lines(office)
        page = await _cost(office, view, seconds)
        tens = await _cost(office, upload, seconds)
        each_upload = {name: spent / 10 for name, spent in tens.milliseconds.items()}
        photograph = sum(len(files[n % len(files)][1]) for n in range(10)) / 10
        return Sizes(
            dossier, page, Cost(tens.count * 10, each_upload, tens.memory),
            rows=(after[0] - before[0]) / dossier.count, wal=(after[1] - before[1]) / dossier.count,
            letters=(after[2] - before[2]) / dossier.count, lines=lines, upload_bytes=photograph,
            prepared=prepared,
        )


def _life(office: Fleet, play: Play, seen: Seen) -> Callable[[], Awaitable[None]]:
    """Plays one more dossier at each call."""
    async def life() -> None:
        n, people = len(play.lives), office.people
        one = Life(play.ask, people.desks[n % 2], people.citizens[n % len(people.citizens)], n=n, keyed=True)
        play.lives.append(one)
        await one.whole()
        seen.add(one.dossier_id, one.code or "", one.citizen, one.desk)

    return life


async def _cost(office: Fleet, one: Callable[[], Awaitable[None]], seconds: float) -> Cost:
    pids = office.supervisor.pids()
    watch = Watch({
        "web": tuple(pids[name] for name in WEBS), "worker": tuple(pids[name] for name in WORKERS),
        "PostgreSQL": (office.postgres.pid,), "nginx": (pids["nginx"],),
        "PgBouncer": (office.pooler_pid,) if office.pooler_pid else (),
    })
    count, ends = 0, asyncio.get_running_loop().time() + seconds

    async def client() -> None:
        nonlocal count
        while asyncio.get_running_loop().time() < ends:
            await one()
            count += 1

    watch.begin()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await settled(office)
    await watch.end()
    assert len(tree(pids["nginx"])) > 1
    return Cost(
        count, {name: watch.groups[name].used / count * 1000 for name in PARTS},
        {name: max(watch.groups[name].memory) for name in PARTS},
    )


async def _stand(office: Fleet) -> tuple[int, int, int]:
    """Bytes in the database without dead rows, bytes of log ever written, letters and text messages so far."""
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        log = int(await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
        letters = int(await connection.fetchval("SELECT count(*) FROM notice WHERE channel <> 'page'"))
        await connection.execute("VACUUM")
        size = int(await connection.fetchval("SELECT pg_database_size(current_database())"))
        return size, log, letters
    finally:
        await connection.close()


async def _lines(office: Fleet) -> tuple[int, int]:
    """Connections PostgreSQL holds for the office: through the pooler and the workers' own."""
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        every = int(await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = 'motcua_app'"))
        return every - len(WORKERS), len(WORKERS)
    finally:
        await connection.close()


def sums(sizes: Sizes) -> list[str]:
    """The tables for docs/scaling.md: what was measured, then what follows, with the arithmetic."""
    dossier, view, upload = (cost.milliseconds for cost in (sizes.dossier, sizes.view, sizes.upload))
    each = {name: dossier[name] + VIEWS * view[name] + UPLOADS * upload[name] for name in PARTS}
    lines = [
        f"| CPU, milliseconds | {' | '.join(PARTS)} | together | measured on |", "|---|" + "--:|" * (len(PARTS) + 2),
        _row("one dossier, handed in to returned", sizes.dossier), _row("one page view", sizes.view),
        _row(f"one upload of {sizes.upload_bytes / 1e6:.1f} MB", sizes.upload),
        _row("the same dossier without PgBouncer, statements prepared", sizes.prepared),
        f"| a dossier with {VIEWS} views and {UPLOADS} uploads | {' | '.join(f'{each[name]:.0f}' for name in PARTS)}"
        f" | **{sum(each.values()):.0f}** | computed |",
        "",
        f"Bytes for each dossier: {sizes.rows / 1000:.1f} kB of rows and indexes, {sizes.wal / 1000:.1f} kB of log (WAL,"
        f" with whole pages after checkpoints), {sizes.letters:.1f} letters and text messages. Lines to PostgreSQL under"
        f" {CLIENTS} clients: {sizes.lines[0]} by way of the pooler, {sizes.lines[1]} of the workers' own.",
        "",
        "Memory under load, PSS: " + ", ".join(
            f"{name} {max(cost.memory[name] for cost in (sizes.dossier, sizes.view, sizes.upload)):.0f} MB" for name in PARTS
        ) + f" (two webs, two workers, PostgreSQL with {sum(sizes.lines)} lines).",
        "",
        "| | " + " | ".join(f"{name}, {day:,} a day" for name, day in PLACES) + " |", "|---|" + "--:|" * len(PLACES),
    ]
    whole = sum(each.values()) / 1000

    def row(words: str, tell: Callable[[int], str]) -> str:
        return f"| {words} | " + " | ".join(tell(day) for _, day in PLACES) + " |"

    def peak(day: int) -> float:
        return day * PEAK_HOUR / 3600

    def cores(day: int, *names: str) -> float:
        return peak(day) * sum(each[name] for name in names) / 1000 / BUSY

    return [
        *lines,
        row(f"dossiers a second in the peak hour (day × {PEAK_HOUR:g} ÷ 3,600)", lambda day: f"{peak(day):.3g}"),
        row(f"cores of this kind for it (× {whole:.2f} s ÷ {BUSY:g})", lambda day: f"{cores(day, *PARTS):.2g}"),
        row("… of them web", lambda day: f"{cores(day, 'web'):.2g}"),
        row("… worker", lambda day: f"{cores(day, 'worker'):.2g}"),
        row("… PostgreSQL", lambda day: f"{cores(day, 'PostgreSQL'):.2g}"),
        row("… nginx and PgBouncer", lambda day: f"{cores(day, 'nginx', 'PgBouncer'):.2g}"),
        row(f"cores if minutes of {SPIKE:g} times the peak must not queue, fully busy",
            lambda day: f"{cores(day, *PARTS) * SPIKE * BUSY:.2g}"),
        row(f"rows a year, GB (× {DAYS} days)", lambda day: f"{day * DAYS * sizes.rows / 1e9:.3g}"),
        row("log a day, GB", lambda day: f"{day * sizes.wal / 1e9:.3g}"),
        row(f"papers a year, GB (× {PAPERS:g} × {MEGABYTES:g} MB)",
            lambda day: f"{day * DAYS * PAPERS * MEGABYTES / 1000:,.0f}"),
        row("uploads in the peak hour, Mbit/s",
            lambda day: f"{peak(day) * UPLOADS * sizes.upload_bytes * 8 / 1e6:,.3g}"),
    ]


def _row(words: str, cost: Cost) -> str:
    each = " | ".join(f"{cost.milliseconds[name]:.1f}" for name in PARTS)
    return f"| {words} | {each} | **{cost.whole:.1f}** | {cost.count:,} |"


def keep(lines: Sequence[str]) -> None:
    """Write them between their marks in docs/scaling.md."""
    before, _, rest = PAGE.read_text().partition(BEGINS)
    _, found, after = rest.partition(ENDS)
    if not found:
        raise SystemExit(f"{PAGE} has no place for it: {BEGINS}")
    words = "\n".join(lines)
    PAGE.write_text(f"{before}{BEGINS}\n{words}\n{ENDS}{after}")


def main() -> int:
    """Measure, print, perhaps keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--keep", action="store_true")
    wish = parser.parse_args()
    before = load()
    with tempfile.TemporaryDirectory(prefix="motcua-sizing-") as folder:
        sizes = asyncio.run(measure(Path(folder), wish.seconds))
    head = [f"{datetime.now(LOCAL):%d/%m/%Y %H:%M}; {described('15')[0]}; {before} before, {load()} after."]
    lines = [*head, "", *sums(sizes)]
    print("\n".join(lines))
    if wish.keep:
        keep(lines)
    return 0


if __name__ == "__main__":
    os.environ.pop("MOTCUA_TEST_MINIO", None)  # what S3 costs is the S3 server's to tell
    sys.exit(main())
