"""The blocking half of the S3 store: one method for each verb, called in threads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from mmap import mmap

from minio.commonconfig import COMPLIANCE, REPLACE, CopySource
from minio.error import S3Error
from minio.retention import Retention

from storage.errors import (
    BucketMissing,
    ObjectKept,
    ObjectNotFound,
    RetentionUnsupported,
)
from storage.s3_client import connect, in_our_words
from storage.s3_headers import Headers
from storage.spool import Spooled
from storage.store import ListedObject, StoredObject


class S3Bucket:
    """Objects in the bucket `name`. Safe for many threads."""

    def __init__(
        self,
        endpoint: str,
        name: str,
        *,
        access_key: str,
        secret_key: str,
        region: str,
        secure: bool,
        authority: str | None,
    ) -> None:
        self.endpoint, self.name, self._region = endpoint, name, region
        self.client, self._pool = connect(
            endpoint, access_key=access_key, secret_key=secret_key, secure=secure, region=region, authority=authority
        )

    def close(self) -> None:
        """Hang up all idle connections."""
        self._pool.clear()

    def ensure(self, object_lock: bool) -> bool:
        """Make the bucket unless it is there; True when it was made."""
        with in_our_words():
            if self.client.bucket_exists(self.name):
                return False
            try:
                self.client.make_bucket(self.name, self._region, object_lock=object_lock)
            except S3Error as error:
                if error.code == "BucketAlreadyOwnedByYou":  # another process was faster
                    return False
                raise
        return True

    def put(self, key: str, ready: Spooled, media_type: str) -> StoredObject:
        """One PUT, over whatever is there unless it is kept."""
        self._refuse_if_kept(key)
        self.send(key, ready.body, Headers.of_new(ready, media_type).to_send())
        return StoredObject(key, ready.size, ready.sha256, media_type)

    def send(self, key: str, body: bytes | mmap, headers: dict[str, str] | None = None) -> Headers:
        """The request itself. The SDK's own `put_object` cannot ask `If-None-Match`, hence its inner one."""
        with in_our_words(key):
            answer = self.client._put_object(self.name, key, body, headers)  # type: ignore[arg-type]
        return Headers.of_answer(answer.http_headers)

    def stat(self, key: str) -> StoredObject:
        """From one HEAD; the hash of a stranger's object is computed."""
        headers = self.head(key)
        if headers.sha256:
            return headers.as_object(key, headers.sha256)
        return headers.as_object(key, hashlib.sha256(self._content(key)).hexdigest())

    def exists(self, key: str) -> bool:
        """From one HEAD."""
        try:
            self.head(key)
        except ObjectNotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Without versions one DELETE; else every version by name, oldest first, so that a refusal hides nothing."""
        try:
            headers = self.head(key)
        except ObjectNotFound:
            return
        if headers.is_kept:
            raise ObjectKept(key, headers.kept_until)
        versions = self.versions(key) if headers.version else [None]
        for version in reversed(versions):
            with in_our_words(key):
                try:
                    self.client.remove_object(self.name, key, version_id=version)
                except S3Error as error:
                    if version and error.code in ("AccessDenied", "InvalidRequest"):
                        raise ObjectKept(key, None) from error
                    raise

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """Page after page as it is read."""
        with in_our_words():
            for line in self.client.list_objects(self.name, prefix=prefix, recursive=True):
                yield ListedObject(line.object_name or "", line.size or 0, line.last_modified or datetime.now(UTC))

    def copy(self, source: str, target: str) -> StoredObject:
        """By the server. Metadata is given anew: Ceph would copy the retention with it."""
        about = self.stat(source)
        self._refuse_if_kept(target)
        headers = Headers(about.size, about.sha256, about.media_type)
        with in_our_words(source):
            self.client.copy_object(
                self.name, target, CopySource(self.name, source),
                metadata=headers.to_send(), metadata_directive=REPLACE,  # type: ignore[arg-type]
            )  # fmt: skip
        return headers.as_object(target, about.sha256)

    def keep_until(self, key: str, moment: datetime) -> StoredObject:
        """Set and read back: a server without object lock may take the request and forget it."""
        before = self.head(key)
        if before.kept_until and moment < before.kept_until:
            raise ObjectKept(key, before.kept_until)
        with in_our_words(key):
            try:
                self.client.set_object_retention(self.name, key, Retention(COMPLIANCE, moment))
            except S3Error as error:
                if error.code == "InvalidRequest":
                    raise RetentionUnsupported(f"the server says: {error.message}") from error
                raise
        after = self.stat(key)
        if after.kept_until is None or after.kept_until < moment:
            raise RetentionUnsupported("the server took the retention and forgot it")
        return after

    def _content(self, key: str) -> bytes:
        with in_our_words(key):
            response = self.client.get_object(self.name, key)
            try:
                return response.read()
            finally:
                response.release_conn()

    def head(self, key: str, *, version: str | None = None) -> Headers:
        """Raises ObjectNotFound, BucketMissing."""
        try:
            with in_our_words(key):
                answer = self.client.stat_object(self.name, key, version_id=version)
        except ObjectNotFound:
            with in_our_words():  # a HEAD cannot say which of the two is missing
                if not self.client.bucket_exists(self.name):
                    raise BucketMissing(f"there is no bucket {self.name}") from None
            raise
        return Headers.of_answer(answer.metadata or {})

    def _refuse_if_kept(self, key: str) -> None:
        try:
            headers = self.head(key)
        except ObjectNotFound:
            return
        if headers.is_kept:
            raise ObjectKept(key, headers.kept_until)

    def versions(self, key: str) -> Sequence[str | None]:
        """All versions of `key`, the newest first; markers of deletion too."""
        found = []
        with in_our_words(key):
            for line in self.client.list_objects(self.name, prefix=key, recursive=True, include_version=True):
                if line.object_name != key:
                    break  # keys come in order, and the one that is the prefix is the first
                found.append(line.version_id)
        return found
