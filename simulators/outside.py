"""One outside system as it stands: its command line, its health page, its book, its mood, its signature."""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simulators.book import Book
from simulators.mischief import Mischief, NoSuchRate, Weather

REPLAY_WINDOW = 300   # seconds a signed message stays fresh
Work = Callable[[], Coroutine[Any, Any, None]]
Page = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):
    """The caller asked for something wrong. `status` is the HTTP number, `code` a word for machines."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


@dataclass
class Outside:
    """What every outside system has. `secret` is shared with the office; empty means unsigned calls pass."""

    name: str
    book: Book
    mischief: Mischief
    secret: str
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def signature(secret: str, timestamp: int, what: str, body: bytes) -> str:
    """``sha256=`` + HMAC-SHA256 over time, subject and the raw body.

    `what` is the event's id for a callback and ``METHOD /path?query`` for a call.
    """
    text = f"{timestamp}\n{what}\n".encode() + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


async def read_signed(outside: Outside, request: Request) -> dict[str, Any]:
    """The call's JSON object (empty for a GET). Raises Refusal 401 when the signature is not the office's."""
    body = await request.body()
    if outside.secret:
        query = b"?" + request.scope["query_string"] if request.scope["query_string"] else b""
        target = (request.scope["raw_path"] + query).decode("ascii", "replace")
        stamp = request.headers.get("x-timestamp", "")
        fresh = stamp.isdigit() and abs(time.time() - int(stamp)) <= REPLAY_WINDOW
        expected = signature(outside.secret, int(stamp), f"{request.method} {target}", body) if fresh else ""
        if not fresh or not hmac.compare_digest(expected, request.headers.get("x-signature", "")):
            raise Refusal(401, "bad_signature", "Chữ ký không hợp lệ")
    try:
        content = json.loads(body) if body else {}
    except ValueError:
        raise Refusal(400, "not_json", "Nội dung không phải JSON") from None
    if not isinstance(content, dict):
        raise Refusal(400, "not_json", "Nội dung không phải đối tượng JSON")
    return content


def asked(content: Mapping[str, Any], *names: str) -> list[str]:
    """The values of the required text fields, in order. Raises Refusal 422 naming the first that is absent."""
    for name in names:
        if not isinstance(content.get(name), str) or not content[name].strip():
            raise Refusal(422, "missing_field", f"Thiếu trường {name}")
    return [content[name].strip() for name in names]


def fingerprint(content: Mapping[str, Any]) -> str:
    """Tells whether two orders under one id are the same order."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def command_line(name: str, port: int, rates: Mapping[str, float]) -> argparse.ArgumentParser:
    """The options every simulator understands; a system adds its own before parsing."""
    parser = argparse.ArgumentParser(prog=f"python -m simulators.{name}")
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--book", type=Path, required=True, help="SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="behave well")
    shown = " ".join(f"{rate}={value}" for rate, value in rates.items())
    parser.add_argument("--rate", action="append", default=[], metavar="NAME=VALUE", help=f"defaults: {shown}")
    secret = os.environ.get("SIMULATOR_SECRET", f"simulated-{name}-secret")
    parser.add_argument("--secret", default=secret, help="shared with the office; also SIMULATOR_SECRET")
    return parser


def stand_up(name: str, told: argparse.Namespace, schema: str, rates: Mapping[str, float]) -> Outside:
    """Open the book and set the dice as the command line said."""
    mischief = Mischief(told.seed, rates, calm=told.calm)
    try:
        for wish in told.rate:
            rate, _, value = wish.partition("=")
            mischief.set(rate, float(value))
    except ValueError as error:
        raise SystemExit(f"--rate: {error}") from None
    return Outside(name, Book(told.book, schema), mischief, told.secret, told.host, told.port)


def application(outside: Outside, routes: Sequence[Route], work: Sequence[Work] = ()) -> ASGIApp:
    """The system's own pages, ``/livez``, ``/_book`` and ``/_mischief``; `work` runs as long as it stands."""

    async def alive(request: Request) -> Response:
        return JSONResponse({"system": outside.name, "alive": True})

    async def book(request: Request) -> Response:
        return JSONResponse(outside.book.whole())

    async def mischief(request: Request) -> Response:
        if request.method == "POST":
            try:
                outside.mischief.change(await request.json())
            except (NoSuchRate, TypeError, ValueError) as error:
                return JSONResponse({"code": "no_such_rate", "words": str(error)}, 422)
        return JSONResponse(outside.mischief.as_json())

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return JSONResponse({"code": error.code, "words": error.words}, error.status)

    @asynccontextmanager
    async def standing(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(piece()) for piece in work]
        for task in tasks:
            task.add_done_callback(_stop_if_broken)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        outside.book.close()

    own = [Route("/livez", alive), Route("/_book", book), Route("/_mischief", mischief, methods=["GET", "POST"])]
    return Starlette(
        routes=[*own, *routes],
        middleware=[Middleware(Weather, mischief=outside.mischief)],
        exception_handlers={Refusal: refused},
        lifespan=standing,
    )


def _stop_if_broken(task: asyncio.Task[None]) -> None:
    """A system whose work has died must not go on looking alive."""
    if not task.cancelled() and (error := task.exception()) is not None:
        print(f"simulator stops: {error}", file=sys.stderr, flush=True)
        signal.raise_signal(signal.SIGTERM)


def serve(outside: Outside, routes: Sequence[Route], work: Sequence[Work] = ()) -> None:
    """Run until SIGTERM or SIGINT; calls in progress get one second."""
    uvicorn.run(
        application(outside, routes, work),
        host=outside.host,
        port=outside.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
