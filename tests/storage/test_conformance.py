"""What an S3 server must be able to do before an office trusts it: 29 checks, and one found on the way.

Through the SDK, not through our port: they qualify a server, so they go beyond what `storage` uses today.
Known differences: `limits.py`.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE, ComposeSource, CopySource, Filter, Tags
from minio.datatypes import PostPolicy
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention
from minio.sse import Sse, SseCustomerKey, SseKMS, SseS3
from minio.versioningconfig import VersioningConfig

from storage.s3_client import BriefPool, connect
from tests.storage.servers import S3Server

PART = 5 * 1024 * 1024  # bytes; the smallest part S3 allows


def put(client: Minio, bucket: str, key: str, content: bytes = b"hello", **options: Any) -> str | None:
    """Write; returns the version."""
    return client.put_object(bucket, key, io.BytesIO(content), len(content), **options).version_id


def get(client: Minio, bucket: str, key: str, **options: Any) -> bytes:
    response = client.get_object(bucket, key, **options)
    try:
        return response.read()
    finally:
        response.release_conn()


def names(client: Minio, bucket: str, **options: Any) -> list[str | None]:
    return [line.object_name for line in client.list_objects(bucket, **options)]


def in_a_minute() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)


def test_01_what_is_put_is_got(client: Minio, bucket: str) -> None:
    put(client, bucket, "a")
    assert get(client, bucket, "a") == b"hello"


def test_02_size_type_and_metadata_are_kept(client: Minio, bucket: str) -> None:
    put(client, bucket, "a", content_type="text/plain", metadata={"sha256": "abc"})
    told = client.stat_object(bucket, "a")
    assert told.metadata is not None
    assert (told.size, told.content_type, told.metadata["x-amz-meta-sha256"]) == (5, "text/plain", "abc")


def test_03_a_range_is_read(client: Minio, bucket: str) -> None:
    put(client, bucket, "a", b"0123456789")
    assert get(client, bucket, "a", offset=3, length=4) == b"3456"


def test_04_a_listing_goes_by_prefix(client: Minio, bucket: str) -> None:
    for key in ("a/1", "a/2", "b/1"):
        put(client, bucket, key)
    assert names(client, bucket, prefix="a/", recursive=True) == ["a/1", "a/2"]
    assert names(client, bucket) == ["a/", "b/"]


def test_05_the_server_copies(client: Minio, bucket: str) -> None:
    put(client, bucket, "a")
    client.copy_object(bucket, "b", CopySource(bucket, "a"))
    assert get(client, bucket, "b") == b"hello"


def test_06_a_removed_object_is_gone(client: Minio, bucket: str) -> None:
    put(client, bucket, "a")
    client.remove_object(bucket, "a")
    with pytest.raises(S3Error, match="NoSuchKey"):
        client.get_object(bucket, "a")


def test_07_tags_are_kept(client: Minio, bucket: str) -> None:
    tags = Tags.new_object_tags()
    tags["stage"] = "draft"
    put(client, bucket, "a")
    client.set_object_tags(bucket, "a", tags)
    assert client.get_object_tags(bucket, "a") == tags


def test_08_a_wrong_secret_is_refused(server: S3Server, client: Minio, bucket: str) -> None:
    put(client, bucket, "a")
    stranger, pool = connect(
        server.endpoint, access_key=server.access_key, secret_key="not-the-secret", secure=server.secure,
        region=server.region, authority=server.authority,
    )  # fmt: skip
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        stranger.get_object(bucket, "a")
    pool.clear()


def test_09_a_stranger_without_keys_is_refused(server: S3Server, client: Minio, browser: BriefPool, bucket: str) -> None:
    put(client, bucket, "a")
    stranger = Minio(server.endpoint, secure=server.secure, region=server.region, http_client=browser)
    with pytest.raises(S3Error, match="AccessDenied"):
        stranger.get_object(bucket, "a")
    with pytest.raises(S3Error, match="AccessDenied"):
        put(stranger, bucket, "b")


def test_10_a_signed_link_reads(client: Minio, browser: BriefPool, bucket: str) -> None:
    put(client, bucket, "a")
    answer = browser.request("GET", client.presigned_get_object(bucket, "a", expires=timedelta(minutes=5)))
    assert (answer.status, answer.data) == (200, b"hello")


def test_11_a_signed_link_writes(client: Minio, browser: BriefPool, bucket: str) -> None:
    link = client.presigned_put_object(bucket, "a", expires=timedelta(minutes=5))
    assert browser.request("PUT", link, body=b"from outside").status == 200
    assert get(client, bucket, "a") == b"from outside"


def test_12_a_signed_link_for_another_object_is_refused(client: Minio, browser: BriefPool, bucket: str) -> None:
    put(client, bucket, "allowed")
    put(client, bucket, "secret")
    link = client.presigned_get_object(bucket, "allowed", expires=timedelta(minutes=5))
    assert browser.request("GET", link.replace("/allowed?", "/secret?")).status == 403


def posted(server: S3Server, client: Minio, browser: BriefPool, bucket: str, content: bytes) -> int:
    """Upload as a web form would, with at most 100 bytes allowed; returns the status."""
    policy = PostPolicy(bucket, datetime.now(UTC) + timedelta(minutes=5))
    policy.add_equals_condition("key", "form")
    policy.add_content_length_range_condition(1, 100)
    fields: dict[str, Any] = {**client.presigned_post_policy(policy), "key": "form", "file": ("form.pdf", content)}
    scheme = "https" if server.secure else "http"
    return browser.request("POST", f"{scheme}://{server.endpoint}/{bucket}", fields=fields).status


def test_13_a_form_uploads(server: S3Server, client: Minio, browser: BriefPool, bucket: str) -> None:
    assert posted(server, client, browser, bucket, b"small") in (200, 201, 204)
    assert get(client, bucket, "form") == b"small"


def test_14_a_form_above_its_limit_is_refused(server: S3Server, client: Minio, browser: BriefPool, bucket: str) -> None:
    assert posted(server, client, browser, bucket, b"x" * 101) in (400, 403, 413)
    assert names(client, bucket) == []


def test_15_an_object_is_written_in_parts(client: Minio, bucket: str) -> None:
    content = bytes(range(256)) * (PART // 256) + b"the rest"
    client.put_object(bucket, "a", io.BytesIO(content), -1, part_size=PART)
    assert hashlib.sha256(get(client, bucket, "a")).digest() == hashlib.sha256(content).digest()


def test_16_an_object_is_composed_of_others(client: Minio, bucket: str) -> None:
    put(client, bucket, "a", b"a" * PART)
    put(client, bucket, "b", b"b")
    client.compose_object(bucket, "c", [ComposeSource(bucket, "a"), ComposeSource(bucket, "b")])
    assert get(client, bucket, "c") == b"a" * PART + b"b"


def test_17_if_none_match_leaves_what_is_there(client: Minio, bucket: str) -> None:
    put(client, bucket, "a")
    with pytest.raises(S3Error, match="PreconditionFailed"):
        client._put_object(bucket, "a", b"other", {"If-None-Match": "*"})
    assert get(client, bucket, "a") == b"hello"


def test_18_an_older_version_stays(client: Minio, bucket: str) -> None:
    client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    first = put(client, bucket, "a", b"one")
    put(client, bucket, "a", b"two")
    client.remove_object(bucket, "a")
    assert get(client, bucket, "a", version_id=first) == b"one"
    assert names(client, bucket) == []


def test_19_rules_of_expiry_are_kept(client: Minio, bucket: str) -> None:
    rule = Rule(ENABLED, rule_filter=Filter(prefix="tmp/"), rule_id="drafts", expiration=Expiration(days=7))
    client.set_bucket_lifecycle(bucket, LifecycleConfig([rule]))
    told = client.get_bucket_lifecycle(bucket)
    assert told is not None
    assert [(one.rule_id, one.expiration and one.expiration.days) for one in told.rules] == [("drafts", 7)]


def test_20_a_policy_opens_one_prefix_to_all(server: S3Server, client: Minio, browser: BriefPool, bucket: str) -> None:
    statement = {
        "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/public/*"],
    }  # fmt: skip
    client.set_bucket_policy(bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    put(client, bucket, "public/a")
    put(client, bucket, "private/a")
    scheme = "https" if server.secure else "http"
    assert browser.request("GET", f"{scheme}://{server.endpoint}/{bucket}/public/a").data == b"hello"
    assert browser.request("GET", f"{scheme}://{server.endpoint}/{bucket}/private/a").status == 403


def lock(client: Minio, bucket: str, mode: str = COMPLIANCE) -> tuple[str | None, datetime]:
    """A locked object `a`: its version, and until when."""
    until = in_a_minute()
    version = put(client, bucket, "a")
    client.set_object_retention(bucket, "a", Retention(mode, until), version_id=version)
    return version, until


def test_21_a_locked_version_cannot_be_removed(client: Minio, locked_bucket: str) -> None:
    version, _ = lock(client, locked_bucket)
    with pytest.raises(S3Error):
        client.remove_object(locked_bucket, "a", version_id=version)
    assert get(client, locked_bucket, "a", version_id=version) == b"hello"


def test_22_a_lock_cannot_be_shortened(client: Minio, locked_bucket: str) -> None:
    version, until = lock(client, locked_bucket)
    sooner = Retention(COMPLIANCE, until - timedelta(seconds=30))
    with pytest.raises(S3Error):
        client.set_object_retention(locked_bucket, "a", sooner, version_id=version)
    told = client.get_object_retention(locked_bucket, "a", version_id=version)
    assert told is not None
    assert told.retain_until_date == until


def test_23_a_lock_can_be_prolonged(client: Minio, locked_bucket: str) -> None:
    version, until = lock(client, locked_bucket)
    later = Retention(COMPLIANCE, until + timedelta(seconds=30))
    client.set_object_retention(locked_bucket, "a", later, version_id=version)
    assert client.get_object_retention(locked_bucket, "a", version_id=version) == later


def test_24_a_light_lock_holds_for_who_does_not_ask_to_bypass_it(client: Minio, locked_bucket: str) -> None:
    version, _ = lock(client, locked_bucket, GOVERNANCE)
    with pytest.raises(S3Error):
        client.remove_object(locked_bucket, "a", version_id=version)
    assert get(client, locked_bucket, "a", version_id=version) == b"hello"


def test_25_a_legal_hold_holds_until_it_is_lifted(client: Minio, locked_bucket: str) -> None:
    version = put(client, locked_bucket, "a")
    client.enable_object_legal_hold(locked_bucket, "a", version_id=version)
    with pytest.raises(S3Error):
        client.remove_object(locked_bucket, "a", version_id=version)
    client.disable_object_legal_hold(locked_bucket, "a", version_id=version)
    client.remove_object(locked_bucket, "a", version_id=version)
    assert names(client, locked_bucket, include_version=True) == []


def test_26_a_bucket_locks_every_new_object(client: Minio, locked_bucket: str) -> None:
    client.set_object_lock_config(locked_bucket, ObjectLockConfig(GOVERNANCE, 1, DAYS))
    version = put(client, locked_bucket, "a")
    told = client.get_object_retention(locked_bucket, "a", version_id=version)
    assert told is not None
    assert told.retain_until_date > datetime.now(UTC) + timedelta(hours=23)
    with pytest.raises(S3Error):
        client.remove_object(locked_bucket, "a", version_id=version)


def encrypted(client: Minio, bucket: str, sse: Sse) -> dict[str, str]:
    """Write with `sse`; what the server says it did."""
    result = client.put_object(bucket, "a", io.BytesIO(b"hello"), 5, sse=sse)
    return {name.lower(): value for name, value in result.http_headers.items()}


def test_27_content_is_encrypted_with_the_clients_key(client: Minio, bucket: str) -> None:
    key = SseCustomerKey(hashlib.sha256(b"a key of the office").digest())
    encrypted(client, bucket, key)
    assert get(client, bucket, "a", ssec=key) == b"hello"
    with pytest.raises(MinioException):
        get(client, bucket, "a")
    with pytest.raises(MinioException):
        get(client, bucket, "a", ssec=SseCustomerKey(b"?" * 32))


def test_28_content_is_encrypted_with_the_servers_key(client: Minio, bucket: str) -> None:
    assert encrypted(client, bucket, SseS3())["x-amz-server-side-encryption"] == "AES256"
    assert get(client, bucket, "a") == b"hello"


def test_29_content_is_encrypted_with_a_key_of_the_key_store(client: Minio, bucket: str) -> None:
    assert encrypted(client, bucket, SseKMS("testkey-1", {}))["x-amz-server-side-encryption"] == "aws:kms"
    assert get(client, bucket, "a") == b"hello"


def test_30_if_none_match_holds_in_a_bucket_with_versions_too(client: Minio, locked_bucket: str) -> None:
    put(client, locked_bucket, "a")
    with pytest.raises(S3Error, match="PreconditionFailed"):
        client._put_object(locked_bucket, "a", b"other", {"If-None-Match": "*"})
    assert get(client, locked_bucket, "a") == b"hello"
