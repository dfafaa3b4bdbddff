"""The blocking half of the folder store: one method for each verb, called in threads."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from io import BufferedReader, BufferedWriter
from pathlib import Path

from storage.errors import ObjectDamaged, ObjectExists, ObjectKept, ObjectNotFound, RangeRefused, StoreError
from storage.folder_records import Record, RecordFolder, in_our_words, now
from storage.store import ListedObject, StoredObject

_INTERRUPTED_AFTER = 24 * 3600  # seconds; no honest upload lasts longer


@dataclass
class WaitingBytes:
    """Bytes on their way in: a temporary file and their hash so far."""

    token: str
    file: BufferedWriter
    digest: hashlib._Hash
    size: int = 0

    def write(self, chunk: bytes) -> None:
        with in_our_words():
            self.file.write(chunk)
        self.digest.update(chunk)
        self.size += len(chunk)

    def flush(self) -> None:
        with in_our_words():
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()


class FolderFiles:
    """Objects in the folder `root`, for one thread at a time and any number of processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = RecordFolder(root)
        self.create()
        with in_our_words():
            self._folder.sweep(older_than=time.time() - _INTERRUPTED_AFTER)

    def create(self) -> None:
        """Make the folder when it is missing."""
        with in_our_words():
            self._folder.create()

    def look(self) -> None:
        """Raises StoreUnreachable when the folder is gone."""
        with in_our_words():
            self._folder.incoming.stat()

    def begin(self) -> WaitingBytes:
        """Open a temporary file for bytes that will come."""
        token = self._folder.new_token()
        with in_our_words():
            return WaitingBytes(token, (self._folder.incoming / token).open("xb"), hashlib.sha256())

    def clear(self, waiting: WaitingBytes) -> None:
        """After success nothing is left to clear; after a failure the half-written file goes."""
        with suppress(OSError):  # the buffered rest of a file on a full disk
            waiting.file.close()
        for name in (waiting.token, f"{waiting.token}.json"):
            with suppress(OSError):
                (self._folder.incoming / name).unlink(missing_ok=True)

    def finish(self, key: str, waiting: WaitingBytes, media_type: str, if_absent: bool) -> StoredObject:
        """Bring the bytes to the disk and publish them under `key`."""
        waiting.flush()
        record = Record(key, waiting.size, waiting.digest.hexdigest(), media_type, waiting.token, now())
        with in_our_words(), self._folder.locked():
            there = self._folder.read(key)
            if there and if_absent:
                raise ObjectExists(key, there.as_object())
            _refuse_if_kept(there)
            self._folder.publish(record, replaces=there)
        return record.as_object()

    def record(self, key: str) -> Record:
        """Raises ObjectNotFound."""
        with in_our_words():
            record = self._folder.read(key)
        if record is None:
            raise ObjectNotFound(key)
        return record

    def _file(self, key: str) -> tuple[Record, BufferedReader]:
        """The record and its open data file, which stays readable whatever happens to the key afterwards."""
        record = self.record(key)
        while True:
            try:
                with in_our_words():
                    return record, self._folder.data_path(record).open("rb")
            except StoreError as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise
            again = self.record(key)
            if again.token == record.token:
                raise ObjectDamaged(key, record.sha256, "")
            record = again  # replaced between the two steps

    def read(self, key: str, start: int, length: int | None, sha256: str | None) -> bytes:
        """The wanted bytes; whole reads are compared with the record's hash."""
        record, file = self._file(key)
        with file:
            size = _size_of_range(record, start, length)
            whole = sha256 is not None or size == record.size
            with in_our_words():
                file.seek(0 if whole else start)
                content = file.read(record.size + 1 if whole else size)
        if not whole:
            if len(content) != size:
                raise ObjectDamaged(key, record.sha256, "")
            return content
        _compare(record, hashlib.sha256(content).hexdigest(), sha256)
        return content[start : start + size]

    def open(self, key: str, start: int, length: int | None, sha256: str | None) -> tuple[Record, BufferedReader, int]:
        """The record, its file at `start`, and how many bytes to read from there."""
        record, file = self._file(key)
        try:
            size = _size_of_range(record, start, length)
            with in_our_words():
                if sha256 is not None:
                    _compare(record, hashlib.file_digest(file, "sha256").hexdigest(), sha256)
                file.seek(start)
        except BaseException:
            file.close()
            raise
        return record, file, size

    def delete(self, key: str) -> None:
        """Remove the object, unless it is kept."""
        with in_our_words(), self._folder.locked():
            record = self._folder.read(key)
            _refuse_if_kept(record)
            if record:
                self._folder.remove(record)

    def keys(self, prefix: str) -> list[str]:
        """In order."""
        with in_our_words():
            return self._folder.keys(prefix)

    def lines(self, keys: list[str]) -> list[ListedObject]:
        """The listing of those `keys` that are still there."""
        with in_our_words():
            records = [self._folder.read(key) for key in keys]
        return [ListedObject(record.key, record.size, record.written_at) for record in records if record]

    def keep(self, key: str, moment: datetime) -> StoredObject:
        """Write the retention into the record; never an earlier one."""
        with in_our_words(), self._folder.locked():
            record = self._folder.read(key)
            if record is None:
                raise ObjectNotFound(key)
            if record.kept_until and moment < record.kept_until:
                raise ObjectKept(key, record.kept_until)
            kept = replace(record, kept_until=moment)
            self._folder.rewrite(kept)
        return kept.as_object()


def _refuse_if_kept(record: Record | None) -> None:
    if record and record.kept_until and record.kept_until > now():
        raise ObjectKept(record.key, record.kept_until)


def _compare(record: Record, found: str, wanted: str | None) -> None:
    for expected in {record.sha256, wanted or record.sha256}:
        if found != expected:
            raise ObjectDamaged(record.key, expected, found)


def _size_of_range(record: Record, start: int, length: int | None) -> int:
    if start and start >= record.size:
        raise RangeRefused(f"{record.key} has {record.size} bytes; asked from {start}")
    rest = record.size - start
    return rest if length is None else min(rest, length)
