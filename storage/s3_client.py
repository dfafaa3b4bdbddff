"""The minio SDK as we use it: short patience, bounded retries, errors in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import certifi
import minio.retention
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry, Timeout

from storage.errors import (
    BucketMissing,
    ObjectExists,
    ObjectNotFound,
    RangeRefused,
    RetentionUnsupported,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreUnreachable,
)

CONNECTIONS = 16
CONNECT_PATIENCE = 1.2  # seconds, up to three times
ANSWER_PATIENCE = 4.0  # seconds without a byte, once; so a dead server is known within about five
SLOWEST_WRITE = 2_000_000  # bytes a second: how much longer a server may take to answer a large write

UNLESS_THERE = {"If-None-Match": "*"}

_ABSENT = {"NoSuchKey", "NoSuchVersion", "NoSuchObject"}
_EXISTS = {"PreconditionFailed", "ConditionalRequestConflict"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "InsufficientCapacity"}
_REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled", "RequestTimeTooSkewed"}
_NO_LOCK = {"InvalidBucketState", "ObjectLockConfigurationNotFoundError", "NotImplemented", "MethodNotAllowed"}


class BriefRetry(Retry):
    """A broken connection or a 5xx answer is tried again; silence is not, it has cost all our patience already."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """See urllib3."""
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


class BriefPool(urllib3.PoolManager):
    """Waits for an answer in proportion to what was sent: the server flushes it to its disks first."""

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **options: Any
    ) -> BaseHTTPResponse:
        """See urllib3."""
        sent = len(options.get("body") or b"")
        options["timeout"] = Timeout(connect=CONNECT_PATIENCE, read=ANSWER_PATIENCE + sent / SLOWEST_WRITE)
        return super().urlopen(method, url, redirect, **options)


def connect(
    endpoint: str, *, access_key: str, secret_key: str, secure: bool, region: str, authority: str | None
) -> tuple[Minio, BriefPool]:
    """A client, and its connections for closing. `authority`: a PEM file of the office's own certificate authority.

    The region is always given: without it the SDK asks the server at its first signature.
    """
    pool = BriefPool(
        maxsize=CONNECTIONS,
        cert_reqs="CERT_REQUIRED",
        ca_certs=authority or os.environ.get("SSL_CERT_FILE") or certifi.where(),
        retries=BriefRetry(
            total=4, connect=2, read=2, status=4, redirect=0, other=2,
            backoff_factor=0.05, backoff_max=0.5, status_forcelist=(500, 502, 503, 504),
            raise_on_status=False, respect_retry_after_header=False,
        ),
    )  # fmt: skip
    client = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=secure, region=region, http_client=pool)
    return client, pool


@contextmanager
def in_our_words(key: str = "") -> Iterator[None]:
    """Turn what the SDK and the network raise into StoreErrors; `key` is the object the call was about."""
    try:
        yield
    except S3Error as error:
        raise _said_by_server(error, key) from error
    except InvalidResponseError as error:
        status = error._code
        kind = StoreRefused if status in (400, 401, 403) else StoreFull if status == 507 else StoreUnreachable
        raise kind(f"the server answers {status}, without saying why") from error
    except ServerError as error:
        kind = StoreFull if error.status_code == 507 else StoreUnreachable
        raise kind(f"the server answers {error.status_code}") from error
    except MinioException as error:
        raise StoreError(f"the S3 client says: {error}") from error
    except (HTTPError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise StoreUnreachable(f"the server does not answer: {type(reason).__name__}: {reason}"[:300]) from error


def _said_by_server(error: S3Error, key: str) -> StoreError:
    code, said = error.code or "", f"the server says {error.code}: {error.message}"
    if code == "NoSuchBucket":
        return BucketMissing(said)
    for codes, kind in ((_FULL, StoreFull), (_REFUSED, StoreRefused), (_NO_LOCK, RetentionUnsupported)):
        if code in codes:
            return kind(said)
    if code in _ABSENT:
        return ObjectNotFound(key)
    if code in _EXISTS:
        return ObjectExists(key)
    if code == "InvalidRange":
        return RangeRefused(f"{key}: {error.message}")
    if error.response.status >= 500 or code in ("SlowDown", "RequestTimeout"):
        return StoreFull(said) if error.response.status == 507 else StoreUnreachable(said)
    return StoreError(said)


def _cut_nanoseconds() -> None:
    """Let the SDK read retention dates with nine digits after the second, as Ceph and SeaweedFS write them."""
    read = minio.retention.from_iso8601utc  # type: ignore[attr-defined]
    if getattr(read, "cuts_nanoseconds", False):
        return

    def read_short(value: str | None) -> Any:
        if value and "." in value:
            seconds, fraction = value.rstrip("Z").split(".", 1)
            value = f"{seconds}.{fraction[:6]}Z"
        return read(value)

    read_short.cuts_nanoseconds = True  # type: ignore[attr-defined]
    minio.retention.from_iso8601utc = read_short  # type: ignore[attr-defined]


_cut_nanoseconds()
