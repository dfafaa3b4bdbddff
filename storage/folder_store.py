"""Objects in a folder of this machine: one office, laptops and tests."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from storage.checks import check_key, check_prefix, check_range, whole_second
from storage.errors import ObjectDamaged, ObjectNotFound, StoreError, StoreFull, StoreRefused
from storage.folder_files import FolderFiles
from storage.folder_records import Record, in_our_words
from storage.store import CHUNK, OCTETS, Finding, ListedObject, ObjectStream, StoredObject, StoreReport

_LISTED_AT_ONCE = 500


class FolderStore:
    """An ObjectStore in the folder `root`, shared by any number of processes of one machine.

    Retention holds against this program only: whoever may write the disk may delete, and `probe` says so.
    """

    def __init__(self, root: Path) -> None:
        """Makes the folder when it is missing and clears what writes interrupted a day ago left behind."""
        self._files = FolderFiles(root)

    def __repr__(self) -> str:
        return f"FolderStore({str(self._files.root)!r})"

    async def prepare(self) -> None:
        """See ObjectStore."""
        await asyncio.to_thread(self._files.create)

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, media_type: str = OCTETS, if_absent: bool = False
    ) -> StoredObject:
        """See ObjectStore."""
        check_key(key)
        waiting = await asyncio.to_thread(self._files.begin)
        try:
            if isinstance(content, bytes):
                await asyncio.to_thread(waiting.write, content)
            else:
                async for chunk in content:
                    await asyncio.to_thread(waiting.write, chunk)
            return await asyncio.to_thread(self._files.finish, key, waiting, media_type, if_absent)
        finally:
            await asyncio.to_thread(self._files.clear, waiting)

    async def get(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> bytes:
        """See ObjectStore."""
        check_key(key)
        check_range(start, length)
        return await asyncio.to_thread(self._files.read, key, start, length, sha256)

    async def open(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> ObjectStream:
        """See ObjectStore."""
        check_key(key)
        check_range(start, length)
        record, file, size = await asyncio.to_thread(self._files.open, key, start, length, sha256)
        return ObjectStream(record.as_object(), size, _chunks(file, size, record), _closer(file))

    async def stat(self, key: str) -> StoredObject:
        """See ObjectStore."""
        return (await asyncio.to_thread(self._files.record, check_key(key))).as_object()

    async def exists(self, key: str) -> bool:
        """See ObjectStore."""
        try:
            await self.stat(key)
        except ObjectNotFound:
            return False
        return True

    async def delete(self, key: str) -> None:
        """See ObjectStore."""
        await asyncio.to_thread(self._files.delete, check_key(key))

    async def list(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        """See ObjectStore."""
        keys = await asyncio.to_thread(self._files.keys, check_prefix(prefix))
        for first in range(0, len(keys), _LISTED_AT_ONCE):
            for line in await asyncio.to_thread(self._files.lines, keys[first : first + _LISTED_AT_ONCE]):
                yield line

    async def copy(self, source: str, target: str) -> StoredObject:
        """See ObjectStore. The bytes are compared with their hash on the way."""
        check_key(target)
        async with await self.open(source) as stream:
            copied = await self.put(target, stream, media_type=stream.about.media_type)
        if copied.sha256 != stream.about.sha256:
            await self.delete(target)
            raise ObjectDamaged(source, stream.about.sha256, copied.sha256)
        return copied

    async def keep_until(self, key: str, moment: datetime) -> StoredObject:
        """See ObjectStore."""
        return await asyncio.to_thread(self._files.keep, check_key(key), whole_second(moment))

    async def probe(self) -> StoreReport:
        """See ObjectStore. At best `folder`: works, and no WORM."""
        began = time.monotonic()
        key = f"probe/{uuid.uuid4().hex}"
        reachable, finding, words = False, Finding.UNREACHABLE, ""
        try:
            await asyncio.to_thread(self._files.look)
            reachable = True
            await self.put(key, key.encode(), if_absent=True)
            await self.get(key)
            await self.delete(key)
            finding, words = Finding.FOLDER, "The folder works; it is no WORM: whoever may write the disk may delete."
        except StoreFull as error:
            finding, words = Finding.FULL, str(error)
        except StoreRefused as error:
            finding, words = Finding.REFUSED, str(error)
        except StoreError as error:
            words = str(error)
        passed = (time.monotonic() - began) * 1000
        return StoreReport(reachable, finding is Finding.FOLDER, False, finding, words, passed)

    async def close(self) -> None:
        """See ObjectStore; a folder has nothing to give back."""


async def _chunks(file: BufferedReader, size: int, record: Record) -> AsyncIterator[bytes]:
    while size:
        with in_our_words():
            chunk = await asyncio.to_thread(file.read, min(CHUNK, size))
        if not chunk:
            raise ObjectDamaged(record.key, record.sha256, "")
        size -= len(chunk)
        yield chunk


def _closer(file: BufferedReader) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        file.close()

    return close
