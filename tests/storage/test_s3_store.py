"""What only S3 has: keys, buckets, locks that are real or not, and other programs in the same bucket."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import io
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from minio import Minio

from storage import (
    AddressRefused,
    BucketMissing,
    Finding,
    ObjectDamaged,
    ObjectKept,
    RetentionUnsupported,
    StoreRefused,
    StoreUnreachable,
    open_store,
)
from storage.s3_store import S3Store
from tests.storage.servers import S3Server

HELLO = hashlib.sha256(b"hello").hexdigest()


def s3(server: S3Server, bucket: str) -> S3Store:
    opened = open_store(server.url(bucket))
    assert isinstance(opened, S3Store)
    return opened


async def test_a_bucket_made_by_us_is_proven_worm(s3_store: S3Store) -> None:
    report = await s3_store.probe()
    assert (report.result, report.finding) == ("worm", Finding.WORM), report.words


async def test_a_bucket_without_object_lock_is_no_worm(server: S3Server, bucket: str) -> None:
    store = s3(server, bucket)
    report = await store.probe()
    await store.close()
    assert (report.reachable, report.writable, report.result) == (True, True, "no worm")
    assert report.finding is Finding.NO_OBJECT_LOCK


async def test_a_plain_bucket_admits_that_it_cannot_keep(server: S3Server, bucket: str) -> None:
    store = s3(server, bucket)
    await store.put("result", b"hello")
    with pytest.raises(RetentionUnsupported):
        await store.keep_until("result", datetime.now(UTC) + timedelta(days=1))
    await store.delete("result")
    await store.close()


async def test_a_kept_object_withstands_other_programs_too(s3_store: S3Store, client: Minio) -> None:
    await s3_store.put("result", b"hello")
    await s3_store.keep_until("result", datetime.now(UTC) + timedelta(minutes=1))
    bucket = str(s3_store).split("'")[3]
    client.put_object(bucket, "result", io.BytesIO(b"forged"), 6)
    with pytest.raises(ObjectDamaged):
        await s3_store.get("result", sha256=HELLO)
    with pytest.raises(ObjectKept):
        await s3_store.delete("result")
    versions = [line.version_id for line in client.list_objects(bucket, prefix="result", include_version=True)]
    response = client.get_object(bucket, "result", version_id=versions[-1])
    assert response.read() == b"hello"
    response.release_conn()


async def test_bytes_changed_behind_our_back_are_noticed(s3_store: S3Store, client: Minio) -> None:
    bucket = str(s3_store).split("'")[3]
    client.put_object(bucket, "form", io.BytesIO(b"hellO"), 5, metadata={"sha256": HELLO})
    with pytest.raises(ObjectDamaged):
        await s3_store.get("form")
    with pytest.raises(ObjectDamaged):
        await s3_store.open("form", sha256=HELLO)


async def test_the_object_of_another_program_is_hashed_when_asked(s3_store: S3Store, client: Minio) -> None:
    client.put_object(str(s3_store).split("'")[3], "form", io.BytesIO(b"hello"), 5)
    assert (await s3_store.stat("form")).sha256 == HELLO
    assert await s3_store.get("form", sha256=HELLO) == b"hello"


async def test_a_bucket_is_made_once(server: S3Server) -> None:
    store = s3(server, f"made-{uuid.uuid4().hex}")
    assert await store.ensure_bucket(object_lock=True)
    assert not await store.ensure_bucket(object_lock=True)
    await store.close()


async def test_a_missing_bucket_is_not_a_missing_object(server: S3Server) -> None:
    store = s3(server, f"missing-{uuid.uuid4().hex}")
    for deed in (store.put("a", b""), store.get("a"), store.stat("a"), store.exists("a"), store.delete("a")):
        with pytest.raises(BucketMissing):
            await deed
    assert (await store.probe()).finding is Finding.BUCKET_MISSING
    await store.close()


async def test_a_wrong_secret_is_refused_and_never_repeated(server: S3Server, bucket: str) -> None:
    store = s3(dataclasses.replace(server, secret_key="not-the-secret"), bucket)
    with pytest.raises(StoreRefused) as refusal:
        await store.get("a")
    assert "not-the-secret" not in f"{refusal.value} {store!r}"
    report = await store.probe()
    assert (report.reachable, report.finding) == (True, Finding.REFUSED)
    await store.close()


@pytest.mark.parametrize("server", ["minio"], indirect=True)  # the one that speaks TLS here
async def test_a_certificate_of_nobody_we_trust_is_refused(server: S3Server, bucket: str) -> None:
    store = s3(dataclasses.replace(server, authority=None), bucket)
    with pytest.raises(StoreUnreachable, match="certificate"):
        await store.get("a")
    await store.close()


async def test_a_listing_goes_over_all_pages(s3_store: S3Store) -> None:
    expected = [f"many/{number:04}" for number in range(1001)]  # a page of S3 ends at 1000
    await asyncio.gather(*(s3_store.put(key, b"") for key in expected))
    assert [line.key async for line in s3_store.list("many/")] == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "objects", "/objects", "ftp://host/bucket", "folder:objects", "folder://objects", "folder:///",
        "s3://host/bucket", "s3://key:secret@/bucket", "s3://key:secret@host", "s3://key:secret@host/b",
        "s3://key:secret@host/a/b", "s3://key:secret@host/bucket?secure=yes", "s3://key:secret@host/bucket?tls=1",
        "s3://key:secret@host:port/bucket", "s3://key:secret@host/bucket?authority=/nowhere.pem",
    ],
)  # fmt: skip
def test_a_strange_address_is_refused_without_repeating_the_secret(url: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        open_store(url)
    assert "secret@" not in str(refusal.value)
