"""Whom to believe: roots, given by the caller. Nothing is taken from the operating system."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


@dataclass(frozen=True)
class TrustRoots:
    """DER certificates. `timestamps` are the roots of time-stamping authorities; empty means the same roots.

    `intermediates` help to build paths when a signer did not enclose them; they are not trusted by themselves.
    """

    signers: tuple[bytes, ...]
    timestamps: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()

    @classmethod
    def from_pem(cls, signers: bytes, timestamps: bytes = b"", intermediates: bytes = b"") -> TrustRoots:
        """Each argument is a PEM file with one or more certificates. Raises ValueError when none is in `signers`."""
        return cls(
            _all(signers),
            _all(timestamps) if timestamps else (),
            _all(intermediates) if intermediates else (),
        )


def _all(pem: bytes) -> tuple[bytes, ...]:
    return tuple(cert.public_bytes(Encoding.DER) for cert in x509.load_pem_x509_certificates(pem))
