"""One start of a demo, in the order that shows the first page soonest."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.demo import parts, table
from app.demo.done import Done, fingerprint
from app.demo.plan import ROOT, Plan
from app.embedded import find_binaries, prepare, provide_database
from app.embedded.binaries import Source
from app.supervisor import Part, PartRefused, Supervisor

Say = Callable[[str], None]
PLAYED, YES = "played", "yes"


@dataclass(frozen=True)
class Wishes:
    """What the person asked for. `calm`: the outside systems behave well; `bare`: no dossiers are played."""

    folder: Path
    port: int | None = None
    fresh: bool = False
    calm: bool = False
    bare: bool = False
    postgres: Source | None = None


@dataclass(frozen=True)
class Rows:
    """Where the parts find their rows. `reader` sees all offices; only the printed table uses it."""

    app_dsn: str
    owner_dsn: str
    reader: str


class Opening:
    """`carry_out` returns only by being cancelled. Raises PartRefused, PostgresRefused when there can be no office."""

    def __init__(self, wishes: Wishes, plan: Plan, supervisor: Supervisor, say: Say) -> None:
        self.wishes, self.plan, self.supervisor, self.say = wishes, plan, supervisor, say
        self.done = Done(plan.folder)
        self.began = time.monotonic()

    async def carry_out(self) -> None:
        rows = await self._database()
        environment = self.plan.environment(rows.app_dsn, rows.owner_dsn)
        if not (self.wishes.bare or self.done.has(PLAYED, YES)):
            self.say("First start: making the office …")
            await together(self._prepare(environment), self._outside())
            await self._web(environment)
            await self._play(environment, rows)
            await self._worker(environment)
        else:
            # The page before everything else: what stands in for the country can follow a second later.
            await self._prepare(environment)
            await self._web(environment)
            self.say(table.sign_ins(await table.find_sign_ins(rows.reader)))
            await together(self._worker(environment), self._outside())
        await asyncio.Event().wait()

    async def _database(self) -> Rows:
        """The addresses in the environment, when both are given, else a server of our own."""
        given = [os.environ.get(f"MOTCUA_{name}DATABASE_URL", "") for name in ("", "OWNER_")]
        if all(given):
            return Rows(given[0], given[1], reader=given[1])
        binaries = find_binaries(self.wishes.postgres) if self.wishes.postgres else None
        port = self.plan.ports["postgres"]
        cluster = await prepare(self.plan.folder / "postgres", binaries=binaries, port=port)
        await self.supervisor.start(cluster.part())
        server = await provide_database(cluster, self.supervisor.pids().get("postgres", 0))
        if server.fresh:
            self.done.forget()
        return Rows(server.app_dsn, server.owner_dsn, reader=server.superuser_dsn)

    async def _prepare(self, environment: Mapping[str, str]) -> None:
        """Migrate and publish, each only when its files have changed since it was last done here."""
        for work, folder in (("migrate", ROOT / "migrations"), ("publish", ROOT / "workflows")):
            mark = await asyncio.to_thread(fingerprint, folder)
            if not self.done.has(work, mark):
                await self.supervisor.run_once(parts.command(work, work, environment=environment))
                self.done.note(work, mark)

    async def _web(self, environment: Mapping[str, str]) -> None:
        await self.supervisor.start(parts.web(self.plan, environment))
        took = time.monotonic() - self.began
        worm = await asyncio.to_thread(table.proven_worm, self.plan)
        self.say(table.addresses(self.plan, worm=worm, took=took))

    async def _worker(self, environment: Mapping[str, str]) -> None:
        await self._or_without(parts.worker(environment))

    async def _outside(self) -> None:
        await together(*(self._or_without(part) for part in parts.outside(self.plan, calm=self.wishes.calm)))

    async def _or_without(self, part: Part) -> None:
        try:
            await self.supervisor.start(part)
        except PartRefused as refused:
            self.say(f"Going on without it: {refused}")

    async def _play(self, environment: Mapping[str, str], rows: Rows) -> None:
        """Fill the office. Interrupted, it is taken up again at the next start."""
        self.say("Playing about sixty dossiers into the office, while it is open …")
        began = time.monotonic()
        shown = asyncio.create_task(self._show_sign_ins(rows))
        try:
            await self.supervisor.run_once(parts.command("play", "play", environment=environment))
        except PartRefused as refused:
            self.say(f"The office is open, but not all dossiers were played; the next start goes on. {refused}")
            return
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)
        self.done.note(PLAYED, YES)
        count = await table.count_dossiers(rows.reader)
        if shown.cancelled():       # a play too short for a look in between
            self.say(table.sign_ins(await table.find_sign_ins(rows.reader)))
        self.say(f"{count} dossiers played in {time.monotonic() - began:.0f} s.")

    async def _show_sign_ins(self, rows: Rows) -> None:
        """As soon as there is a first dossier the officers are complete, and nobody need wait for the last one."""
        while not await table.count_dossiers(rows.reader):  # noqa: ASYNC110 (another process makes it)
            await asyncio.sleep(1)
        self.say(table.sign_ins(await table.find_sign_ins(rows.reader)))


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """All at once; when one fails the others are stopped, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None

