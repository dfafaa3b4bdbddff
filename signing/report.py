"""What verification found, in plain values. Words for people are made elsewhere, from these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Overall = Literal["valid", "changed", "untrusted", "unknown", "revoked", "unsigned"]
Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]

# From harmless to worst: a file is as bad as its worst signature.
SEVERITY: tuple[Overall, ...] = ("valid", "unknown", "untrusted", "revoked", "changed")


class Why(StrEnum):
    """A reason, one per finding."""

    NOT_A_PDF = "not-a-pdf"
    TOO_LARGE = "too-large"
    ENCRYPTED = "encrypted"
    BROKEN_FILE = "broken-file"
    """The file carries traces of a signature but cannot be read as a sound PDF."""
    OTHER_DIGEST = "other-digest"
    """The file is not the one in our register, byte for byte."""
    TRAILING_BYTES = "trailing-bytes"
    """The last signature or time-stamp does not reach the end of the file."""
    BROKEN_SIGNATURE = "broken-signature"
    """The signature's own structure is damaged or was tampered with."""
    WRONG_DIGEST = "wrong-digest"
    """The signed bytes are not the ones that were signed."""
    UNCLEAR_COVERAGE = "unclear-coverage"
    """The signature does not cover its revision from the first byte to the last."""
    CONTENT_CHANGED = "content-changed"
    """A later revision changed pages, annotations or other content."""
    FIELD_CHANGED = "field-changed"
    """A later revision changed a form field that is not a signature."""
    SIGNED_AFTER_CLOSING = "signed-after-closing"
    """More than time-stamps and validation data was added although the document was closed."""
    NO_PATH = "no-path"
    """No path leads to a root we trust, or the certificate may not sign."""
    WEAK_ALGORITHM = "weak-algorithm"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_EXPIRED = "certificate-expired"
    """Expired, and no proof that the signature was made before."""
    NO_REVOCATION_PROOF = "no-revocation-proof"
    """Nothing tells whether the certificate was revoked."""
    TIMESTAMP_UNTRUSTED = "timestamp-untrusted"
    NOT_ANALYSED = "not-analysed"
    """The check itself gave up; the file is treated as not proven."""


@dataclass(frozen=True)
class SignatureReport:
    """One signature of a person or an agency.

    `signed_at` is claimed by the signer, `timestamped` is proven by a time-stamping authority; both aware.
    `level` tells how the signature is built; whether it holds is the verdict's matter.
    `serial` and `certificate_sha256` in hexadecimal.
    """

    field: str
    verdict: Overall
    why: tuple[Why, ...]
    signer: str = ""
    organisation: str = ""
    title: str = ""
    serial: str = ""
    certificate_sha256: str = ""
    signed_at: datetime | None = None
    timestamped: datetime | None = None
    level: Level = "B-B"
    covers_whole_file: bool = False
    changed_after: bool = False
    certifies: bool = False
    closes: bool = False


@dataclass(frozen=True)
class TimestampReport:
    """One document time-stamp."""

    field: str
    verdict: Overall
    why: tuple[Why, ...]
    authority: str = ""
    stamped_at: datetime | None = None
    covers_whole_file: bool = False


@dataclass(frozen=True)
class Verdict:
    """The whole file. `why` holds what concerns the file and not one signature."""

    overall: Overall
    sha256: str
    signatures: tuple[SignatureReport, ...] = ()
    timestamps: tuple[TimestampReport, ...] = ()
    why: tuple[Why, ...] = ()

    @property
    def reasons(self) -> tuple[Why, ...]:
        """Everything found, each once, in the order of the file."""
        every = [
            *self.why,
            *(w for s in self.signatures for w in s.why),
            *(w for t in self.timestamps for w in t.why),
        ]
        return tuple(dict.fromkeys(every))


def worst(verdicts: list[Overall]) -> Overall:
    return max(verdicts, key=SEVERITY.index)
