"""A store that dies in the middle: said plainly, nothing half-written, and back without a restart of ours."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import Finding, ObjectNotFound, ObjectStore, StoreUnreachable, open_store
from tests.storage.conftest import supervised, why_not
from tests.storage.servers import Supervised
from tests.storage.wire import Wire

BIG = bytes(range(256)) * 160_000  # 41 MB: more than any buffer between two processes holds
SERVERS = ("radosgw", "minio")


@pytest.fixture(scope="module", params=SERVERS)
def mortal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    """A server of this file's own, because it gets killed."""
    if reason := why_not(request.param):
        pytest.skip(reason)
    server = supervised(request.param, tmp_path_factory.mktemp(f"mortal-{request.param}") / "server", mortal=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def store(mortal: Supervised) -> AsyncIterator[ObjectStore]:
    opened = open_store(mortal.server.url(f"outage-{uuid.uuid4().hex}"))
    await opened.prepare()
    yield opened
    await opened.close()


@pytest.fixture
async def wire(mortal: Supervised) -> AsyncIterator[Wire]:
    async with Wire(int(mortal.server.endpoint.rpartition(":")[2])) as between:
        yield between


@pytest.fixture
async def wired(mortal: Supervised, wire: Wire, store: ObjectStore) -> AsyncIterator[ObjectStore]:
    """The same bucket as `store`, over the wire."""
    bucket = str(store).split("'")[3]
    server = dataclasses.replace(mortal.server, endpoint=f"127.0.0.1:{wire.port}")
    opened = open_store(server.url(bucket))
    yield opened
    await opened.close()


async def test_a_dead_server_is_unreachable_for_every_verb_and_then_works_again(
    mortal: Supervised, store: ObjectStore
) -> None:
    await store.put("before", b"hello")
    mortal.kill_gateway()
    for deed in (
        store.put("during", b"x"), store.put("during", b"x", if_absent=True), store.get("before"),
        store.open("before"), store.stat("before"), store.exists("before"), store.delete("before"),
        store.copy("before", "during"),
    ):  # fmt: skip
        with pytest.raises(StoreUnreachable):
            await deed
    with pytest.raises(StoreUnreachable):
        _ = [line async for line in store.list()]
    report = await store.probe()
    assert (report.reachable, report.worm, report.finding) == (False, False, Finding.UNREACHABLE)
    mortal.revive_gateway()
    assert await store.get("before") == b"hello"
    assert not await store.exists("during")
    assert (await store.probe()).worm


async def test_a_server_killed_while_it_is_written_to_keeps_nothing_of_it(
    mortal: Supervised, wire: Wire, wired: ObjectStore, store: ObjectStore
) -> None:
    wire.after, wire.deed = len(BIG) // 2, mortal.kill_gateway
    with pytest.raises(StoreUnreachable):
        await wired.put("half", BIG, if_absent=True)
    mortal.revive_gateway()
    with pytest.raises(ObjectNotFound):
        await store.get("half")
    assert [line.key async for line in store.list()] == []
    await wired.put("half", BIG, if_absent=True)
    assert await store.get("half") == BIG


async def test_a_server_killed_while_it_replaces_keeps_the_older_object(
    mortal: Supervised, wire: Wire, wired: ObjectStore, store: ObjectStore
) -> None:
    await store.put("form", b"old")
    wire.after, wire.deed = len(BIG) // 2, mortal.kill_gateway
    with pytest.raises(StoreUnreachable):
        await wired.put("form", BIG)
    mortal.revive_gateway()
    assert await store.get("form") == b"old"


async def test_a_server_killed_while_it_is_read_from_is_noticed(mortal: Supervised, store: ObjectStore) -> None:
    await store.put("big", BIG)
    stream = await store.open("big")
    read = [await anext(stream)]
    mortal.kill_gateway()
    with pytest.raises(StoreUnreachable):
        read += [chunk async for chunk in stream]
    assert len(b"".join(read)) < len(BIG)
    mortal.revive_gateway()
    assert await store.get("big") == BIG


async def test_a_connection_cut_in_a_write_is_tried_again_without_being_asked(
    wire: Wire, wired: ObjectStore, store: ObjectStore
) -> None:
    wire.after, wire.deed = len(BIG) // 2, wire.cut
    written = await wired.put("form", BIG, if_absent=True)
    assert await store.get("form", sha256=written.sha256) == BIG


async def test_a_server_that_is_silent_is_unreachable(wire: Wire, wired: ObjectStore) -> None:
    wire.mute = True
    with pytest.raises(StoreUnreachable):
        await wired.put("form", b"hello")
    wire.mute = False
    wire.cut()
    await wired.put("form", b"hello")
    assert await wired.get("form") == b"hello"


async def test_a_folder_that_vanishes_is_unreachable_and_then_works_again(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "objects", tmp_path / "unmounted"
    store = open_store(f"folder://{folder}")
    await store.put("before", b"hello")
    folder.rename(elsewhere)
    folder.mkdir()  # an empty mount point
    for deed in (
        store.put("during", b"x"), store.get("before"), store.stat("before"), store.exists("before"),
        store.delete("before"),
    ):  # fmt: skip
        with pytest.raises(StoreUnreachable):
            await deed
    with pytest.raises(StoreUnreachable):
        _ = [line async for line in store.list()]
    assert not (await store.probe()).reachable
    assert list(folder.iterdir()) == []
    folder.rmdir()
    elsewhere.rename(folder)
    assert await store.get("before") == b"hello"
