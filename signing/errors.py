"""What can go wrong while signing, each named after the fact."""

from __future__ import annotations

from typing import Literal


class SigningError(Exception):
    """Base of all refusals of this package. `retry` tells whether the same call may succeed later."""

    retry = False


class WrongPassphrase(SigningError):
    """The key file does not open with this passphrase."""


class KeyFileBroken(SigningError):
    """The key file is not a PKCS#12 or PEM file with one key and its certificate."""


class WrongPin(SigningError):
    """The token refused the PIN. `locked` is true when it will accept no further tries."""

    def __init__(self, message: str, *, locked: bool = False) -> None:
        super().__init__(message)
        self.locked = locked


class TokenMissing(SigningError):
    """No token of this name is plugged in, or it was pulled out."""

    retry = True


class KeyNotOnToken(SigningError):
    """The token holds no such key or certificate."""


class CertificateExpired(SigningError):
    """The signer's certificate is no longer, or not yet, valid."""


class CertificateRevoked(SigningError):
    """The signer's certificate (or one above it) was revoked."""


class CertificateUntrusted(SigningError):
    """No path leads from the signer's certificate to a root we trust, or it may not sign."""


class RevocationUnavailable(SigningError):
    """Nobody answers whether the certificate was revoked: OCSP responder and revocation list are silent."""

    retry = True


class TimestampUnavailable(SigningError):
    """The time-stamping authority gave no usable time-stamp.

    `kind`: `unreachable` (no answer in time), `refused` (it answered no), `malformed` (the answer is not a
    time-stamp for this document by one who may stamp now), `oversized` (larger than the room kept for it).
    """

    def __init__(
        self, kind: Literal["unreachable", "refused", "malformed", "oversized"], message: str
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry = kind in ("unreachable", "refused")


class SignatureNotProven(SigningError):
    """The key answered with a value that its own certificate does not confirm; nothing was written."""

    retry = True


class UnsuitablePdf(SigningError):
    """The file is not a PDF that may be signed: broken, encrypted, with form fields, or already closed."""


class PlaceTaken(SigningError):
    """The signature field is filled already, or does not lie where the appearance wants it."""
