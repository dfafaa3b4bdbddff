"""What only a folder has: files that rot, disks that fill, processes that die between two steps."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Finding, FolderStore, KeyRefused, ObjectDamaged, ObjectExists, ObjectNotFound, StoreError
from storage.checks import check_key
from storage.folder_records import RecordFolder

HELLO = hashlib.sha256(b"hello").hexdigest()
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


def files(folder: Path) -> list[Path]:
    """Everything but the lock."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def data_file(folder: Path, key: str) -> Path:
    [path] = folder.glob(f"{key}~*[!n]")
    return path


def make_old(folder: Path) -> None:
    """As if all that waits had waited for two days."""
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for path in (folder / ".incoming").iterdir():
        os.utime(path, (long_ago, long_ago))


async def test_one_changed_byte_is_noticed_before_anything_is_handed_out(store: FolderStore, tmp_path: Path) -> None:
    await store.put("form", b"hello")
    data_file(tmp_path / "objects", "form").write_bytes(b"hellO")
    for deed in (store.get("form"), store.get("form", sha256=HELLO), store.get("form", length=1, sha256=HELLO)):
        with pytest.raises(ObjectDamaged):
            await deed
    with pytest.raises(ObjectDamaged):
        await store.open("form", sha256=HELLO)
    with pytest.raises(ObjectDamaged):
        await store.copy("form", "copy")
    assert not await store.exists("copy")


async def test_a_shortened_or_lost_file_is_noticed(store: FolderStore, tmp_path: Path) -> None:
    await store.put("form", b"hello")
    data_file(tmp_path / "objects", "form").write_bytes(b"he")
    with pytest.raises(ObjectDamaged):
        await store.get("form", start=1, length=3)
    stream = await store.open("form")
    with pytest.raises(ObjectDamaged):
        _ = [chunk async for chunk in stream]
    data_file(tmp_path / "objects", "form").unlink()
    with pytest.raises(ObjectDamaged):
        await store.get("form")


async def test_another_object_under_the_same_key_is_noticed(store: FolderStore) -> None:
    await store.put("form", b"swapped")
    with pytest.raises(ObjectDamaged) as damage:
        await store.get("form", sha256=HELLO)
    assert damage.value.expected == HELLO


async def test_a_broken_record_is_an_error_and_not_an_absence(store: FolderStore, tmp_path: Path) -> None:
    await store.put("form", b"hello")
    (tmp_path / "objects" / "form~.json").write_bytes(b"{")
    with pytest.raises(StoreError):
        await store.exists("form")


async def test_replacing_and_deleting_leave_no_files_behind(store: FolderStore, tmp_path: Path) -> None:
    for content in (b"one", b"two", b"three"):
        await store.put("a/b", content)
    assert len(files(tmp_path)) == 2
    await store.delete("a/b")
    assert files(tmp_path) == []


async def test_what_a_reader_opened_stays_readable(store: FolderStore) -> None:
    await store.put("form", b"hello")
    async with await store.open("form") as stream:
        await store.put("form", b"other")
        await store.delete("form")
        assert b"".join([chunk async for chunk in stream]) == b"hello"


async def test_readers_see_one_or_the_other_while_writers_replace(store: FolderStore) -> None:
    await store.put("form", b"a" * 1000)

    async def write(letter: bytes) -> None:
        for _ in range(10):
            await store.put("form", letter * 1000)

    async def read() -> None:
        for _ in range(40):
            assert len(set(await store.get("form"))) == 1

    await asyncio.gather(write(b"a"), write(b"b"), read(), read())


async def test_two_processes_share_one_folder(tmp_path: Path) -> None:
    one, other = FolderStore(tmp_path), FolderStore(tmp_path)
    await one.put("form", b"hello", if_absent=True)
    with pytest.raises(ObjectExists):
        await other.put("form", b"other", if_absent=True)
    assert await other.get("form") == b"hello"


async def test_a_writer_that_was_killed_leaves_no_object_and_its_rest_is_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    died = run(
        f"""
        import asyncio, os, signal
        from pathlib import Path
        from storage import FolderStore
        async def breaks():
            yield b"x" * 5_000_000
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(FolderStore(Path({str(folder)!r})).put("form", breaks()))
        """
    )
    assert died.returncode == -9
    assert files(folder) != []
    make_old(folder)
    store = FolderStore(folder)
    assert [line async for line in store.list()] == []
    assert files(folder) == []
    await store.put("form", b"hello", if_absent=True)


async def test_a_writer_that_died_before_the_last_step_leaves_no_object(tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    store = FolderStore(folder)
    await store.put("form", b"hello")
    token = data_file(folder, "form").name.partition("~")[2]
    (folder / "form~.json").rename(folder / ".incoming" / f"{token}.json")  # the data moved, the record not yet
    with pytest.raises(ObjectNotFound):
        await store.get("form")
    make_old(folder)
    FolderStore(folder)
    assert files(folder) == []


async def test_clearing_spares_what_is_being_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)

    async def slow() -> AsyncIterator[bytes]:
        yield b"hel"
        FolderStore(tmp_path)
        yield b"lo"

    await store.put("form", slow())
    assert await store.get("form") == b"hello"


def test_a_full_disk_is_said_and_leaves_nothing_half_written() -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare: apt-get install util-linux")
    with tempfile.TemporaryDirectory() as folder:
        mounted = f"mount -t tmpfs -o size=1m none {folder} && exec {sys.executable} -c '{FULL_DISK}' {folder}"
        command = [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", mounted]
        done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    if "Operation not permitted" in done.stderr:
        pytest.skip("this machine forbids user namespaces, and a small disk cannot be made without them")
    assert done.stdout == "full full kept:hello listed:before waiting:0 again:hello probe:full\n", done.stderr


FULL_DISK = """
import asyncio, sys
from pathlib import Path
from storage import FolderStore, StoreFull
async def endless():
    while True:
        yield b"x" * 65536
async def main(folder):
    store = FolderStore(folder / "objects")
    await store.put("before", b"hello")
    for content in (b"x" * 2_000_000, endless()):
        try:
            await store.put("before", content)
        except StoreFull:
            print("full", end=" ")
    print("kept:" + (await store.get("before")).decode(), end=" ")
    print("listed:" + ",".join([line.key async for line in store.list()]), end=" ")
    print("waiting:%d" % len([p for p in (folder / "objects/.incoming").iterdir() if p.name != "lock"]), end=" ")
    await store.put("after", b"hello")
    print("again:" + (await store.get("after")).decode(), end=" ")
    try:
        with (folder / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
    except OSError:
        pass
    print("probe:" + (await store.probe()).finding)
asyncio.run(main(Path(sys.argv[1])))
"""


async def test_a_folder_never_claims_to_be_worm(store: FolderStore) -> None:
    report = await store.probe()
    assert (report.result, report.finding, report.writable) == ("no worm", Finding.FOLDER, True)


async def test_strangers_on_the_machine_cannot_read(store: FolderStore, tmp_path: Path) -> None:
    await store.put("cases/7/form", b"hello")
    for name in (".incoming", "cases", "cases/7"):
        assert (tmp_path / "objects" / name).stat().st_mode & 0o077 == 0


@given(st.text(alphabet=st.sampled_from("az09/._-~\\:A ă\0\n%"), max_size=40))
def test_no_accepted_key_leads_out_of_the_folder(key: str) -> None:
    root = Path("/objects")
    folder = RecordFolder(root)
    try:
        check_key(key)
    except KeyRefused:
        return
    path = os.path.normpath(folder.record_path(key))
    assert path == f"/objects/{key}~.json"
    assert not path.startswith(str(folder.incoming))


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
