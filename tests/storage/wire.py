"""A wire between client and server that a test can cut, or leave hanging, after an exact number of bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Wire:
    """Listens on `port` and passes everything on to `target`, until something is done to it.

    `after` bytes from the client, over all connections, `deed` is called, once; `mute` swallows every byte.
    """

    target: int
    after: int | None = None
    deed: Callable[[], None] = lambda: None
    mute: bool = False
    port: int = 0
    _passed: int = 0
    _server: asyncio.Server | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Reset every connection, both ways."""
        for end in list(self._ends):
            end.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            if self.mute:
                while await reader.read(65536):
                    pass
                return
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.target)
            self._ends.add(there)
            await asyncio.gather(self._pass(reader, there, counted=True), self._pass(there_reader, writer))
            there.close()
        except OSError:
            pass
        finally:
            writer.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, counted: bool = False) -> None:
        try:
            while chunk := await source.read(65536):
                if counted:
                    self._passed += len(chunk)
                    if self.after is not None and self._passed >= self.after:
                        self.after = None
                        self.deed()
                target.write(chunk)
                await target.drain()
        finally:
            target.close()
