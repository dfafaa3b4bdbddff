"""Several web processes out of one: each answers, one that dies is replaced, and all go with their parent."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.supervisor import Part, answers, end, spawn
from benchmarks.machine import children
from tests.ports import free_port

SERVED = """
import os, sys
from app.cli.web import serve_forked
async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            await send({"type": (await receive())["type"] + ".complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
serve_forked(application, 2, port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=1)
"""


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    port = free_port()
    part = Part("web", (sys.executable, "-c", SERVED, str(port)), ready=answers(f"http://127.0.0.1:{port}/"))
    process = await spawn(part, tmp_path / "web.log", "test")
    try:
        await _until(part.ready)
        yield process, port
    finally:
        await end(process, signal.SIGTERM)


async def test_a_web_process_that_is_killed_is_replaced(served: tuple[asyncio.subprocess.Process, int]) -> None:
    process, port = served
    first = set(children(process.pid))
    assert len(first) == 2
    os.kill(min(first), signal.SIGKILL)

    async def replaced() -> bool:
        now = set(children(process.pid))
        return len(now) == 2 and min(first) not in now

    await _until(replaced)
    told = await _asked(port)
    assert any(str(one).encode() in told for one in children(process.pid))


async def test_all_web_processes_go_when_they_are_asked_to(served: tuple[asyncio.subprocess.Process, int]) -> None:
    process, _ = served
    first = children(process.pid)
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert not [one for one in first if os.path.exists(f"/proc/{one}")]  # noqa: ASYNC240


async def _asked(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    told = await reader.read()
    writer.close()
    return told


async def _until(holds) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
