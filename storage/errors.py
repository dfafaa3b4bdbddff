"""Everything that can go wrong with a store, each kind once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.store import StoredObject


class StoreError(Exception):
    """Any failure of this package. The text is for logs and operators: it names keys, never contents or secrets."""


class ObjectNotFound(StoreError):
    """No object lives under `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no object {key}")
        self.key = key


class ObjectExists(StoreError):
    """`put(..., if_absent=True)` found `key` taken; `existing` is what is there, so hashes can be compared."""

    def __init__(self, key: str, existing: StoredObject | None = None) -> None:
        super().__init__(f"object {key} exists already")
        self.key, self.existing = key, existing


class ObjectDamaged(StoreError):
    """The bytes under `key` are not those that were written: `expected` and `found` are SHA-256 in hex.

    `found` is empty when the bytes are missing although the store says they are there.
    """

    def __init__(self, key: str, expected: str, found: str) -> None:
        super().__init__(f"object {key} is damaged: SHA-256 {found or 'of nothing'} instead of {expected}")
        self.key, self.expected, self.found = key, expected, found


class ObjectKept(StoreError):
    """`key` may not be removed, replaced or released before `until` (UTC; None: the store does not say)."""

    def __init__(self, key: str, until: datetime | None) -> None:
        super().__init__(f"object {key} is kept until {until.isoformat() if until else 'further notice'}")
        self.key, self.until = key, until


class RangeRefused(StoreError):
    """The asked range begins at or behind the end of the object."""


class KeyRefused(StoreError, ValueError):
    """Not a key: see `storage.checks`. A mistake of the program, not of a person."""


class AddressRefused(StoreError, ValueError):
    """Not the address of a store: see `open_store`."""


class StoreUnreachable(StoreError):
    """The store does not answer, or answers that it cannot work now. Trying again later is right.

    A write that ends like this either happened wholly or not at all; nobody knows which.
    """


class StoreFull(StoreError):
    """No room for the new object. Nothing of it is visible."""


class StoreRefused(StoreError):
    """The store is there and says no: wrong keys, no permission. Somebody must mend the settings."""


class BucketMissing(StoreRefused):
    """The server is there, the bucket is not: `prepare()` makes it."""


class RetentionUnsupported(StoreError):
    """This store cannot keep an object against its owner: no object lock in the server, or not on this bucket."""
