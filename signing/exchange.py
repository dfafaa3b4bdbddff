"""Questions over plain HTTP with connections kept open: for as long as one call of our API, and for time-stamps alone.

aiohttp does all there is to HTTP and costs as much as a signature. This asks the plain question (POST, a length, no
cookies, no redirects) and takes the plain answer; llhttp, which aiohttp uses too, reads it. Everything else is Unfamiliar
and is asked through aiohttp: TLS, names and passwords in an address, compressed answers, answers that end with the
connection, a connection that was closed while it rested.
"""

from __future__ import annotations

import asyncio
import functools
import re
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import cast

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from signing.plain_file import Unfamiliar

_ADDRESS = re.compile(r"http://([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(/[A-Za-z0-9/._~-]*)?")
LONGEST_ANSWER = 256 * 1024
_LONGEST_HEAD = 32 * 1024
_ROOM = 64 * 1024
_OPEN_BESIDE = 0.25  # seconds until the next address of a name is tried too (RFC 8305)


@dataclass(frozen=True)
class Answer:
    """`body` is cut off one octet behind the limit."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Address:
    """Where, and the beginning of every request to it."""

    host: str
    port: int
    head: bytes


@functools.lru_cache(maxsize=64)
def plain_address(url: str, kind: str, wanted: str) -> Address:
    """`kind` and `wanted`: media types of question and answer. Raises Unfamiliar."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise Unfamiliar("not a plain address")
    host, port, path = found[1], int(found[2] or 80), found[3] or "/"
    named = host if port == 80 else f"{host}:{port}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {named}\r\nUser-Agent: motcua\r\nContent-Type: {kind}\r\nAccept: {wanted}\r\n"
        "Accept-Encoding: identity\r\nContent-Length: "
    )
    return Address(host, port, head.encode("ascii"))


class Line(asyncio.BufferedProtocol):
    """One connection; one question at a time."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._room = memoryview(bytearray(_ROOM))
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._asked = 0
        self._rests = True
        self._begin()

    def _begin(self) -> None:
        self._body: list[bytes] = []
        self._size = self._head = 0
        self._headed = self._measured = self._whole = False

    @property
    def rests(self) -> bool:
        """Fit for another question."""
        return self._rests and self._transport is not None and not self._transport.is_closing()

    async def ask(self, octets: bytes, seconds: float) -> Answer:
        """Raises Unfamiliar, TimeoutError, OSError; then the connection is closed."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._begin()
        self._waiter, self._rests = loop.create_future(), False
        self._asked += 1
        limit = loop.call_later(seconds, self._fail, TimeoutError())
        self._transport.write(octets)
        try:
            return await self._waiter
        finally:
            limit.cancel()
            self._waiter = None
            if not self._rests:
                self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        if self._waiter is None or self._waiter.done():
            self._rests = False  # it speaks unasked
            self.close()
            return
        if not self._headed:
            self._head += nbytes
        try:
            self._parser.feed_data(self._room[:nbytes])
        except (HttpParserError, HttpParserUpgrade):
            self._rests = False
            self._fail(Unfamiliar("not a plain answer"))
        if not self._headed and self._head > _LONGEST_HEAD:
            self._fail(Unfamiliar("a long head"))

    def eof_received(self) -> None:
        """Closed by asyncio; `connection_lost` says what it means."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._rests = False
        if self._headed and not self._measured:
            self._fail(Unfamiliar("an answer that ends with the connection"))
        elif not self._head and self._asked > 1:
            self._fail(Unfamiliar("closed while it rested"))
        else:
            self._fail(ConnectionResetError("hung up"))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    # What llhttp tells.

    def on_message_begin(self) -> None:
        if self._whole:  # two answers to one question
            self._rests = False

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._measured = True
            case b"content-encoding" if value.strip().lower() != b"identity":
                self._fail(Unfamiliar("a compressed answer"))

    def on_headers_complete(self) -> None:
        self._headed = True
        if self._parser.get_status_code() < 200:
            self._fail(Unfamiliar("news before the answer"))

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size <= self._longest:
            self._body.append(body)
        else:
            self._tell((b"".join(self._body) + body)[: self._longest + 1])

    def on_message_complete(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        self._whole = True
        self._rests = self._parser.should_keep_alive()
        self._tell(b"".join(self._body))

    def _tell(self, body: bytes) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(Answer(self._parser.get_status_code(), body))


class Exchange:
    """Connections kept while it is entered; used by one event loop."""

    def __init__(self, longest: int = LONGEST_ANSWER) -> None:
        """`longest`: octets of an answer."""
        self._longest = longest
        self._resting: dict[Address, list[Line]] = {}
        self._lines: list[Line] = []
        self._peers: dict[Address, tuple[str, int]] = {}
        self._first = asyncio.Lock()

    async def __aenter__(self) -> Exchange:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            line.close()
        await asyncio.sleep(0)  # sockets are closed by the loop

    async def post(self, address: Address, body: bytes, seconds: float) -> Answer:
        """Raises Unfamiliar (ask in the ordinary way), TimeoutError, OSError."""
        resting = self._resting.setdefault(address, [])
        line = resting.pop() if resting else None
        while line is not None and not line.rests:
            self._lines.remove(line)
            line = resting.pop() if resting else None
        if line is None:
            began = asyncio.get_running_loop().time()
            async with asyncio.timeout(seconds):
                line = await self._opened(address)
            seconds -= asyncio.get_running_loop().time() - began
        try:
            return await line.ask(b"%b%d\r\n\r\n%b" % (address.head, len(body), body), seconds)
        finally:
            if line.rests:
                resting.append(line)
            else:
                self._lines.remove(line)

    async def _opened(self, address: Address) -> Line:
        """A name is looked up once; further connections go to the address that answered."""
        loop = asyncio.get_running_loop()
        if address not in self._peers:
            async with self._first:
                if address not in self._peers:
                    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
                    # Not asyncio's own way through several addresses: uvloop has none.
                    first = await start_connection(found, happy_eyeballs_delay=_OPEN_BESIDE)
                    self._peers[address] = first.getpeername()[:2]
                    return self._kept((await loop.create_connection(self._line, sock=first))[1])
        try:
            return self._kept((await loop.create_connection(self._line, *self._peers[address]))[1])
        except OSError as error:
            self._peers.pop(address, None)
            raise Unfamiliar("the address answers no more") from error

    def _line(self) -> Line:
        return Line(self._longest)

    def _kept(self, line: Line) -> Line:
        self._lines.append(line)
        return line
