"""Writing an object only where none is, also when several write at the same moment. Blocking."""

from __future__ import annotations

import time
import uuid

from storage.errors import ObjectExists
from storage.s3_bucket import S3Bucket
from storage.s3_client import UNLESS_THERE, in_our_words
from storage.s3_headers import Headers
from storage.spool import Spooled
from storage.store import StoredObject

_LOOKS, _BETWEEN_LOOKS = 40, 0.025  # times, seconds


class FirstWriter:
    """The conditional write of one bucket; learns once whether the server can do it by itself."""

    def __init__(self, bucket: S3Bucket) -> None:
        self._bucket = bucket
        self._honours_if_none_match: bool | None = None

    def put(self, key: str, ready: Spooled, media_type: str) -> StoredObject:
        """Write unless something is there: ObjectExists.

        Ceph keeps `If-None-Match` in plain buckets but not in versioned ones. There we look before we write, and
        look again after: of several writers the one whose version is the oldest has won, the others take theirs back.
        """
        headers = Headers.of_new(ready, media_type)
        if self._honours_if_none_match is False and self._bucket.exists(key):
            raise ObjectExists(key, self._bucket.stat(key))
        try:
            answer = self._bucket.send(key, ready.body, {**headers.to_send(), **UNLESS_THERE})
        except ObjectExists:
            # Perhaps our own first try got through, and only its answer was lost.
            if self._bucket.head(key).ticket != headers.ticket:
                raise ObjectExists(key, self._bucket.stat(key)) from None
        else:
            if answer.version and not self._server_honours_if_none_match():
                self._yield_to_older(key, answer.version, headers)
        return StoredObject(key, ready.size, ready.sha256, media_type)

    def _yield_to_older(self, key: str, version: str, headers: Headers) -> None:
        versions = self._bucket.versions(key)
        if not versions or versions[-1] == version:
            return
        winner = self._bucket.head(key, version=versions[-1])
        if winner.ticket == headers.ticket:  # our own first try, whose answer was lost
            return
        with in_our_words(key):
            self._bucket.client.remove_object(self._bucket.name, key, version_id=version)
        self._wait_for_older(key)
        raise ObjectExists(key, winner.as_object(key, winner.sha256 or ""))

    def _wait_for_older(self, key: str) -> None:
        """While Ceph takes the newest version away, for some milliseconds it shows nothing at all under the key."""
        for _ in range(_LOOKS):
            if self._bucket.exists(key):
                return
            time.sleep(_BETWEEN_LOOKS)

    def _server_honours_if_none_match(self) -> bool:
        """Asked once in the life of the store, with two writes of the same key."""
        if self._honours_if_none_match is None:
            key = f"probe/{uuid.uuid4().hex}"
            self._bucket.send(key, b"1", dict(UNLESS_THERE))
            try:
                self._bucket.send(key, b"2", dict(UNLESS_THERE))
                self._honours_if_none_match = False
            except ObjectExists:
                self._honours_if_none_match = True
            self._bucket.delete(key)
        return self._honours_if_none_match
