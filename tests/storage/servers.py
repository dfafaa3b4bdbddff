"""What a test server is, and how to run one by hand."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote


@dataclass(frozen=True)
class S3Server:
    """A running S3 server: its kind (radosgw, minio, other), host:port and keys; `authority` is a PEM file."""

    kind: str
    endpoint: str
    access_key: str
    secret_key: str
    secure: bool = False
    region: str = "us-east-1"
    authority: str | None = None

    def url(self, bucket: str) -> str:
        """The address `storage.open_store` takes."""
        keys = f"{quote(self.access_key, safe='')}:{quote(self.secret_key, safe='')}"
        authority = f"&authority={quote(self.authority)}" if self.authority else ""
        return f"s3://{keys}@{self.endpoint}/{bucket}?secure={int(self.secure)}&region={self.region}{authority}"


class Supervised(Protocol):
    """A server that a test may kill and bring back."""

    @property
    def server(self) -> S3Server:
        """Where it listens."""

    def start(self) -> None:
        """From nothing to listening."""

    def kill_gateway(self) -> None:
        """kill -9 of what clients talk to."""

    def revive_gateway(self) -> None:
        """The same door, open again."""

    def stop(self) -> None:
        """Nothing is left running."""


def run_by_hand(make: Callable[[Path], Supervised], *, missing: str, about: str) -> int:
    """Run one server until Ctrl-C or SIGTERM; prints its address and keys as JSON once it listens."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--folder", type=Path, help="an empty folder for its files; else a temporary one")
    wanted: Path | None = parser.parse_args().folder
    if missing:
        print(f"missing: {missing}", file=sys.stderr)
        return 1
    folder = wanted or Path(tempfile.mkdtemp(prefix="s3-"))
    supervised = make(folder)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    supervised.start()
    try:
        about_it = {**asdict(supervised.server), "url": supervised.server.url("motcua"), "pid": os.getpid()}
        print(json.dumps(about_it, indent=1), flush=True)
        ended.wait()
    finally:
        supervised.stop()
        if wanted is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0
