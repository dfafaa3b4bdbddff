"""Whether an S3 server keeps what it promises: the test an office runs at every start.

Some servers accept a retention and then delete the object all the same. So one small object is locked, and we try
to delete and to release it. Only what is still there, and still locked, afterwards counts as proof.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from minio.commonconfig import COMPLIANCE
from minio.retention import Retention

from storage import s3_reading as reading
from storage.errors import BucketMissing, ObjectNotFound, StoreError, StoreFull, StoreRefused, StoreUnreachable
from storage.s3_bucket import S3Bucket
from storage.s3_client import in_our_words
from storage.s3_headers import Headers
from storage.store import Finding, StoreReport

_LOCKED_FOR = timedelta(minutes=1)
_OLD = timedelta(minutes=10)
_PREFIX = "probe/"
_WORDS = {
    Finding.WORM: "Object lock holds: a locked object withstood its deletion and the shortening of its lock.",
    Finding.NO_OBJECT_LOCK: "No WORM: the bucket was made without object lock, or the server has none.",
    Finding.LOCK_IGNORED: "No WORM: the server took the lock and deleted the locked object all the same.",
    Finding.LOCK_SHORTENED: "No WORM: the server let the lock be shortened.",
    Finding.LOCK_UNPROVEN: "No WORM: the lock could not be tested",
}


def probe(bucket: S3Bucket) -> StoreReport:
    """See ObjectStore.probe."""
    began = time.monotonic()
    reachable, writable, words = True, False, ""
    try:
        _clear_old_probes(bucket)
        key = _PREFIX + uuid.uuid4().hex
        written = bucket.send(key, key.encode())
        writable = reading.get(bucket, key, 0, None, None) == key.encode()
        finding, words = _try_lock(bucket, key, written)
    except BucketMissing as error:
        finding, words = Finding.BUCKET_MISSING, str(error)
    except StoreRefused as error:
        finding, words = Finding.REFUSED, str(error)
    except StoreFull as error:
        finding, words = Finding.FULL, str(error)
    except StoreUnreachable as error:
        reachable, finding, words = False, Finding.UNREACHABLE, str(error)
    except StoreError as error:
        finding, words = Finding.LOCK_UNPROVEN, f"{_WORDS[Finding.LOCK_UNPROVEN]}: {error}"
    passed = (time.monotonic() - began) * 1000
    return StoreReport(reachable, writable, finding is Finding.WORM, finding, words, passed)


def _try_lock(bucket: S3Bucket, key: str, written: Headers) -> tuple[Finding, str]:
    finding = _broken_promise(bucket, key, written) or Finding.WORM
    if finding is not Finding.WORM:
        with suppress(StoreError):
            bucket.delete(key)
    return finding, _WORDS[finding]


def _broken_promise(bucket: S3Bucket, key: str, written: Headers) -> Finding | None:
    version = written.version
    clock = written.answered_at or datetime.now(UTC)  # the server judges by its own clock
    until = clock + _LOCKED_FOR
    if version is None:
        return Finding.NO_OBJECT_LOCK
    _attempt(lambda: _lock(bucket, key, version, until))
    if not _locked(bucket, key, version, until):
        return Finding.NO_OBJECT_LOCK
    _attempt(lambda: bucket.client.remove_object(bucket.name, key, version_id=version))
    if not _locked(bucket, key, version, until):
        return Finding.LOCK_IGNORED
    _attempt(lambda: _lock(bucket, key, version, clock + _LOCKED_FOR / 2))
    if not _locked(bucket, key, version, until):
        return Finding.LOCK_SHORTENED
    return None


def _attempt(deed: Callable[[], None]) -> None:
    """Servers refuse in many words; what counts is the state afterwards. But they must answer."""
    try:
        with in_our_words():
            deed()
    except StoreUnreachable:
        raise
    except StoreError:
        pass


def _lock(bucket: S3Bucket, key: str, version: str, until: datetime) -> None:
    bucket.client.set_object_retention(bucket.name, key, Retention(COMPLIANCE, until), version_id=version)


def _locked(bucket: S3Bucket, key: str, version: str, until: datetime) -> bool:
    try:
        with in_our_words(key):
            answer = bucket.client.stat_object(bucket.name, key, version_id=version)
    except ObjectNotFound:
        return False
    kept = Headers.of_answer(answer.metadata or {}).kept_until
    return kept is not None and kept >= until.replace(microsecond=0)


def _clear_old_probes(bucket: S3Bucket) -> None:
    """What earlier probes had to leave behind; not what another process is probing with at this moment."""
    before = datetime.now(UTC) - _OLD
    with in_our_words():
        found = bucket.client.list_objects(bucket.name, prefix=_PREFIX, recursive=True, include_version=True)
        old = [line for line in found if line.last_modified and line.last_modified < before]
    for line in old:
        name, version = line.object_name or "", line.version_id
        _attempt(partial(bucket.client.remove_object, bucket.name, name, version_id=version))
