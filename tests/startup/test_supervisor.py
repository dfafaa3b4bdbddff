"""Parts come up together, are started again when they die, and nothing outlives the parent."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.embedded import choose_port, port_is_free
from app.supervisor import AlreadyRunning, Part, PartRefused, Supervisor, answers, clear_left_over, left_over, only_one

ROOT = Path(__file__).parent.parent.parent


def web(name: str, port: int, **more: object) -> Part:
    argv = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return Part(name, argv, ready=answers(f"http://127.0.0.1:{port}/"), **more)  # type: ignore[arg-type]


def script(name: str, text: str, **more: object) -> Part:
    return Part(name, (sys.executable, "-c", text), **more)  # type: ignore[arg-type]


async def until(true: Callable[[], object]) -> None:
    """Wait for what another process does; the time limit of the test is the bound."""
    while not true():  # noqa: ASYNC110 (no event crosses the border between processes)
        await asyncio.sleep(0.02)


@pytest.fixture
async def heard() -> list[str]:
    return []


@pytest.fixture
async def parts(tmp_path: Path, heard: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(tmp_path, heard.append)
    yield supervisor
    await supervisor.stop()
    assert left_over(tmp_path) == []


async def test_a_part_is_ready_when_it_answers(parts: Supervisor, tmp_path: Path) -> None:
    port = choose_port(tmp_path / "port")
    await parts.start(web("pages", port))
    assert not port_is_free(port)
    await parts.stop()
    assert port_is_free(port)


async def test_a_killed_part_is_started_again(parts: Supervisor, tmp_path: Path, heard: list[str]) -> None:
    port = choose_port(tmp_path / "port")
    await parts.start(web("pages", port))
    first = parts.pids()["pages"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: parts.pids().get("pages") not in (None, first))
    assert heard[0].startswith("pages was stopped by signal 9; starting it again")
    await until(lambda: not port_is_free(port))


async def test_a_part_that_gives_up_is_named_with_its_last_words(parts: Supervisor) -> None:
    busy = "print('the port is busy'); raise SystemExit(2)"
    with pytest.raises(PartRefused, match=r"pki ended with code 2: the port is busy \(log: .*pki.log\)"):
        await parts.start(script("pki", busy, ready=answers("http://127.0.0.1:1/")))


async def test_a_missing_program_is_named(parts: Supervisor) -> None:
    with pytest.raises(PartRefused, match="tool cannot be started"):
        await parts.start(Part("tool", ("/nowhere/tool",)))


async def test_a_piece_of_work_that_fails_is_named(parts: Supervisor) -> None:
    with pytest.raises(PartRefused, match="migrate ended with code 1: no such table"):
        await parts.run_once(script("migrate", "import sys; sys.exit('no such table')"))


async def test_a_part_that_does_not_listen_to_reason_is_killed(
    parts: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.supervisor.end.__defaults__", (0.2,))
    deaf = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.mkdir('deaf'); time.sleep(600)"
    await parts.start(script("deaf", deaf, folder=tmp_path))
    await until((tmp_path / "deaf").exists)
    await parts.stop()
    assert parts.pids() == {}


async def test_what_a_part_started_goes_with_it(parts: Supervisor, tmp_path: Path) -> None:
    family = "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
    await parts.start(script("family", family))
    await until(lambda: len(left_over(tmp_path)) == 2)
    await parts.stop()
    await until(lambda: left_over(tmp_path) == [])


PARENT = """
import asyncio, pathlib, sys
from app.supervisor import Part, Supervisor
async def run():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), print)
    await supervisor.start(Part("mild", (sys.executable, "-c", "import time; time.sleep(600)")))
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    await supervisor.start(Part("deaf", (sys.executable, "-c", deaf)))
    while not supervisor.log_of("deaf").read_text():
        await asyncio.sleep(0.02)
    print("up", flush=True)
    await asyncio.sleep(600)
asyncio.run(run())
"""


async def test_parts_die_with_a_killed_parent_and_the_deaf_are_cleared_at_the_next_start(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"up\n"
    parent.kill()
    await parent.wait()
    await until(lambda: len(left_over(tmp_path)) == 1)
    await clear_left_over(tmp_path, patience=0)
    assert left_over(tmp_path) == []


def test_a_folder_serves_one_office_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass
