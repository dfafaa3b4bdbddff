"""Our own plain HTTP takes whole, plain answers; anything else it leaves to the ordinary client or tells as a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvloop

from signing import Timestamper, TimestampUnavailable
from signing.exchange import LONGEST_ANSWER, Answer, Exchange, plain_address
from signing.network import http_session
from signing.plain_file import Unfamiliar
from signing.timestamps import HttpTimeStamper

KINDS = ("application/timestamp-query", "application/timestamp-reply")
FULL = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Server:
    """Sends what it is told, whatever is asked. `pieces` of an answer go out one by one; None hangs up."""

    port: int = 0
    pieces: tuple[bytes | None, ...] = ()
    connections: int = 0
    asked: list[bytes] = field(default_factory=list)

    def url(self) -> str:
        return f"http://localhost:{self.port}/stamp"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.asked.append(head + await reader.readexactly(length))
                for piece in self.pieces:
                    if piece is None:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def answering(*pieces: bytes | None) -> AsyncIterator[Server]:
    server = Server(pieces=pieces)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


async def ask(exchange: Exchange, server: Server, body: bytes = b"question", seconds: float = 20) -> Answer:
    return await exchange.post(plain_address(server.url(), *KINDS), body, seconds)


async def stamper(server: Server, seconds: float = 20) -> bytes:
    """What a whole client makes of it."""
    async with http_session() as session, Exchange() as exchange:
        return await HttpTimeStamper(Timestamper(server.url(), seconds), session, exchange)._answered(b"question")


async def test_a_connection_serves_one_question_after_another() -> None:
    async with answering(FULL) as server, Exchange() as exchange:
        for n in range(5):
            assert await ask(exchange, server, b"%d" % n) == Answer(200, b"hello")
    assert server.connections == 1
    assert [one[-1:] for one in server.asked] == [b"0", b"1", b"2", b"3", b"4"]
    assert server.asked[0].startswith(b"POST /stamp HTTP/1.1\r\nHost: localhost:")


async def test_as_many_connections_as_questions_at_the_same_time() -> None:
    async with answering(FULL) as server, Exchange() as exchange:
        for _ in range(2):
            assert await asyncio.gather(*(ask(exchange, server) for _ in range(4))) == [Answer(200, b"hello")] * 4
    assert server.connections == 4


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 2", b"00 OK\r\nContent-Le", b"ngth: 5\r\n\r", b"\nhel", b"lo"),
        (CHUNKED, b"2\r\nhe\r\n", b"3\r\nll", b"o\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\nContent-Length: 5\r\n\r\nhello",),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", None),
    ],
    ids=["in pieces", "chunked", "told to close", "HTTP/1.0"],
)
async def test_an_answer_is_taken_whole_however_it_comes(pieces: tuple[bytes | None, ...]) -> None:
    async with answering(*pieces) as server, Exchange() as exchange:
        for _ in range(2):
            assert await ask(exchange, server) == Answer(200, b"hello")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\n\r\nhello", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello",),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + FULL,),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",),
        (CHUNKED + b"zz\r\n",),
        (b"SSH-2.0-OpenSSH_9.6\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40_000,),
    ],
    ids=["no length", "compressed", "news first", "two measures", "two lengths", "no chunk", "not HTTP", "endless head"],
)
async def test_an_unfamiliar_answer_is_left_to_the_ordinary_client(pieces: tuple[bytes | None, ...]) -> None:
    async with answering(*pieces) as server, Exchange() as exchange:
        with pytest.raises(Unfamiliar):
            await ask(exchange, server)


async def test_the_ordinary_client_reads_an_answer_that_ends_with_the_connection() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\n\r\nhello", None) as server:
        assert await stamper(server) == b"hello"
    assert server.connections == 2


async def test_a_connection_closed_while_it_rested_costs_no_stamp() -> None:
    async with answering(FULL, None) as server, http_session() as session, Exchange() as exchange:
        client = HttpTimeStamper(Timestamper(server.url()), session, exchange)
        for _ in range(3):
            assert await client._answered(b"question") == b"hello"


@pytest.mark.parametrize(
    "pieces",
    [(None,), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", None), (CHUNKED + b"5\r\nhello\r\n", None)],
    ids=["at once", "before the length is reached", "before the last chunk"],
)
async def test_a_connection_that_breaks_gives_no_answer(pieces: tuple[bytes | None, ...]) -> None:
    async with answering(*pieces) as server:
        async with Exchange() as exchange:
            with pytest.raises(OSError, match="hung up"):
                await ask(exchange, server)
        with pytest.raises(TimestampUnavailable) as told:
            await stamper(server)
    assert told.value.kind == "unreachable"


@pytest.mark.parametrize("pieces", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel",)], ids=["silence", "half"])
async def test_an_answer_that_does_not_come_is_waited_for_in_vain(pieces: tuple[bytes, ...]) -> None:
    async with answering(*pieces) as server:
        async with Exchange() as exchange:
            with pytest.raises(TimeoutError):
                await ask(exchange, server, seconds=0.05)
        with pytest.raises(TimestampUnavailable) as told:
            await stamper(server, seconds=0.05)
    assert told.value.kind == "unreachable"


async def test_an_answer_without_end_is_cut_off_and_refused() -> None:
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * (LONGEST_ANSWER + 70_000)
    async with answering(long) as server:
        async with Exchange() as exchange:
            answer = await ask(exchange, server)
            assert len(answer.body) == LONGEST_ANSWER + 1
        with pytest.raises(TimestampUnavailable, match="no end"):
            await stamper(server)


async def test_an_answer_elsewhere_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n"
    async with answering(moved) as server:
        with pytest.raises(TimestampUnavailable) as told:
            await stamper(server)
    assert told.value.kind == "refused"


async def test_a_second_answer_nobody_asked_for_is_nobodys() -> None:
    async with answering(FULL + FULL.replace(b"hello", b"wrong")) as server, Exchange() as exchange:
        for _ in range(3):
            assert await ask(exchange, server) == Answer(200, b"hello")
    assert server.connections == 3


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_it_speaks_on_either_kind_of_loop(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(test_a_connection_serves_one_question_after_another())
        runner.run(test_as_many_connections_as_questions_at_the_same_time())
        runner.run(test_a_connection_closed_while_it_rested_costs_no_stamp())
        runner.run(test_nobody_listens())


async def test_nobody_listens() -> None:
    async with answering() as server:
        pass
    async with Exchange() as exchange:
        with pytest.raises(OSError):  # noqa: PT011
            await ask(exchange, server)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/", "http://name:word@localhost/", "http://localhost/?a=b", "http://localhost/a b",
        "http://localhost/\r\nX: y", "http://[::1]/", "http://xã.vn/", "localhost", "http://localhost/\n",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plain_is_left_to_the_ordinary_client(url: str) -> None:
    with pytest.raises(Unfamiliar):
        plain_address(url, *KINDS)
