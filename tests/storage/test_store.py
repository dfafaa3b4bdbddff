"""The promises of the port, on every store."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from storage import (
    KeyRefused,
    ObjectExists,
    ObjectKept,
    ObjectNotFound,
    ObjectStore,
    RangeRefused,
    StoredObject,
)
from storage.store import CHUNK

HELLO = hashlib.sha256(b"hello").hexdigest()
BIG = bytes(range(256)) * 20_000  # 5 MB: more than one chunk, more than is kept in memory


async def pieces(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for first in range(0, len(content), size):
        yield content[first : first + size]


async def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [line.key async for line in store.list(prefix) if not line.key.startswith("probe/")]


def soon() -> datetime:
    """Long enough for a test, short enough for the next probe to clear."""
    return datetime.now(UTC) + timedelta(minutes=2)


async def test_what_is_put_is_got(store: ObjectStore) -> None:
    written = await store.put("cases/1/a.pdf", b"hello", media_type="application/pdf")
    assert written == StoredObject("cases/1/a.pdf", 5, HELLO, "application/pdf")
    assert await store.get("cases/1/a.pdf") == b"hello"
    assert await store.stat("cases/1/a.pdf") == written


async def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    written = await store.put("empty", b"")
    assert (written.size, await store.get("empty")) == (0, b"")
    assert await store.get("empty", start=0, length=9) == b""
    assert [chunk async for chunk in await store.open("empty", length=9)] == []


async def test_a_stream_is_written_and_hashed_on_the_way(store: ObjectStore) -> None:
    written = await store.put("big", pieces(BIG))
    assert (written.size, written.sha256) == (len(BIG), hashlib.sha256(BIG).hexdigest())
    assert await store.get("big", sha256=written.sha256) == BIG


async def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield BIG
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.put("broken", breaks())
    assert not await store.exists("broken")
    assert await keys(store) == []


async def test_a_stream_that_breaks_leaves_the_older_object(store: ObjectStore) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"new"
        raise ZeroDivisionError

    await store.put("form", b"old")
    with pytest.raises(ZeroDivisionError):
        await store.put("form", breaks())
    assert await store.get("form") == b"old"


async def test_reading_in_chunks_gives_the_same_bytes(store: ObjectStore) -> None:
    await store.put("big", BIG, media_type="image/png")
    stream = await store.open("big")
    chunks = [chunk async for chunk in stream]
    assert b"".join(chunks) == BIG
    assert max(map(len, chunks)) <= CHUNK
    assert (stream.size, stream.about.media_type) == (len(BIG), "image/png")


async def test_a_stream_may_be_left_early(store: ObjectStore) -> None:
    await store.put("big", BIG)
    async with await store.open("big") as stream:
        first = await anext(stream)
    assert BIG.startswith(first)
    assert await store.get("big", length=10) == BIG[:10]


@pytest.mark.parametrize("checked", [False, True])
async def test_a_range_is_read(store: ObjectStore, checked: bool) -> None:
    written = await store.put("big", BIG)
    wanted = written.sha256 if checked else None
    assert await store.get("big", start=300, length=7, sha256=wanted) == BIG[300:307]
    assert await store.get("big", start=len(BIG) - 2, length=7, sha256=wanted) == BIG[-2:]
    async with await store.open("big", start=1000, length=CHUNK + 1, sha256=wanted) as stream:
        assert stream.size == CHUNK + 1
        assert stream.about.size == len(BIG)
        assert b"".join([chunk async for chunk in stream]) == BIG[1000 : 1001 + CHUNK]


@pytest.mark.parametrize("checked", [False, True])
async def test_a_range_behind_the_end_is_refused(store: ObjectStore, checked: bool) -> None:
    await store.put("hello", b"hello")
    wanted = HELLO if checked else None
    with pytest.raises(RangeRefused):
        await store.get("hello", start=5, sha256=wanted)
    with pytest.raises(RangeRefused):
        await store.open("hello", start=6, length=1, sha256=wanted)


async def test_what_is_not_there_is_not_found(store: ObjectStore) -> None:
    assert not await store.exists("nothing")
    for missing in (store.get("nothing"), store.open("nothing"), store.stat("nothing"), store.copy("nothing", "x")):
        with pytest.raises(ObjectNotFound):
            await missing
    with pytest.raises(ObjectNotFound):
        await store.keep_until("nothing", soon())


async def test_a_second_put_replaces(store: ObjectStore) -> None:
    await store.put("form", b"one")
    await store.put("form", b"hello", media_type="text/plain")
    assert await store.get("form") == b"hello"
    assert await store.stat("form") == StoredObject("form", 5, HELLO, "text/plain")


async def test_if_absent_leaves_what_is_there_and_tells_its_hash(store: ObjectStore) -> None:
    await store.put("form", b"hello", if_absent=True)
    with pytest.raises(ObjectExists) as taken:
        await store.put("form", b"other", if_absent=True)
    assert taken.value.existing is not None
    assert taken.value.existing.sha256 == HELLO
    assert await store.get("form") == b"hello"


async def test_of_many_writers_at_once_one_wins(store: ObjectStore) -> None:
    async def write(number: int) -> bytes | None:
        content = f"writer {number}".encode()
        try:
            await store.put("prize", content, if_absent=True)
        except ObjectExists:
            return None
        return content

    winners = [content for content in await asyncio.gather(*map(write, range(12))) if content]
    assert winners == [await store.get("prize")]


async def test_a_deleted_object_is_gone_with_its_older_versions(store: ObjectStore) -> None:
    await store.put("form", b"one")
    await store.put("form", b"two")
    await store.delete("form")
    assert not await store.exists("form")
    assert await keys(store) == []


async def test_deleting_what_is_not_there_is_no_mistake(store: ObjectStore) -> None:
    await store.delete("nothing")
    assert not await store.exists("nothing")


async def test_a_deleted_key_may_be_written_again(store: ObjectStore) -> None:
    await store.put("form", b"one", if_absent=True)
    await store.delete("form")
    await store.put("form", b"two", if_absent=True)
    assert await store.get("form") == b"two"


async def test_a_listing_goes_by_prefix_in_the_order_of_keys(store: ObjectStore) -> None:
    for key in ("a/2", "a/1", "a-1", "b/1", "a/0/x"):
        await store.put(key, key.encode())
    assert await keys(store) == ["a-1", "a/0/x", "a/1", "a/2", "b/1"]
    assert await keys(store, "a/") == ["a/0/x", "a/1", "a/2"]
    assert await keys(store, "a/0") == ["a/0/x"]
    assert await keys(store, "c/") == []


async def test_a_key_may_also_be_the_folder_of_other_keys(store: ObjectStore) -> None:
    for key in ("a", "a/1", "a/1/x"):
        await store.put(key, key.encode())
    assert await store.get("a/1") == b"a/1"
    assert await keys(store) == ["a", "a/1", "a/1/x"]


async def test_a_listing_tells_size_and_time(store: ObjectStore) -> None:
    await store.put("form", b"hello")
    [line] = [line async for line in store.list("form")]
    assert (line.key, line.size) == ("form", 5)
    assert abs(line.written_at - datetime.now(UTC)) < timedelta(minutes=5)


async def test_a_copy_has_the_same_bytes_type_and_hash(store: ObjectStore) -> None:
    await store.put("a", b"hello", media_type="text/plain")
    copied = await store.copy("a", "b/c")
    assert copied == StoredObject("b/c", 5, HELLO, "text/plain")
    assert await store.stat("b/c") == copied
    assert await store.get("b/c", sha256=HELLO) == b"hello"


async def test_a_kept_object_can_neither_go_nor_change(keeping_store: ObjectStore) -> None:
    await keeping_store.put("result", b"hello")
    moment = soon()
    told = await keeping_store.keep_until("result", moment)
    assert told.kept_until is not None
    assert told.kept_until >= moment
    for deed in (
        keeping_store.delete("result"),
        keeping_store.put("result", b"forged"),
        keeping_store.copy("result", "result"),
    ):
        with pytest.raises(ObjectKept):
            await deed
    with pytest.raises(ObjectExists):
        await keeping_store.put("result", b"forged", if_absent=True)
    assert await keeping_store.get("result", sha256=HELLO) == b"hello"


async def test_keeping_may_be_prolonged_but_not_shortened(keeping_store: ObjectStore) -> None:
    await keeping_store.put("result", b"hello")
    moment = soon()
    await keeping_store.keep_until("result", moment)
    with pytest.raises(ObjectKept):
        await keeping_store.keep_until("result", moment - timedelta(minutes=1))
    longer = await keeping_store.keep_until("result", moment + timedelta(seconds=30))
    assert longer.kept_until is not None
    assert longer.kept_until >= moment + timedelta(seconds=30)
    assert longer == await keeping_store.stat("result")


async def test_a_copy_of_a_kept_object_is_free(keeping_store: ObjectStore) -> None:
    await keeping_store.put("result", b"hello")
    await keeping_store.keep_until("result", soon())
    assert (await keeping_store.copy("result", "draft")).kept_until is None
    assert (await keeping_store.stat("draft")).kept_until is None
    await keeping_store.delete("draft")
    assert not await keeping_store.exists("draft")


async def test_nothing_is_kept_until_yesterday_or_until_somewhen(keeping_store: ObjectStore) -> None:
    await keeping_store.put("result", b"hello")
    for moment in (datetime.now(UTC) - timedelta(days=1), datetime.now() + timedelta(days=1)):
        with pytest.raises(ValueError, match="the moment"):
            await keeping_store.keep_until("result", moment)


STRANGE = (
    "", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", "A", "ă", "a b", "a\n", "a~b", "a\0", "%2e", "a\\b", "a" * 161,
    "a/" * 256 + "a",
)  # fmt: skip


async def test_a_strange_key_is_refused_everywhere(store: ObjectStore) -> None:
    for key in STRANGE:
        for verb in (store.get, store.open, store.stat, store.exists, store.delete):
            with pytest.raises(KeyRefused):
                await verb(key)
        for deed in (store.put(key, b""), store.copy("a", key), store.copy(key, "a"), store.keep_until(key, soon())):
            with pytest.raises(KeyRefused):
                await deed


async def test_a_strange_prefix_is_refused(store: ObjectStore) -> None:
    for prefix in ("../", "/", "a//", "A", ".incoming"):
        with pytest.raises(KeyRefused):
            await keys(store, prefix)


async def test_an_impossible_range_is_refused(store: ObjectStore) -> None:
    await store.put("a", b"hello")
    for start, length in ((-1, None), (0, 0), (0, -1)):
        with pytest.raises(ValueError, match="not a range"):
            await store.get("a", start=start, length=length)


async def test_preparing_twice_does_no_harm(store: ObjectStore) -> None:
    await store.put("a", b"hello")
    await store.prepare()
    assert await store.get("a") == b"hello"


async def test_a_report_says_that_the_store_works_and_leaves_nothing_in_the_way(store: ObjectStore) -> None:
    report = await store.probe()
    assert (report.reachable, report.writable) == (True, True)
    assert await keys(store) == []
