"""Proofs of validity for many files at once: asked for once, then one and the same store is appended to each file (B-LT).

A batch has a handful of signers and authorities and a thousand files. Whose certificates a file needs is read from its
containers directly; only a certificate not met before is checked and asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from signing.plain_file import PlainFile, number_of
from signing.revision import Revision

_RANGE_KEY = b"/ByteRange"
_RANGE = re.compile(rb"/ByteRange\s?\[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]")
_OCTETS, _SET, _TAGGED_0, _TAGGED_1 = 0x04, 0x31, 0xA0, 0xA1

Identity = tuple[bytes, bytes]


@dataclass(frozen=True)
class ProofStore:
    """What goes into a file: DER of certificates, OCSP answers and revocation lists, each once."""

    certificates: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def append_store(pdf: bytes, store: ProofStore) -> bytes:
    """The file with the store in a revision of its own (ETSI EN 319 142-1, 5.4). Raises Unfamiliar."""
    file = PlainFile(pdf)
    root = number_of(file.trailer[b"/Root"])
    catalogue = file.entries(root)
    made = Revision(file, root, catalogue)
    made.add_store(store.certificates, store.ocsps, store.crls)
    tail, _ = made.tail(pdf)
    return pdf + bytes(tail)


def byte_ranges(pdf: bytes) -> list[tuple[int, int, int]]:
    """For each signature, oldest first: where its container begins and ends, and how much of the file follows it."""
    found, at = [], pdf.find(_RANGE_KEY)
    while at >= 0:  # a search for octets is several times as quick as one for a pattern
        if one := _RANGE.match(pdf, at):
            found.append((int(one[1]), int(one[2]), int(one[3])))
        at = pdf.find(_RANGE_KEY, at + 1)
    return found


def containers(pdf: bytes) -> list[bytes]:
    """The signatures' CMS in the file, oldest first, with the zeros behind them. Raises ValueError."""
    found = []
    for start, end, _ in byte_ranges(pdf):
        if pdf[start : start + 1] != b"<" or pdf[end - 1 : end] != b">":
            raise ValueError("not a container")
        found.append(bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii")))
    return found


def signers_in(container: bytes) -> list[tuple[Identity, bytes]]:
    """Signer and, if stamped in time, authority of a CMS: certificates with the signer's name; and the CMS they are in.

    Two that are equal in this are one signer. Raises ValueError, IndexError on what is no CMS.
    """
    whole = container[: _end(container, 0)]
    signed = _parts(_only(_parts(_only([whole]))[1:2]))  # ContentInfo → [0] → SignedData
    parts = _parts(signed[0])
    certificates = next((part for part in parts if part[0] == _TAGGED_0), b"")
    infos = _parts(parts[-1])
    if parts[-1][0] != _SET or len(infos) != 1:
        raise ValueError("not one signer")
    info = _parts(infos[0])
    found = [((certificates, info[1]), whole)]
    if info[-1][0] == _TAGGED_1:
        for attribute in _parts(info[-1]):
            for token in _parts(_parts(attribute)[1]):
                found.extend(signers_in(token))
    return found


def signed_attributes(container: bytes) -> tuple[bytes, bytes]:
    """What the one signer of a CMS signed, as the SET it signed, and the value. Raises ValueError, IndexError."""
    signed = _parts(_only(_parts(container)[1:2]))
    info = _parts(_only(_parts(_parts(signed[0])[-1])))
    attributes = _only([part for part in info if part[0] == _TAGGED_0])
    value = _only([part for part in info if part[0] == _OCTETS])
    return bytes((_SET,)) + attributes[1:], value[_start(value, 0) :]


def _only(parts: list[bytes]) -> bytes:
    if len(parts) != 1:
        raise ValueError("not one part")
    return parts[0]


def _parts(der: bytes) -> list[bytes]:
    """The elements inside one DER element."""
    return list(_inside(der))


def _inside(der: bytes) -> Iterator[bytes]:
    at, end = _start(der, 0), _end(der, 0)
    while at < end:
        after = _end(der, at)
        if after > end:
            raise ValueError("longer than what it is in")
        yield der[at:after]
        at = after


def _start(der: bytes, at: int) -> int:
    return at + 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0)


def _end(der: bytes, at: int) -> int:
    length, start = der[at + 1], _start(der, at)
    if length & 0x80:
        length = int.from_bytes(der[at + 2 : start], "big")
    return start + length
