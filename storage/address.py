"""One line of settings names a store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from storage.errors import AddressRefused
from storage.folder_store import FolderStore
from storage.store import ObjectStore

_OPTIONS = {"secure", "region", "authority"}


def open_store(url: str) -> ObjectStore:
    """The store at `url`; raises AddressRefused, which never repeats the secret.

    `folder:///var/lib/motcua/objects`: a folder, made when missing. Or
    `s3://ACCESS:SECRET@host:port/bucket?secure=1&region=us-east-1&authority=/etc/ca.pem`, keys percent-encoded;
    no call is made before the first verb.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return _folder(parts)
    if parts.scheme == "s3":
        return _s3(parts)
    raise AddressRefused(f"a store is folder:///path or s3://…, not {parts.scheme or 'nothing'}:")


def _folder(parts: SplitResult) -> FolderStore:
    if parts.netloc or not parts.path.startswith("/") or parts.path == "/":
        raise AddressRefused("a folder store needs a whole path: folder:///path/to/folder")
    return FolderStore(Path(unquote(parts.path)))


def _s3(parts: SplitResult) -> ObjectStore:
    from storage.s3_store import S3Store  # a laptop with a folder store never loads the S3 client

    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - _OPTIONS:
        raise AddressRefused(f"unknown in the address of the store: {', '.join(sorted(unknown))}")
    bucket = parts.path.strip("/")
    if not (parts.hostname and parts.username and parts.password):
        raise AddressRefused("an S3 store needs its keys and its host: s3://ACCESS:SECRET@host:port/bucket")
    if len(bucket) < 3 or "/" in bucket:
        raise AddressRefused("an S3 store needs one bucket, of at least three letters, behind its host")
    if options.get("secure", "1") not in ("0", "1"):
        raise AddressRefused("secure is 0 or 1")
    authority = options.get("authority")
    if authority is not None and not Path(authority).is_file():
        raise AddressRefused(f"there is no file of certificates at {authority}")
    try:
        return S3Store(
            parts.netloc.rpartition("@")[2],
            bucket,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            region=options.get("region") or "us-east-1",
            secure=options.get("secure", "1") == "1",
            authority=authority,
        )
    except ValueError as error:  # a port or a region that is none
        raise AddressRefused(f"not the address of an S3 server: {error}") from error
