"""Verify a PDF by the product's strict rules.

A file is valid when every signature is intact and trusted for its time, the newest signature or time-stamp reaches
the last byte, nothing but signatures and their upkeep was added in between, nothing but upkeep after the last
signature, and, where we know the digest, when it is the very same file.
"""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import datetime

from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.certificates import now
from signing.judging import Judge
from signing.network import run
from signing.opening import LARGEST_PDF
from signing.report import Overall, SignatureReport, TimestampReport, Verdict, Why, worst
from signing.trust import TrustRoots

# What a signed PDF cannot do without; one of them in a file without readable signatures means damage.
_TRACES = (
    b"/ByteRange",
    b"/DocTimeStamp",
    b"/ETSI.",
    b"/adbe.pkcs7",
    b"/Adobe.PPKLite",
    b"/DocMDP",
    b"/FieldMDP",
)
_MOST_SIGNATURES = 50

log = logging.getLogger(__name__)


def verify_pdf(
    pdf: bytes,
    *,
    trust: TrustRoots,
    expected_sha256: str | None = None,
    at: datetime | None = None,
    fetch: bool = False,
) -> Verdict:
    """Judge a file. Never raises on what the file contains. Blocking: call it in a thread.

    `expected_sha256`: the digest in our register, in hexadecimal; any other file is `changed`.
    `at` (aware): judge as of this moment; default now.
    `fetch`: ask OCSP responders and revocation lists named by trusted certificates. Without it the check is made
    offline from what the file carries (B-LT and above); a file without such proofs is at best `unknown`.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    other = expected_sha256 is not None and sha256 != expected_sha256.lower()
    verdict = _judged(pdf, sha256, trust, at, fetch)
    if other:
        return Verdict(
            "changed", sha256, verdict.signatures, verdict.timestamps, (Why.OTHER_DIGEST, *verdict.why)
        )
    return verdict


def _judged(pdf: bytes, sha256: str, trust: TrustRoots, at: datetime | None, fetch: bool) -> Verdict:
    if len(pdf) > LARGEST_PDF:
        return Verdict("unknown", sha256, why=(Why.TOO_LARGE,))
    traces = any(trace in pdf for trace in _TRACES)
    if not pdf.startswith(b"%PDF-"):
        return Verdict("changed" if traces else "unsigned", sha256, why=(Why.NOT_A_PDF,))
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True, decode_limits=DecodeLimits())
        if reader.encrypted:
            return Verdict("unknown", sha256, why=(Why.ENCRYPTED,))
        found = list(reader.embedded_signatures)
        filled = Judge.filled_signature_fields(reader)
    except Exception as error:  # hostile bytes raise anything, RecursionError included
        log.debug("unreadable file: %s", type(error).__name__)
        return Verdict("changed" if traces else "unsigned", sha256, why=(Why.BROKEN_FILE,))
    if not found:
        damaged = traces or filled
        return Verdict("changed", sha256, why=(Why.BROKEN_FILE,)) if damaged else Verdict("unsigned", sha256)
    if filled != len(found) or len(found) > _MOST_SIGNATURES:
        return Verdict("changed", sha256, why=(Why.BROKEN_SIGNATURE,))
    try:
        return run(_whole(pdf, sha256, reader, found, trust, at, fetch))
    except Exception as error:
        log.warning("signature check gave up: %s", type(error).__name__)
        return Verdict("changed", sha256, why=(Why.NOT_ANALYSED,))


async def _whole(
    pdf: bytes,
    sha256: str,
    reader: PdfFileReader,
    found: list[EmbeddedPdfSignature],
    trust: TrustRoots,
    at: datetime | None,
    fetch: bool,
) -> Verdict:
    signatures: list[SignatureReport] = []
    timestamps: list[TimestampReport] = []
    async with Judge.over(pdf, reader, found, trust, at or now(), at is not None, fetch) as judge:
        for one in reversed(found):
            if one.sig_object_type == "/DocTimeStamp":
                timestamps.insert(0, await judge.timestamp(one))
        for one in found:
            if one.sig_object_type != "/DocTimeStamp":
                signatures.append(await judge.signature(one))
        why = judge.whole_file()
    verdicts: list[Overall] = [*(s.verdict for s in signatures), *(t.verdict for t in timestamps)]
    if why:
        verdicts.append("changed")
    overall = worst(verdicts) if signatures else "unsigned"
    return Verdict(overall, sha256, tuple(signatures), tuple(timestamps), why)
