"""Objects in an S3 bucket: production."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from typing import IO, ParamSpec, TypeVar

from urllib3.response import BaseHTTPResponse

from storage import s3_reading as reading
from storage.checks import check_key, check_prefix, check_range, whole_second
from storage.s3_bucket import S3Bucket
from storage.s3_client import CONNECTIONS
from storage.s3_first_writer import FirstWriter
from storage.s3_probe import probe
from storage.spool import spooled
from storage.store import CHUNK, OCTETS, ListedObject, ObjectStream, StoredObject, StoreReport

P = ParamSpec("P")
T = TypeVar("T")

_LISTED_AT_ONCE = 500


class S3Store:
    """An ObjectStore in one bucket of an S3 server.

    Writes are single requests, so the server keeps all of an object or nothing. The hash travels as metadata. With
    object lock the bucket is versioned: a replaced object stays as an older version until `delete`.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        *,
        access_key: str,
        secret_key: str,
        region: str = "us-east-1",
        secure: bool = True,
        authority: str | None = None,
    ) -> None:
        """Makes no call. `endpoint` is host:port; `authority` a PEM file, for an office's own certificates."""
        self._bucket = S3Bucket(
            endpoint, bucket, access_key=access_key, secret_key=secret_key, region=region, secure=secure,
            authority=authority,
        )  # fmt: skip
        self._first_writer = FirstWriter(self._bucket)
        # Its own threads: a server that answers slowly must not hold up name look-ups and files of the whole process.
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="s3")

    def __repr__(self) -> str:
        return f"S3Store({self._bucket.endpoint!r}, {self._bucket.name!r})"

    async def prepare(self) -> None:
        """See ObjectStore."""
        await self.ensure_bucket(object_lock=True)

    async def ensure_bucket(self, *, object_lock: bool) -> bool:
        """Make the bucket when it is not there; True when it was made. A lock cannot be added to one that is."""
        return await self._call(self._bucket.ensure, object_lock)

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, media_type: str = OCTETS, if_absent: bool = False
    ) -> StoredObject:
        """See ObjectStore. At most 5 GiB."""
        check_key(key)
        async with spooled(content) as ready:
            write = self._first_writer.put if if_absent else self._bucket.put
            return await self._call(write, key, ready, media_type)

    async def get(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> bytes:
        """See ObjectStore."""
        check_key(key)
        check_range(start, length)
        return await self._call(reading.get, self._bucket, key, start, length, sha256)

    async def open(self, key: str, *, start: int = 0, length: int | None = None, sha256: str | None = None) -> ObjectStream:
        """See ObjectStore. A checked object passes through a temporary file."""
        check_key(key)
        check_range(start, length)
        if sha256 is None:
            about, size, response = await self._call(reading.open_from, self._bucket, key, start, length)
            return ObjectStream(about, size, self._chunks(key, response), partial(self._call, reading.hang_up, response))
        about, size, file = await self._call(reading.open_checked, self._bucket, key, start, length, sha256)
        return ObjectStream(about, size, _file_chunks(file, size), partial(_close, file))

    async def stat(self, key: str) -> StoredObject:
        """See ObjectStore. An object that another program wrote has no hash of ours; it is read to get one."""
        return await self._call(self._bucket.stat, check_key(key))

    async def exists(self, key: str) -> bool:
        """See ObjectStore."""
        return await self._call(self._bucket.exists, check_key(key))

    async def delete(self, key: str) -> None:
        """See ObjectStore."""
        await self._call(self._bucket.delete, check_key(key))

    async def list(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        """See ObjectStore."""
        lines = self._bucket.list(check_prefix(prefix))
        while batch := await self._call(_take, lines):
            for line in batch:
                yield line

    async def copy(self, source: str, target: str) -> StoredObject:
        """See ObjectStore. The server copies; nothing passes through here."""
        return await self._call(self._bucket.copy, check_key(source), check_key(target))

    async def keep_until(self, key: str, moment: datetime) -> StoredObject:
        """See ObjectStore. Compliance mode: not even the server's owner may shorten it."""
        return await self._call(self._bucket.keep_until, check_key(key), whole_second(moment))

    async def probe(self) -> StoreReport:
        """See ObjectStore. Leaves one tiny object under `probe/`, locked for a minute; the next probe removes it."""
        return await self._call(probe, self._bucket)

    async def close(self) -> None:
        """See ObjectStore."""
        self._threads.shutdown(wait=False)
        self._bucket.close()

    async def _call(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        context = contextvars.copy_context()
        call = partial(context.run, partial(function, *arguments, **options))
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _chunks(self, key: str, response: BaseHTTPResponse | None) -> AsyncIterator[bytes]:
        while response and (chunk := await self._call(reading.read, key, response, CHUNK)):
            yield chunk


async def _file_chunks(file: IO[bytes], size: int) -> AsyncIterator[bytes]:
    while size and (chunk := await asyncio.to_thread(file.read, min(CHUNK, size))):
        size -= len(chunk)
        yield chunk


async def _close(file: IO[bytes]) -> None:
    file.close()


def _take(lines: Iterator[ListedObject]) -> list[ListedObject]:
    return list(islice(lines, _LISTED_AT_ONCE))
