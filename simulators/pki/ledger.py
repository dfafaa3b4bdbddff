"""The book of the development PKI: what was issued, under which address, what was revoked."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One certificate. `name` is an X.500 name as certomancer and our own builder understand it."""

    label: str
    kind: str
    name: dict[str, str]
    serial: int
    issuer: str
    valid_from: str
    valid_to: str
    revoked_since: str | None = None
    current: bool = True

    @property
    def certificate_file(self) -> str:
        return f"certificates/{self.serial:x}.pem"

    @property
    def key_file(self) -> str:
        """A key outlives its certificate: re-issued certificates keep it."""
        return f"keys/{self.label}.pem"


@dataclass(frozen=True)
class Ledger:
    """All entries, in the order of issue, and the address written into their certificates."""

    url: str
    entries: tuple[Entry, ...] = field(default=())

    def current(self, label: str) -> Entry | None:
        """The newest certificate under this label that has not been replaced."""
        return next((e for e in self.entries if e.label == label and e.current), None)

    def add(self, entry: Entry) -> Ledger:
        """A new certificate replaces the earlier one of the same label; both keep their answers at the OCSP."""
        kept = tuple(replace(e, current=False) if e.label == entry.label else e for e in self.entries)
        return replace(self, entries=(*kept, entry))

    def revoke(self, label: str, since: str) -> Ledger:
        """Revoke every certificate under the label."""
        return replace(
            self,
            entries=tuple(replace(e, revoked_since=since) if e.label == label else e for e in self.entries),
        )


def path(folder: Path) -> Path:
    return folder / "ledger.json"


def read(folder: Path) -> Ledger | None:
    """The book, or None when the folder holds no PKI yet."""
    if not path(folder).exists():
        return None
    raw: dict[str, Any] = json.loads(path(folder).read_text("utf-8"))
    return Ledger(url=raw["url"], entries=tuple(Entry(**entry) for entry in raw["entries"]))


def write(folder: Path, ledger: Ledger) -> None:
    """Replace the book in one step: a server reading at the same moment sees the old or the new one."""
    draft = path(folder).with_suffix(f".{os.getpid()}")
    raw = {"url": ledger.url, "entries": [asdict(entry) for entry in ledger.entries]}
    draft.write_text(json.dumps(raw, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(path(folder))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process issues at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
