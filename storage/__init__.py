"""Objects by key, in a folder or in S3: written whole or not at all, checked when read, kept when the law says so."""

from storage.address import open_store
from storage.errors import (
    AddressRefused,
    BucketMissing,
    KeyRefused,
    ObjectDamaged,
    ObjectExists,
    ObjectKept,
    ObjectNotFound,
    RangeRefused,
    RetentionUnsupported,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreUnreachable,
)
from storage.folder_store import FolderStore
from storage.store import Finding, ListedObject, ObjectStore, ObjectStream, StoredObject, StoreReport

__all__ = [
    "AddressRefused",
    "BucketMissing",
    "Finding",
    "FolderStore",
    "KeyRefused",
    "ListedObject",
    "ObjectDamaged",
    "ObjectExists",
    "ObjectKept",
    "ObjectNotFound",
    "ObjectStore",
    "ObjectStream",
    "RangeRefused",
    "RetentionUnsupported",
    "StoreError",
    "StoreFull",
    "StoreRefused",
    "StoreReport",
    "StoreUnreachable",
    "StoredObject",
    "open_store",
]
