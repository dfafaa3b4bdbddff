"""What is asked of a time-stamping authority (RFC 3161, 2.4.1), spliced into pyHanko's own encoding of it."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from asn1crypto import algos, tsp

_NONCE_OCTETS = 8


@dataclass(frozen=True)
class Question:
    """`der`: the whole request. `imprint`: the DER of what is to be stamped. `nonce`: the octets of our number."""

    der: bytes
    imprint: bytes
    nonce: bytes


@dataclass(frozen=True)
class _Mould:
    before: bytes
    head: bytes  # of the imprint: its wrapping and the digest's name
    between: bytes
    after: bytes

    def filled(self, digest: bytes, nonce: bytes) -> Question:
        imprint = self.head + digest
        return Question(self.before + imprint + self.between + nonce + self.after, imprint, nonce)


def question_about(digest: bytes, algorithm: str) -> Question:
    """A request for a token over this digest, with its certificates and a number nobody can foresee."""
    # A positive number of a fixed width: the first octet is not zero and its highest bit not set.
    return _mould(algorithm, len(digest)).filled(digest, b"\x01" + os.urandom(_NONCE_OCTETS - 1))


@functools.lru_cache(maxsize=8)
def _mould(algorithm: str, size: int) -> _Mould:
    digest, nonce = os.urandom(size), b"\x01" + os.urandom(_NONCE_OCTETS - 1)
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest}
    )
    asked = {"version": 1, "message_imprint": imprint, "nonce": int.from_bytes(nonce, "big"), "cert_req": True}
    whole: bytes = tsp.TimeStampReq(asked).dump()
    before, _, rest = whole.partition(imprint.dump())
    between, _, after = rest.partition(nonce)
    mould = _Mould(before, imprint.dump()[:-size], between, after)
    if mould.filled(digest, nonce).der != whole:
        raise ValueError("the request is not of the form we know")
    return mould
