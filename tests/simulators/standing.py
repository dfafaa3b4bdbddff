"""Simulators as tests use them: real processes on free ports, and a listener where their messages arrive."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "shared-between-test-and-simulator"
__all__ = ["SECRET", "Listener", "Standing", "free_port", "stand"]


@dataclass
class Standing:
    """One running simulator."""

    url: str
    port: int
    command: list[str]
    process: subprocess.Popen[bytes]
    http: httpx2.AsyncClient

    async def book(self) -> dict[str, list[dict[str, Any]]]:
        return dict((await self.http.get("/_book")).json())

    async def mischief(self, **wish: object) -> None:
        (await self.http.post("/_mischief", json=wish)).raise_for_status()

    async def killed_and_started_again(self) -> None:
        """kill -9, then the same command with the same book."""
        self.process.kill()
        self.process.wait()
        self.process = _launched(self.command)
        await self.alive()

    async def alive(self) -> None:
        async with asyncio.timeout(30):
            while self.process.poll() is None:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await self.http.get("/livez")).is_success:
                        return
                await asyncio.sleep(0.02)      # a new process has no other way of saying it listens
        raise AssertionError(f"simulator ended with {self.process.returncode}")

    async def stop(self) -> None:
        await self.http.aclose()
        self.process.terminate()
        self.process.wait(timeout=15)


def _launched(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT)


async def stand(name: str, book: Path, *options: str) -> Standing:
    """Start `python -m simulators.<name>` and wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", f"simulators.{name}", "--port", str(port), "--book", str(book)]
    command += ["--secret", SECRET, *options]
    url = f"http://127.0.0.1:{port}"
    process = _launched(command)
    http = httpx2.AsyncClient(base_url=url, trust_env=False, timeout=20)
    standing = Standing(url, port, command, process, http)
    await standing.alive()
    return standing


@dataclass(frozen=True)
class Pushed:
    """A message as it came over the wire."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """The office's side of callbacks: keeps every message and answers 204."""

    pushed: list[Pushed] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        self._news = asyncio.Condition()
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hooks"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        async with self._news:
            self.pushed.append(Pushed(headers, body))
            self._news.notify_all()

    async def until(self, enough: Callable[[list[Pushed]], bool]) -> list[Pushed]:
        """All messages so far, as soon as they are `enough`."""
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: enough(self.pushed))
        return list(self.pushed)
