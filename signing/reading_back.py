"""Proof-read a file that was just signed, from its own octets: the digests and the signature values in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from signing.cms import prove
from signing.errors import SignatureNotProven
from signing.proofs import byte_ranges, signed_attributes

_DIGEST_OF_MESSAGE = bytes.fromhex("06092a864886f70d0109043122")  # id-messageDigest, then a SET with one value
_OCTETS_32 = b"\x04\x20"


def read_back(pdf: bytes, certificates: Sequence[bytes]) -> None:
    """Every signature in the file is by the certificate (DER) of its turn, over the very octets it says, oldest first.

    What `openssl cms -verify` asks, without paths and revocation: those were asked before signing. The last one must
    cover the file to its end. SHA-256 only. Raises SignatureNotProven.
    """
    ranges = byte_ranges(pdf)
    if len(ranges) != len(certificates) or not ranges:
        raise SignatureNotProven("the file holds other signatures than were made")
    if ranges[-1][1] + ranges[-1][2] != len(pdf):
        raise SignatureNotProven("the last signature does not reach the end of the file")
    octets, before, read = memoryview(pdf), hashlib.sha256(), 0
    for (start, end, rest), certificate in zip(ranges, certificates, strict=True):
        try:
            attributes, value = signed_attributes(bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii")))
        except (ValueError, IndexError) as error:
            raise SignatureNotProven("a container in the file cannot be read") from error
        if start < read:
            before, read = hashlib.sha256(), 0
        before.update(octets[read:start])  # what lies before one signature lies before the next one too
        read = start
        digest = before.copy()
        digest.update(octets[end : end + rest])
        if attributes.count(_DIGEST_OF_MESSAGE + _OCTETS_32 + digest.digest()) != 1:
            raise SignatureNotProven("a signature in the file is over other octets")
        prove(certificate, value, attributes, "sha256")
