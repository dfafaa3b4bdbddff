"""What may be asked of any store: which keys, ranges and moments.

A key is opaque, so that it is the same in every store and says nothing about a person.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from storage.errors import KeyRefused

LONGEST_KEY = 512
LONGEST_PART = 160  # a folder store adds its own ending, and file names end at 255 bytes

_KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]*(?:/[a-z0-9_-][a-z0-9._-]*)*")
_PREFIX = re.compile(r"[a-z0-9/._-]*")


def check_key(key: str) -> str:
    """`key`, when it is made of a-z 0-9 . _ - in parts joined by single slashes; else raises KeyRefused.

    At most 512 characters, 160 a part; no part begins with a dot, so none is `..` and none is hidden.
    """
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise KeyRefused(f"not a key: {key[:80]!r}")
    if max(map(len, key.split("/"))) > LONGEST_PART:
        raise KeyRefused(f"a part of the key is longer than {LONGEST_PART}: {key[:80]!r}")
    return key


def check_prefix(prefix: str) -> str:
    """`prefix`, when some key could begin with it; empty means all. Raises KeyRefused."""
    beginning = f"{prefix}0" if prefix == "" or prefix.endswith("/") else prefix
    if not _PREFIX.fullmatch(prefix):
        raise KeyRefused(f"not a prefix: {prefix[:80]!r}")
    check_key(beginning)
    return prefix


def whole_second(moment: datetime) -> datetime:
    """`moment` in UTC, rounded up: stores keep seconds, and a promise may grow but not shrink.

    Raises ValueError without a time zone, or when it is past.
    """
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    if moment <= datetime.now(UTC):
        raise ValueError("the moment is past")
    later = moment.astimezone(UTC)
    return later.replace(microsecond=0) + timedelta(seconds=1) if later.microsecond else later


def check_range(start: int, length: int | None) -> None:
    """Raises ValueError for a range that no object can have."""
    if start < 0 or (length is not None and length < 1):
        raise ValueError(f"not a range: start {start}, length {length}")
