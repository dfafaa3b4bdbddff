"""The embedded PostgreSQL starts after any kind of end, keeps what was saved, and says in one line why it cannot."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.embedded import PostgresRefused, embedded_postgres, find_binaries
from app.embedded.binaries import ACCOUNT

ROOT = Path(__file__).parent.parent.parent
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends work to an account: run the tests as root")
with_debian = pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    reason="Debian's PostgreSQL is missing: apt-get install postgresql",
)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder other accounts may pass through; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def keep_a_row(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Đã lưu')")
    await connection.close()


async def kept_row(dsn: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("SELECT word FROM kept")
    finally:
        await connection.close()


async def test_the_app_role_neither_owns_nor_steps_around_row_security(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True) as postgres:
        connection = await asyncpg.connect(postgres.app_dsn)
        try:
            role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
            assert role is not None
            assert not any(role[f"rol{right}"] for right in ("super", "bypassrls", "createdb", "createrole"))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE TABLE mine ()")
        finally:
            await connection.close()


async def test_no_password_no_entry(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True) as postgres:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://motcua_app:guessed@127.0.0.1:{postgres.port}/motcua")


async def test_passwords_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True):
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "postgres/passwords").iterdir()}
    assert modes == {"postgres": 0o600, "motcua_owner": 0o600, "motcua_app": 0o600}


async def test_a_killed_server_comes_back_with_every_row_on_the_same_port(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres") as postgres:
        await keep_a_row(postgres.owner_dsn)
        os.kill(postgres.pid, signal.SIGKILL)
    async with embedded_postgres(tmp_path / "postgres") as again:
        assert await kept_row(again.owner_dsn) == "Đã lưu"
        assert (again.port, again.fresh) == (postgres.port, False)


async def test_a_server_dies_with_its_killed_parent_and_starts_again(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, pathlib, sys\n"
        "from app.embedded import embedded_postgres\n"
        "async def run():\n"
        "    async with embedded_postgres(pathlib.Path(sys.argv[1])) as postgres:\n"
        "        print(postgres.owner_dsn, flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(run())\n",
        str(tmp_path / "postgres"),
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert parent.stdout is not None
    await keep_a_row((await parent.stdout.readline()).decode().strip())
    parent.kill()
    await parent.wait()
    async with embedded_postgres(tmp_path / "postgres") as again:     # waits for the orphan's clean shutdown
        assert await kept_row(again.owner_dsn) == "Đã lưu"
    assert "not properly shut down" not in (tmp_path / "postgres/postgres.log").read_text()


async def test_a_busy_port_is_left_to_its_holder(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        busy = stranger.getsockname()[1]
        async with embedded_postgres(tmp_path / "postgres", port=busy, fast=True) as postgres:
            assert postgres.port != busy


async def test_a_note_that_names_a_stranger_stops_nobody(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True):
        note = (tmp_path / "postgres/data/postmaster.pid").read_text()
    lines = note.splitlines()
    (tmp_path / "postgres/data/postmaster.pid").write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    async with embedded_postgres(tmp_path / "postgres", fast=True) as again:
        assert not again.fresh


async def test_an_interrupted_first_start_leaves_no_half_database(tmp_path: Path) -> None:
    (tmp_path / "postgres/data.half-made").mkdir(parents=True)
    (tmp_path / "postgres/data.half-made/PG_VERSION").write_text("18\n")
    async with embedded_postgres(tmp_path / "postgres", fast=True) as postgres:
        assert postgres.fresh


async def test_two_servers_do_not_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded.cluster.SETTLED", 0.3)
    async with embedded_postgres(tmp_path / "postgres", fast=True):
        with pytest.raises(PostgresRefused, match="already runs"):
            async with embedded_postgres(tmp_path / "postgres", fast=True):
                pass


async def test_data_of_another_major_release_is_named(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True):
        pass
    (tmp_path / "postgres/data/PG_VERSION").write_text("13\n")
    with pytest.raises(PostgresRefused, match="made by PostgreSQL 13"):
        async with embedded_postgres(tmp_path / "postgres", fast=True):
            pass


async def test_missing_programs_are_named(tmp_path: Path) -> None:
    with pytest.raises(PostgresRefused, match="There is no PostgreSQL in"):
        async with embedded_postgres(tmp_path / "postgres", binaries=tmp_path):
            pass


@pytest.mark.skipif(
    subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode != 0,
    reason="a small disk needs user namespaces: allow unprivileged user namespaces",
)
def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    told = subprocess.run(
        [*ON_A_SMALL_DISK, str(tmp_path), sys.executable, "-c", STARTER, str(tmp_path / "postgres")],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert told.stdout.strip().endswith("is full. Free some space and start again; nothing that was saved is lost.")
    assert told.stderr == ""


ON_A_SMALL_DISK = ("unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=20m small "$0" && exec "$@"')
STARTER = """
import asyncio, pathlib, sys
from app.embedded import PostgresRefused, embedded_postgres
async def run():
    try:
        async with embedded_postgres(pathlib.Path(sys.argv[1])):
            print("it runs")
    except PostgresRefused as refused:
        print(refused)
asyncio.run(run())
"""


@as_root
async def test_root_may_lend_the_work_to_an_account(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ACCOUNT, "nobody")
    async with embedded_postgres(open_folder / "postgres", fast=True) as postgres:
        assert owner_of(postgres.pid) != 0
        await keep_a_row(postgres.owner_dsn)
        assert await kept_row(postgres.owner_dsn) == "Đã lưu"


@as_root
async def test_root_without_a_way_is_told_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ACCOUNT, "no-such-account")
    with pytest.raises(PostgresRefused, match="start as an ordinary user, or name an account"):
        async with embedded_postgres(tmp_path / "postgres", fast=True):
            pass


@with_debian
async def test_debians_programs_serve_as_well(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", binaries=find_binaries("debian"), fast=True) as postgres:
        await keep_a_row(postgres.owner_dsn)
        assert await kept_row(postgres.owner_dsn) == "Đã lưu"
