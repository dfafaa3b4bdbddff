"""How one object lies in a folder: a data file that never changes, and a record that names it.

`cases/7/form.pdf` is two files: `cases/7/form.pdf~.json`, the record, and `cases/7/form.pdf~<token>`, the bytes. The
record is moved into place in one step, so an object is there whole or not at all. `~` is in no key.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import StoreError, StoreFull, StoreRefused, StoreUnreachable
from storage.store import StoredObject

RECORD_ENDING = "~.json"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True)
class Record:
    """What is known about one object; `token` names its data file."""

    key: str
    size: int
    sha256: str
    media_type: str
    token: str
    written_at: datetime
    kept_until: datetime | None = None

    def as_object(self) -> StoredObject:
        """The public view."""
        return StoredObject(self.key, self.size, self.sha256, self.media_type, self.kept_until)

    def to_json(self) -> bytes:
        """UTF-8, one line."""
        kept = self.kept_until.isoformat() if self.kept_until else None
        line = {**vars(self), "written_at": self.written_at.isoformat(), "kept_until": kept}
        return json.dumps(line).encode() + b"\n"

    @staticmethod
    def from_json(text: bytes) -> Record:
        """Raises ValueError when the record is not one."""
        line = json.loads(text)
        kept = datetime.fromisoformat(line["kept_until"]) if line["kept_until"] else None
        return Record(**{**line, "written_at": datetime.fromisoformat(line["written_at"]), "kept_until": kept})


class RecordFolder:
    """The folder on disk. Blocking; the store calls it in threads. OSErrors come out as they are."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / ".incoming"

    def create(self) -> None:
        """Make the folder when it is not there. `.incoming` also marks it: a disk that is not mounted lacks it."""
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def record_path(self, key: str) -> Path:
        """Where the record of `key` lies."""
        return self.root / (key + RECORD_ENDING)

    def data_path(self, record: Record) -> Path:
        """Where the bytes of `record` lie."""
        return self.root / f"{record.key}~{record.token}"

    def read(self, key: str) -> Record | None:
        """The record of `key`; None when there is no such object."""
        try:
            return Record.from_json(self.record_path(key).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            self.incoming.stat()  # the whole folder gone is another matter than one object gone
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"the record of {key} is unreadable") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one change of records at a time, over all threads and processes of this machine."""
        lock = os.open(self.incoming / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def new_token(self) -> str:
        """A name nobody used before."""
        return uuid.uuid4().hex

    def publish(self, record: Record, *, replaces: Record | None) -> None:
        """Make the data file `.incoming/<token>`, already on disk, the content of `record.key`. Call it `locked`.

        In order: the record lies in `.incoming`, the data moves to its place, the record moves. A crash in between
        leaves the record in `.incoming`, and `sweep` knows from it which data file nobody will ask for.
        """
        place = self.record_path(record.key).parent
        self._make_folders(place)
        waiting = self._write_waiting(record)
        os.rename(self.incoming / record.token, self.data_path(record))
        try:
            os.rename(waiting, self.record_path(record.key))
        except OSError:
            self.data_path(record).unlink(missing_ok=True)
            raise
        flush_folder(place)
        if replaces:
            self.data_path(replaces).unlink(missing_ok=True)

    def rewrite(self, record: Record) -> None:
        """Change what is known about an object whose bytes stay. Call it `locked`."""
        os.rename(self._write_waiting(record), self.record_path(record.key))
        flush_folder(self.record_path(record.key).parent)

    def remove(self, record: Record) -> None:
        """Take the record away, then the bytes. Call it `locked`."""
        self.record_path(record.key).unlink()
        flush_folder(self.record_path(record.key).parent)
        self.data_path(record).unlink(missing_ok=True)

    def sweep(self, *, older_than: float) -> None:
        """Throw away what interrupted writes left; `older_than` is a moment in seconds since 1970."""
        for waiting in list(self.incoming.iterdir()):
            if waiting.name == "lock" or waiting.stat().st_mtime >= older_than:
                continue
            if waiting.suffix == ".json":
                try:
                    record = Record.from_json(waiting.read_bytes())
                except (ValueError, KeyError, TypeError):
                    record = None
                current = self.read(record.key) if record else None
                if record and (current is None or current.token != record.token):
                    self.data_path(record).unlink(missing_ok=True)
            waiting.unlink(missing_ok=True)

    def keys(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`, in order."""
        self.incoming.stat()
        found = []
        for folder, folders, files in os.walk(self.root / prefix.rpartition("/")[0]):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in files:
                if name.endswith(RECORD_ENDING):
                    key = str((Path(folder) / name).relative_to(self.root))[: -len(RECORD_ENDING)]
                    if key.startswith(prefix):
                        found.append(key)
        return sorted(found)

    def _write_waiting(self, record: Record) -> Path:
        waiting = self.incoming / f"{record.token}.json"
        with waiting.open("wb") as file:
            file.write(record.to_json())
            file.flush()
            os.fsync(file.fileno())
        return waiting

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk: without it a power cut may forget a file that was itself flushed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn the system's errors into ours."""
    try:
        yield
    except OSError as error:
        said = f"the folder says: {error.strerror or error}"
        if error.errno in _FULL:
            raise StoreFull(said) from error
        raise (StoreRefused(said) if error.errno in _REFUSED else StoreUnreachable(said)) from error
