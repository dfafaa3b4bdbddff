"""A client that costs little: one new connection for every request, no library around the socket.

With keep-alive and several workers all clients can land on one worker; and people's browsers do not keep a commune's
connections open all day either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent. `expects` is the status that means it was done."""

    raw: bytes
    expects: int = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the body, the seconds from knocking to the last byte."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The body read as JSON."""
        return orjson.loads(self.body)


class NoAnswer(Exception):
    """The line broke, or nobody listened, before a whole answer was there. Whether the work was done is not known."""


def request(
    method: str, path: str, *, cookie: str = "", bearer: str = "", form: dict[str, str] | None = None,
    json: bytes | None = None, file: tuple[str, bytes] | None = None, expects: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Request:
    """Write a request down. `file` is a name and its bytes, sent as the form's part `file`."""
    body, lines = b"", [f"{method} {path} HTTP/1.1", "host: bench", "connection: close"]
    if cookie:
        lines.append(f"cookie: motcua={cookie}")
    if bearer:
        lines.append(f"authorization: Bearer {bearer}")
    if form is not None:
        body = urlencode(form).encode()
        lines.append("content-type: application/x-www-form-urlencoded")
    elif json is not None:
        body = json
        lines.append("content-type: application/json")
    elif file is not None:
        part = f'--ranh-gioi\r\ncontent-disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
        body = part.encode() + file[1] + b"\r\n--ranh-gioi--\r\n"
        lines.append("content-type: multipart/form-data; boundary=ranh-gioi")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines.append(f"content-length: {len(body)}")
    return Request("\r\n".join([*lines, "", ""]).encode() + body, expects)


class _Exchange(asyncio.Protocol):
    """Write, then read until the other side closes."""

    def __init__(self, raw: bytes, done: asyncio.Future[bytes]) -> None:
        self.raw, self.done, self.parts = raw, done, list[bytes]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self.raw)

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)

    def connection_lost(self, problem: Exception | None) -> None:
        if self.done.done():
            return
        if problem is not None:
            self.done.set_exception(NoAnswer(type(problem).__name__))
        else:
            self.done.set_result(b"".join(self.parts))


async def exchange(port: int, one: Request, *, host: str = "127.0.0.1", patience: float = PATIENCE) -> Answer:
    """Ask and wait for the whole answer, whatever its status. Raises NoAnswer."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()
    began = time.perf_counter()
    transport = None
    try:
        async with asyncio.timeout(patience):
            transport, _ = await loop.create_connection(lambda: _Exchange(one.raw, done), host, port)
            told = await done
    except (OSError, TimeoutError) as problem:
        raise NoAnswer(type(problem).__name__) from problem
    finally:
        if transport is not None:
            transport.close()
    seconds = time.perf_counter() - began
    head, found, body = told.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if not found or len(words) < 2 or not words[1].isdigit():
        raise NoAnswer("half an answer")
    low = head.lower()
    if b"\r\ntransfer-encoding: chunked" in low:
        body = _joined(body)
    elif b"\r\ncontent-length: " in low and len(body) < int(low.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0]):
        raise NoAnswer("half an answer")
    return Answer(int(words[1]), body, seconds)


def _joined(body: bytes) -> bytes:
    """The pieces of a chunked body. Raises NoAnswer when the last one is missing."""
    parts = list[bytes]()
    while True:
        size, _, rest = body.partition(b"\r\n")
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:
            raise NoAnswer("half an answer") from None
        if length == 0:
            return b"".join(parts)
        parts.append(rest[:length])
        body = rest[length + 2 :]
