"""Where a server is known to differ from the standard: check by check, each with its reason.

A check named here must fail on that server; when it passes after an upgrade the test says so, and the line goes.
"""

from __future__ import annotations

LIMITS: dict[str, dict[str, str]] = {
    "radosgw": {
        "test_28_content_is_encrypted_with_the_servers_key": "SSE-S3 came with Ceph 17; Debian 12 has 16.2",
        "test_30_if_none_match_holds_in_a_bucket_with_versions_too": "each write is a new version, so none is there",
    },
    "minio": {
        "test_a_key_may_also_be_the_folder_of_other_keys": "they are kept and read, but missing in listings",
    },
}
