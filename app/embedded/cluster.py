"""The database folder: made once, in one piece, and found again after any kind of end."""

import asyncio
import re
import secrets
import shutil
import signal
import time
from dataclasses import dataclass
from os import O_CREAT, O_TRUNC, O_WRONLY
from os import open as open_file
from pathlib import Path

from app.embedded.binaries import PostgresRefused, Runner, find_binaries, find_runner, major_version
from app.embedded.ports import choose_port
from app.supervisor import Part, listens

DATABASE = "motcua"
SUPERUSER, OWNER, APP = "postgres", "motcua_owner", "motcua_app"
ROOM_NEEDED = 200_000_000           # bytes free before the first start: the cluster, its log, some files
SETTLED = 15.0                      # seconds an earlier server of the same folder has to finish dying
FULL = re.compile(r"No space left on device|disk quota exceeded", re.I)


@dataclass(frozen=True)
class Cluster:
    """A database folder, the programs for it and how they are run. Made by `prepare`."""

    folder: Path
    binaries: Path
    runner: Runner
    port: int
    fast: bool

    def dsn(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{password_of(self.folder, role)}@127.0.0.1:{self.port}/{database}"

    def part(self) -> Part:
        """The server as a child process. SIGINT is PostgreSQL's fast, clean shutdown."""
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_error_statement": "panic",     # statements carry people's data; they stay out of the log
            "log_min_messages": "warning",
        }
        if self.fast:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"wal_level": "minimal", "max_wal_senders": 0}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return Part(
            name="postgres",
            argv=(*self.runner.prefix, str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *words),
            environment={"LC_ALL": "C"},
            ready=listens(self.port),
            patience=30,
            stop_with=signal.SIGINT,
            account=self.runner.account,
            folder=self.folder,
        )


async def prepare(
    folder: Path, *, binaries: Path | None = None, port: int | None = None, fast: bool = False
) -> Cluster:
    """Make the cluster if there is none, clear what a killed server left, choose the port. Raises PostgresRefused."""
    try:
        folder, programs, runner = await asyncio.to_thread(_make_ready, folder, binaries)
        await _wait_for_predecessor(folder / "data")
        return Cluster(folder, programs, runner, choose_port(folder / "port", port), fast)
    except OSError as error:
        raise PostgresRefused(explain(f"{error.strerror or error}: {error.filename or folder}", folder)) from error


def _make_ready(folder: Path, binaries: Path | None) -> tuple[Path, Path, Runner]:
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    binaries = binaries or find_binaries()
    runner = find_runner(binaries, folder)
    if not (folder / "data" / "PG_VERSION").exists():
        _make_cluster(folder, binaries, runner)
    written, found = int((folder / "data" / "PG_VERSION").read_text()), major_version(binaries, runner)
    if written != found:
        raise PostgresRefused(
            f"The database in {folder} was made by PostgreSQL {written}, here is {found}: install {written}, "
            "or begin anew in an empty folder."
        )
    return folder, binaries, runner


def _make_cluster(folder: Path, binaries: Path, runner: Runner) -> None:
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise PostgresRefused(explain("No space left on device", folder))
    half_made, spoken = folder / "data.half-made", folder / "initdb-password"
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(mode=0o700)
    _write_secret(spoken, password_of(folder, SUPERUSER))
    runner.own(half_made)
    runner.own(spoken)
    locale = ["--locale=C.UTF-8"]
    if major_version(binaries, runner) >= 17:       # needs nothing of the system, and sorts alike everywhere
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    words = ["-D", str(half_made), "-U", SUPERUSER, "-k", "-E", "UTF8", "--auth=scram-sha-256", *locale]
    try:
        made = runner.run(str(binaries / "initdb"), *words, f"--pwfile={spoken}", "--no-instructions", cwd=folder)
    finally:
        spoken.unlink(missing_ok=True)
    if made.returncode != 0:
        shutil.rmtree(half_made, ignore_errors=True)
        raise PostgresRefused(explain(made.stderr or made.stdout, folder))
    half_made.rename(folder / "data")       # an initdb that was killed never looks like a database


async def _wait_for_predecessor(data: Path) -> None:
    """A server of this folder that is still dying gets its time; the note of a dead one is taken away.

    PostgreSQL only asks whether *some* process has the number in its note. After a reboot, or in a container, one has.
    """
    note = data / "postmaster.pid"
    deadline = time.monotonic() + SETTLED
    while note.exists():
        first = (note.read_text().splitlines() or [""])[0].strip()
        if not first.isdigit() or not _is_server_of(int(first), data):
            note.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise PostgresRefused(f"PostgreSQL already runs in {data.parent} (process {first}); stop it first.")
        await asyncio.sleep(0.05)


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(data).encode() in words and any(word.endswith(b"postgres") for word in words)


def password_of(folder: Path, role: str) -> str:
    """The password of a role of this cluster, made up at the first question."""
    return kept_secret(folder / "passwords" / role)


def kept_secret(file: Path) -> str:
    """A random secret in a file only its owner can read; the same at every start. Written whole or not at all."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half_written = file.with_suffix(".half-written")
        _write_secret(half_written, secrets.token_urlsafe(36))
        half_written.rename(file)
    return file.read_text()


def _write_secret(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with open(open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600), "w") as opened:
        opened.write(text)


def explain(words: str, folder: Path) -> str:
    """One line for a person from what PostgreSQL or the system said."""
    if FULL.search(words):
        return f"The disk of {folder} is full. Free some space and start again; nothing that was saved is lost."
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)] or lines[-1:]
    return f"PostgreSQL does not start in {folder}: {telling[-1] if telling else 'it said nothing'}"
