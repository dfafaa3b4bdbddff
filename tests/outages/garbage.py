"""An outside system that answers nonsense to whoever calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KINDS = {
    "hangs up": b"",
    "is no HTTP": b"220 \xff\xfe\x00 rubbish\r\n",
    "answers an empty object": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "answers a list": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
    "answers a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    "answers cut short": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"a\": ",
    "fails": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
}  # fmt: skip


@asynccontextmanager
async def answering(nonsense: bytes) -> AsyncIterator[int]:
    """The port where every call gets these bytes and the end of the line."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not nonsense.startswith(b"220"):
            await reader.read(4096)
        writer.write(nonsense)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
