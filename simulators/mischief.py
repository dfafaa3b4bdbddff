"""How badly an outside system behaves: seeded dice, named rates, and a switch for the lights."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Shares are between 0 and 1, seconds are the longest possible.
CALLS = {"errors": 0.05, "lost_answers": 0.05, "slow": 0.10, "slow_seconds": 8.0}
CALLBACKS = {"callback_seconds": 15.0, "reordered": 0.20, "duplicates": 0.20, "lost": 0.10, "forged": 0.05}


class NoSuchRate(ValueError):
    """A rate was named that this system does not have, or its value makes no sense."""


class Mischief:
    """The dice of one system. The same seed, rate and key always fall the same way, whatever the order."""

    def __init__(self, seed: int, rates: Mapping[str, float], *, calm: bool) -> None:
        self.seed = seed
        self.worst = dict(rates)
        self.rates = {name: 0.0 if calm else rate for name, rate in rates.items()}
        self.down_until = 0.0
        self.hanging = False

    def strikes(self, rate: str, key: str) -> bool:
        """Whether misfortune `rate` happens to `key`."""
        return self.dice(rate, key).random() < self.rates[rate]

    def seconds(self, rate: str, key: str) -> float:
        """How long `key` has to wait: evenly between nothing and the rate."""
        return self.dice(rate, key).uniform(0, self.rates[rate])

    def dice(self, rate: str, key: str) -> random.Random:
        return random.Random(f"{self.seed}/{rate}/{key}")

    @property
    def down(self) -> bool:
        return time.time() < self.down_until

    def change(self, wish: Mapping[str, Any]) -> None:
        """Change behaviour while running.

        ``{"calm": true}`` or false · ``{"rates": {"errors": 0.5}}`` · ``{"down": true}``, false or ``"hang"``
        (answers nothing at all), with ``"down_seconds"`` to come back by itself. Raises NoSuchRate.
        """
        if "calm" in wish:
            self.rates = {name: 0.0 if wish["calm"] else rate for name, rate in self.worst.items()}
        for name, rate in dict(wish.get("rates", {})).items():
            self.set(str(name), rate)
        if "down" in wish:
            self.hanging = wish["down"] == "hang"
            lasting = float(wish.get("down_seconds", 10**9))
            self.down_until = time.time() + lasting if wish["down"] else 0.0

    def set(self, name: str, rate: Any) -> None:
        if name not in self.rates or not isinstance(rate, int | float) or rate < 0:
            raise NoSuchRate(f"{name}={rate}; there are {', '.join(sorted(self.rates))}")
        self.rates[name] = float(rate)

    async def hang(self) -> None:
        """During an outage of the silent kind: say nothing until it is over."""
        while self.hanging and self.down:   # noqa: ASYNC110 - the outage ends by the clock
            await asyncio.sleep(0.1)

    def as_json(self) -> dict[str, object]:
        return {"seed": self.seed, "rates": self.rates, "down": self.down, "hanging": self.down and self.hanging}


class Weather:
    """Stands before a system's pages: outages for all of them, errors and delays for ``/api/`` only.

    A lost answer is the nasty one: the work is done, and the caller is told it was not.
    """

    def __init__(self, app: ASGIApp, mischief: Mischief) -> None:
        self.app = app
        self.mischief = mischief
        self.calls: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/livez" or scope["path"].startswith("/_"):
            await self.app(scope, receive, send)
        elif self.mischief.down:
            await self._outage(scope, receive, send)
        elif scope["path"].startswith("/api/"):
            await self._call(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _outage(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.mischief.hang()
        answer = JSONResponse({"code": "down", "words": "Hệ thống đang bảo trì"}, 503, {"Retry-After": "30"})
        await answer(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = f"{scope['method']} {scope['path']}"
        self.calls[call] += 1
        key = f"{call} {self.calls[call]}"
        if self.mischief.strikes("slow", key):
            await asyncio.sleep(self.mischief.seconds("slow_seconds", key))
        if self.mischief.strikes("errors", key):
            status = self.mischief.dice("status", key).choice([500, 502, 503])
            await JSONResponse({"code": "error", "words": "Lỗi hệ thống"}, status)(scope, receive, send)
        elif self.mischief.strikes("lost_answers", key):
            await self.app(scope, receive, _swallow)
            await JSONResponse({"code": "timeout", "words": "Quá thời gian"}, 504)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def _swallow(message: Message) -> None:
    """The answer that never arrives."""
