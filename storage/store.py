"""The port: what any store of objects can do, whatever stands behind it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol

OCTETS = "application/octet-stream"
CHUNK = 256 * 1024  # bytes handed over at a time when an object is streamed


@dataclass(frozen=True)
class StoredObject:
    """One object as the store holds it. `size` in bytes, `sha256` of the whole content in small hex.

    `kept_until` (UTC) is filled by `stat` only: before that moment the object can neither go nor change.
    """

    key: str
    size: int
    sha256: str
    media_type: str = OCTETS
    kept_until: datetime | None = None


@dataclass(frozen=True)
class ListedObject:
    """One line of a listing: what a store tells about an object without opening it. `written_at` is UTC."""

    key: str
    size: int
    written_at: datetime


class Finding(StrEnum):
    """What `probe` found, one word for each thing there is to mend."""

    WORM = "worm"
    FOLDER = "folder"
    NO_OBJECT_LOCK = "no_object_lock"
    LOCK_IGNORED = "lock_ignored"
    LOCK_SHORTENED = "lock_shortened"
    LOCK_UNPROVEN = "lock_unproven"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    BUCKET_MISSING = "bucket_missing"
    FULL = "full"


@dataclass(frozen=True)
class StoreReport:
    """The health of a store at one moment.

    `reachable`: it answers. `writable`: a small object was written, read back and compared. `worm`: a locked object
    was **proven** to withstand its deletion and the shortening of its lock. `words` is one English sentence for the
    operator; to say it in another language, go by `finding`.
    """

    reachable: bool
    writable: bool
    worm: bool
    finding: Finding
    words: str
    milliseconds: float

    @property
    def result(self) -> str:
        """`worm` or `no worm`."""
        return "worm" if self.worm else "no worm"


class ObjectStream:
    """The bytes of one object, or of a range of it, in chunks. Iterate once; it closes itself at the end.

    `about` is the whole object, `size` the number of bytes that will come. Left early, it must be closed
    (`async with`, or `aclose`). A connection lost on the way raises StoreUnreachable.
    """

    def __init__(
        self, about: StoredObject, size: int, chunks: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]
    ) -> None:
        self.about, self.size = about, size
        self._chunks, self._close = chunks, close

    def __aiter__(self) -> ObjectStream:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Give the file or connection back. Twice does no harm."""
        await self._close()

    async def __aenter__(self) -> ObjectStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class ObjectStore(Protocol):
    """Objects by key. Keys: see `storage.checks`; KeyRefused from every verb otherwise.

    Every verb may raise StoreUnreachable and StoreRefused. Safe for many tasks at once, for one event loop.
    """

    async def prepare(self) -> None:
        """Make the bucket (with object lock) or the folder when it is not there yet."""

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, media_type: str = OCTETS, if_absent: bool = False
    ) -> StoredObject:
        """Write an object whole or not at all; when this returns it survives a power cut.

        Nobody ever sees half of it. An existing object is replaced, or with `if_absent` left alone: ObjectExists,
        also when two write at the same moment. Raises ObjectKept, StoreFull. An error of the caller's own iterator
        passes through, and nothing is written.
        """

    async def get(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> bytes:
        """The content, or `length` bytes of it from `start` (fewer at the end).

        With `sha256` the whole object must have that hash, also when a range is asked; a whole read is compared with
        the hash kept beside the object in any case. Raises ObjectNotFound, ObjectDamaged, RangeRefused.
        """

    async def open(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> ObjectStream:
        """As `get`, in chunks. With `sha256` the object is checked before the first byte is given out."""

    async def stat(self, key: str) -> StoredObject:
        """What is known about the object. Raises ObjectNotFound."""

    async def exists(self, key: str) -> bool:
        """Whether `stat` would answer."""

    async def delete(self, key: str) -> None:
        """Remove the object with all its older versions; nothing there is fine too. Raises ObjectKept."""

    def list(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        """All objects whose key begins with `prefix`, in the order of their keys."""

    async def copy(self, source: str, target: str) -> StoredObject:
        """Write `source` again under `target`, without its retention. Raises ObjectNotFound, ObjectKept, StoreFull."""

    async def keep_until(self, key: str, moment: datetime) -> StoredObject:
        """Forbid to remove or replace the object before `moment` (aware; fractions of a second round up).

        May be prolonged, never shortened: ObjectKept. Raises ObjectNotFound, RetentionUnsupported, and ValueError
        for a moment without a zone or in the past. How much the promise is worth, `probe` tells.
        """

    async def probe(self) -> StoreReport:
        """Write, read, lock and try to break the lock. Never raises a StoreError: the report says what is wrong."""

    async def close(self) -> None:
        """Give back threads and connections."""
