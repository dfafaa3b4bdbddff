"""`motcua demo` opens, stays up under blows, ends without a trace, and opens again where it was."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.demo.plan import PORTS, make_plan
from app.embedded import free_port, port_is_free
from app.supervisor import left_over

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    process: asyncio.subprocess.Process
    folder: Path
    said: list[str]

    @property
    def url(self) -> str:
        return next(line.split()[-1] for line in self.said if "Citizens' portal" in line).rstrip("/")

    def alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/livez", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def pid_of(self, *words: str) -> int | None:
        """The process of a part, by words of its command line."""
        return next((pid for pid in left_over(self.folder) if set(words) <= set(command_line(pid))), None)


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def server_pid(folder: Path) -> int:
    """The server as its own note names it; 0 while there is no note."""
    try:
        return int((folder / "postgres/data/postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError):
        return 0


async def until(true: Callable[[], object]) -> None:
    """Wait for what other processes do; the time limit of the test is the bound."""
    while not true():  # noqa: ASYNC110 (no event crosses the border between processes)
        await asyncio.sleep(0.05)


@asynccontextmanager
async def opened(folder: Path, *words: str) -> AsyncIterator[Demo]:
    process = await start(folder, *words)
    demo = Demo(process, folder, [])
    try:
        assert process.stdout is not None
        while "Open after" not in (demo.said[-1] if demo.said else ""):
            line = await process.stdout.readline()
            assert line, "".join(demo.said)
            demo.said.append(line.decode())
        yield demo
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
        print("".join(demo.said), (rest or b"").decode(), sep="")      # shown when the test fails
        await until(lambda: left_over(folder) == [])


async def start(folder: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "demo", "--folder", str(folder), "--bare", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")},
        start_new_session=True,
    )


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an office was opened once, on ports of its own."""
    folder = tmp_path_factory.mktemp("demo")
    # Below every range from which a system hands out ports (Linux from 32768, gVisor from 16000): another test's line,
    # or a server that asked for any port, must not take one of ours between two openings. An office takes less than
    # twenty; neighbouring processes stand twenty apart.
    first_port = free_port(None, 10_000 + os.getpid() % 290 * 20)
    async with opened(folder, "--port", str(first_port)) as demo:
        assert demo.alive()
    return folder


async def test_ctrl_c_leaves_no_process_and_no_port(folder: Path) -> None:
    async with opened(folder) as demo:
        assert left_over(folder)
        demo.process.send_signal(signal.SIGINT)
        await demo.process.communicate()
        assert demo.process.returncode == 0
        assert left_over(folder) == []
    plan = make_plan(folder)
    assert [name for name in PORTS if not port_is_free(plan.ports[name])] == []


async def test_it_opens_again_where_it_was(folder: Path) -> None:
    async with opened(folder) as first:
        pass
    async with opened(folder) as again:
        assert again.url == first.url


async def test_a_killed_demo_leaves_nothing_behind_and_opens_again_where_it_was(folder: Path) -> None:
    async with opened(folder) as demo:
        demo.process.kill()
        await demo.process.communicate()
    async with opened(folder) as again:
        assert again.url == demo.url
        assert again.alive()


async def test_a_killed_web_comes_back(folder: Path) -> None:
    async with opened(folder) as demo:
        first = demo.pid_of("serve")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: demo.pid_of("serve") not in (None, first) and demo.alive())


async def test_a_killed_database_comes_back_under_a_web_that_stays(folder: Path) -> None:
    async with opened(folder) as demo:
        web, database = demo.pid_of("serve"), server_pid(folder)
        os.kill(database, signal.SIGKILL)
        await until(lambda: server_pid(folder) not in (0, database) or demo.process.returncode is not None)
        await until(lambda: answers(f"{demo.url}/readyz") or demo.process.returncode is not None)
        assert demo.pid_of("serve") == web


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def test_a_second_start_in_the_same_folder_is_told_in_one_line(folder: Path) -> None:
    async with opened(folder) as demo:
        second = await start(folder)
        said, _ = await second.communicate()
        assert second.returncode == 2
        assert said.decode().count("\n") == 1
        assert "already in use" in said.decode()
        assert demo.url in said.decode()


async def test_a_busy_port_is_named_and_another_is_taken(folder: Path, tmp_path: Path) -> None:
    async with opened(folder) as first:
        port = first.url.rpartition(":")[2]
        async with opened(tmp_path, "--port", port) as second:
            assert second.url != first.url
            assert any(f"Port {port} is taken by another program" in line for line in second.said)
