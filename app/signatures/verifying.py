"""Is a file somebody holds one of ours, and is it still as we issued it? The register speaks first, then the signatures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import signing

if TYPE_CHECKING:
    from signing import TrustRoots, Verdict

Said = Literal["valid", "changed", "revoked", "foreign"]


async def judge(data: bytes, found: Mapping[str, Any] | None, trust: TrustRoots | None) -> Verdict | None:
    """What the file's own signatures say, outside the event loop; None where the office has no trust anchors."""
    if trust is None:
        return None
    expected = found["sha256"] if found else None
    # In the thread, what judges is loaded too when this is the first file.
    return await asyncio.to_thread(lambda: signing.verify_pdf(data, trust=trust, expected_sha256=expected))


def verdict_of(judged: Verdict | None, found: Mapping[str, Any] | None, authorities: set[str]) -> Said:
    """valid, changed, revoked or foreign. In the register counts: a good signature on a file we never issued is not ours.

    A file of the register was issued with these very bytes; its signatures can then only be called broken, never better.
    """
    if found is not None:
        if found["state"] == "revoked":
            return "revoked"
        return "changed" if judged is not None and judged.overall == "changed" else "valid"
    if judged is None or judged.overall == "unsigned":
        return "foreign"
    ours = not judged.signatures or any(one.organisation in authorities for one in judged.signatures)
    return "changed" if judged.overall == "changed" and ours else "foreign"
