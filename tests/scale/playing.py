"""Clients as real ones are: whole lives of dossiers through the proxy; a broken request is sent again under its own key.

Every broken try is kept with its moments. One is explained when a web process died between its beginning and its end.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.visits import different, small_files
from benchmarks.wire import Answer, NoAnswer, Request, exchange, request
from benchmarks.work_unit import STEPS, Life, NotDone, People
from tests.scale.fleet import WEBS, Kill

TRIES = 30
PAUSE = 0.2  # seconds before a broken request is sent again
BROKEN = (502, 503, 504)


@dataclass(frozen=True)
class Broken:
    """One try that got no answer of the office."""

    kind: str
    began: float
    ended: float
    words: str

    def explained(self, kills: Sequence[Kill]) -> bool:
        """Whether a web process died while it was under way."""
        return any(one.name in WEBS and self.began <= one.gone and one.sent <= self.ended for one in kills)


@dataclass
class Play:
    """Everything the clients did and were told."""

    port: int
    people: People
    lives: list[Life] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[str, float]] = field(default_factory=list)
    stopped: bool = False
    photograph: tuple[str, bytes] = field(default_factory=lambda: small_files(1, largest=0)[0])

    async def ask(self, kind: str, one: Request) -> Answer:
        """Until there is an answer, the same request with the same key."""
        for _ in range(TRIES):
            began = time.monotonic()
            try:
                answer = await exchange(self.port, one)
            except NoAnswer as nothing:
                self.broken.append(Broken(kind, began, time.monotonic(), f"no answer: {nothing}"))
            else:
                if answer.status not in BROKEN:
                    self.answered[kind] += 1
                    self.seconds.append((kind, time.monotonic() - began))
                    return answer
                self.broken.append(Broken(kind, began, time.monotonic(), f"{answer.status} {answer.body[:120]!r}"))
            await asyncio.sleep(PAUSE)
        raise NotDone(f"{kind}: no answer in {TRIES} tries")

    async def client(self, number: int) -> None:
        """One life after another, with a page looked at between its requests, until the play is stopped."""
        dice = random.Random(number)
        while not self.stopped:
            n, people = len(self.lives), self.people
            life = Life(self.ask, people.desks[n % 2], people.citizens[n % len(people.citizens)], n=n, keyed=True)
            self.lives.append(life)
            try:
                await self._one(life, dice, file=n % 5 == 0)
            except NotDone as why:
                self.refused.append(str(why))

    async def _one(self, life: Life, dice: random.Random, *, file: bool) -> None:
        for part in (life.begin, life.fill, life.choose):
            await part()
        if file:
            await life.upload(different(self.photograph, life.n))
        await life.submit()
        await self._look(life, dice)
        await life.judge()
        for place in range(len(STEPS)):
            await life.step(place)
            await self._look(life, dice)

    async def _look(self, life: Life, dice: random.Random) -> None:
        desk = life.desk.words
        path, cookie = dice.choice((
            ("/", ""), ("/desk", desk["reception"]), (f"/desk/dossiers/{life.dossier_id}", desk["reception"]),
            (f"/dossiers/{life.dossier_id}", life.citizen), ("/overview", desk["head"]),
        ))
        answer = await self.ask("page", request("GET", path, cookie=cookie))
        if answer.status != 200:
            raise NotDone(f"GET {path}: {answer.status}")

    def unexplained(self, kills: Sequence[Kill]) -> list[str]:
        """Broken tries no killed web process accounts for, and everything that was refused."""
        return [f"{one.kind}: {one.words}" for one in self.broken if not one.explained(kills)] + self.refused
