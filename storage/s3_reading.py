"""Reading from a bucket: whole, in part, checked. Blocking."""

from __future__ import annotations

import hashlib
from tempfile import SpooledTemporaryFile
from typing import IO

from urllib3.exceptions import ProtocolError
from urllib3.response import BaseHTTPResponse

from storage.errors import ObjectDamaged, RangeRefused, StoreError, StoreUnreachable
from storage.s3_bucket import S3Bucket
from storage.s3_client import in_our_words
from storage.s3_headers import Headers
from storage.spool import IN_MEMORY, temporary_file_errors
from storage.store import CHUNK, StoredObject


def get(bucket: S3Bucket, key: str, start: int, length: int | None, sha256: str | None) -> bytes:
    """The wanted bytes. A connection that broke in the middle is tried once more."""
    try:
        return _get(bucket, key, start, length, sha256)
    except StoreUnreachable as error:
        if not isinstance(error.__cause__, ProtocolError):
            raise
        return _get(bucket, key, start, length, sha256)


def open_from(
    bucket: S3Bucket, key: str, start: int, length: int | None
) -> tuple[StoredObject, int, BaseHTTPResponse | None]:
    """The object, how many bytes will come, and where from (None: it is empty)."""
    whole = start == 0 and length is None
    try:
        with in_our_words(key):
            response = bucket.client.get_object(bucket.name, key, start, length or 0)
    except RangeRefused:
        if start:
            raise
        return bucket.stat(key), 0, None  # no range of an empty object suits a server, not even its beginning
    headers = Headers.of_answer(response.headers)
    if not whole and "content-range" not in response.headers:
        hang_up(response)
        raise StoreError("the server does not know ranges")
    about = headers.as_object(key, headers.sha256 or "")
    return about, about.size if whole else headers.length, response


def read(key: str, response: BaseHTTPResponse, size: int) -> bytes:
    """The next bytes; at the end the connection goes back to the pool."""
    with in_our_words(key):
        chunk = response.read(size)
    if not chunk:
        response.release_conn()
    return chunk


def hang_up(response: BaseHTTPResponse | None) -> None:
    """Leave an answer half read."""
    if response is not None:
        response.close()


def open_checked(
    bucket: S3Bucket, key: str, start: int, length: int | None, sha256: str
) -> tuple[StoredObject, int, IO[bytes]]:
    """Fetch the whole object into a temporary file, compare it, and stand at `start`."""
    about, _, response = open_from(bucket, key, 0, None)
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the stream closes it
    try:
        digest, size = hashlib.sha256(), 0
        while response and (chunk := read(key, response, CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            with temporary_file_errors():
                file.write(chunk)
        _compare(key, digest.hexdigest(), about.sha256, sha256)
        if start and start >= size:
            raise RangeRefused(f"{key} has {size} bytes; asked from {start}")
        file.seek(start)
    except BaseException:
        hang_up(response)
        file.close()
        raise
    return about, min(length or size, size - start), file


def _get(bucket: S3Bucket, key: str, start: int, length: int | None, sha256: str | None) -> bytes:
    partly = sha256 is None and (start > 0 or length is not None)
    about, _, response = open_from(bucket, key, start, length) if partly else open_from(bucket, key, 0, None)
    if response is None:
        return b""
    try:
        with in_our_words(key):
            content = response.read()
    finally:
        response.release_conn()
    if partly:
        return content
    _compare(key, hashlib.sha256(content).hexdigest(), about.sha256, sha256)
    if start and start >= len(content):
        raise RangeRefused(f"{key} has {len(content)} bytes; asked from {start}")
    return content[start : start + (length or len(content))]


def _compare(key: str, found: str, kept: str, wanted: str | None) -> None:
    for expected in (kept, wanted):
        if expected and found != expected:
            raise ObjectDamaged(key, expected, found)
