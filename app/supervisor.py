"""Starts the parts of an office as child processes, keeps them up, and leaves nothing behind.

A part is one process with one log file. A part that dies is started again after a growing pause; parts die with
their parent even when the parent is killed outright (PR_SET_PDEATHSIG), and carry a mark in their environment by
which a later start finds and clears what may have survived all the same. Linux only.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MARK = "MOTCUA_PART_OF"
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)    # seconds before the first, second … new start
STEADY = 30.0                               # seconds of life after which a part counts as healthy again
LAST_WORDS = 5.0                            # seconds a part has to end by itself before it is killed
LOG_LIMIT = 5_000_000                       # bytes; a longer log is set aside at the next start
PR_SET_PDEATHSIG = 1

Ready = Callable[[], Awaitable[bool]]
Say = Callable[[str], None]

_libc = ctypes.CDLL(None, use_errno=True)


class PartRefused(Exception):
    """A part did not come up or did not finish its work. The text is one line that says where to look."""


class AlreadyRunning(Exception):
    """Another start holds this folder. The text is one line."""


@dataclass(frozen=True)
class Part:
    """One child process. `wave` orders stopping: the highest first, equals together."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Ready | None = None                  # None: ready as soon as it runs
    patience: float = 60.0                      # seconds it may take to become ready
    stop_with: signal.Signals = signal.SIGTERM
    wave: int = 0
    account: tuple[int, int] | None = None      # uid and gid to change to; root only
    folder: Path | None = None                  # working directory


def answers(url: str) -> Ready:
    """Ready when `url` (plain http) answers anything below 500."""
    parts = urlsplit(url)

    async def ask() -> bool:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            request = f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            status = (await reader.readline()).split()
            return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    return _within_two_seconds(ask)


def listens(port: int, host: str = "127.0.0.1") -> Ready:
    """Ready when something accepts connections on `port`."""

    async def knock() -> bool:
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    return _within_two_seconds(knock)


def _within_two_seconds(ask: Ready) -> Ready:
    async def careful() -> bool:
        try:
            return await asyncio.wait_for(ask(), 2)
        except (OSError, TimeoutError):
            return False

    return careful


async def spawn(part: Part, log: Path, mark: str) -> asyncio.subprocess.Process:
    """Start `part` in a session of its own, both outputs into `log`, bound to the life of this process.

    Call from the main thread: the kernel ties the child to the thread that made it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    parent = os.getpid()

    def before_exec() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(part.stop_with), 0, 0, 0)
        if os.getppid() != parent:      # the parent died between fork and here; nobody would tell us later
            os._exit(1)

    uid, gid = part.account or (None, None)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *part.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **part.environment, MARK: mark},
            cwd=part.folder,
            start_new_session=True,
            preexec_fn=before_exec,
            user=uid,
            group=gid,
            extra_groups=None if part.account is None else [],
        )


async def end(process: asyncio.subprocess.Process, stop_with: signal.Signals, patience: float = LAST_WORDS) -> None:
    """Ask a process to stop, wait, and kill whatever is left of its group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(stop_with)
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


class Supervisor:
    """The parts that run under one folder. `say` gets one line for everything a person should know."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self.say = say
        self._parts: dict[str, Part] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def pids(self) -> dict[str, int]:
        """The running parts by name."""
        return {name: process.pid for name, process in self._processes.items() if process.returncode is None}

    async def start(self, part: Part) -> None:
        """Start `part` and return when it is ready; from then on it is kept up. Raises PartRefused."""
        self._set_aside_long_log(part.name)
        self._parts[part.name] = part
        for pause in (*PAUSES[:2], None):
            process = self._processes[part.name] = await self._spawn(part)
            if await self._became_ready(part, process):
                self._watchers[part.name] = asyncio.create_task(self._keep_up(part), name=f"keep {part.name} up")
                return
            await end(process, part.stop_with)
            if pause is None or process.returncode in (0, 2):   # 2: it said why in words; again would be the same
                break
            await asyncio.sleep(pause)
        raise PartRefused(self._why(part, process))

    async def run_once(self, part: Part) -> None:
        """Run `part` to its end. Raises PartRefused when it ends with anything but success."""
        self._set_aside_long_log(part.name)
        self._parts[part.name] = part
        process = self._processes[part.name] = await self._spawn(part)
        try:
            await process.wait()
        finally:
            await end(process, part.stop_with)
            del self._processes[part.name], self._parts[part.name]
        if process.returncode != 0:
            raise PartRefused(self._why(part, process))

    async def stop(self) -> None:
        """End all parts, highest wave first, and return when none is left."""
        self._stopping = True
        for watcher in self._watchers.values():
            watcher.cancel()
        await asyncio.gather(*self._watchers.values(), return_exceptions=True)
        for wave in sorted({part.wave for part in self._parts.values()}, reverse=True):
            names = [name for name, part in self._parts.items() if part.wave == wave and name in self._processes]
            await asyncio.gather(*(end(self._processes[name], self._parts[name].stop_with) for name in names))

    async def _spawn(self, part: Part) -> asyncio.subprocess.Process:
        try:
            return await spawn(part, self.log_of(part.name), str(self.folder))
        except OSError as error:
            raise PartRefused(f"{part.name} cannot be started: {error}.") from error

    async def _became_ready(self, part: Part, process: asyncio.subprocess.Process) -> bool:
        deadline = time.monotonic() + part.patience
        while time.monotonic() < deadline and process.returncode is None:
            # A stranger on the same port would answer as well: only a living child is believed.
            if part.ready is None or (await part.ready() and process.returncode is None):
                return True
            await asyncio.sleep(0.05)
        return False

    async def _keep_up(self, part: Part) -> None:
        deaths = 0
        while True:
            process, born = self._processes[part.name], time.monotonic()
            code = await process.wait()
            if self._stopping:
                return
            deaths = 0 if time.monotonic() - born > STEADY else deaths
            pause = PAUSES[min(deaths, len(PAUSES) - 1)]
            deaths += 1
            self.say(f"{part.name} {_ended(code)}; starting it again in {pause:g} s (log: {self.log_of(part.name)})")
            await end(process, part.stop_with)
            await asyncio.sleep(pause)
            with contextlib.suppress(PartRefused):
                self._processes[part.name] = await self._spawn(part)

    def _why(self, part: Part, process: asyncio.subprocess.Process) -> str:
        code = process.returncode
        happened = "did not become ready in time" if code is None or code == -part.stop_with else _ended(code)
        words = last_line(self.log_of(part.name))
        return f"{part.name} {happened}: {words or 'no word in its log'} (log: {self.log_of(part.name)})"

    def _set_aside_long_log(self, name: str) -> None:
        log = self.log_of(name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line), "")


def _ended(code: int) -> str:
    return f"was stopped by signal {-code}" if code < 0 else f"ended with code {code}"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; the lock goes with the process, however it ends. Raises AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise AlreadyRunning(f"{folder} is already in use by a running office ({holder}).") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def left_over(folder: Path) -> list[int]:
    """Process ids of parts of `folder` that outlived their parent, grandchildren included."""
    mark = f"{MARK}={folder.resolve()}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


async def clear_left_over(folder: Path, patience: float = LAST_WORDS) -> None:
    """Wait for the parts of an earlier, killed start to end; then end them. Their ports are free afterwards."""
    deadline = time.monotonic() + patience
    while pids := left_over(folder):
        if time.monotonic() > deadline:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.05)
