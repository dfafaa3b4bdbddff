"""Judge an answer by one that was judged before: what may differ is compared and proven, all else is the same octets.

An authority's answers differ in seven places: what was stamped, serial number, time, our number, the digest of these, the
time of signing and the signature value. A form is an answer that `tokens.judged` found good, with these places cut out.
An answer of this form has the same lengths, names, certificates and attributes, octet by octet; so only the seven are
looked at, and the certificate's dates. Whatever is not plain is Unfamiliar, or is not of the form: nothing is judged bad
here, so nothing that `judged` would refuse can pass.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from asn1crypto import keys as asn1_keys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signing.keys import HASHES
from signing.plain_file import Unfamiliar
from signing.questions import Question
from signing.tokens import Judged

_INTEGER, _BOOLEAN, _OCTETS, _NAME, _SEQUENCE, _SET = 0x02, 0x01, 0x04, 0x06, 0x30, 0x31
_UTC_TIME, _TIME, _TAGGED_0 = 0x17, 0x18, 0xA0
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_TIME = bytes.fromhex("2a864886f70d010905")
_MOMENT = re.compile(rb"\d{14}(?:\.\d{1,6})?Z")
_CLAIMED = re.compile(rb"(?:\d\d)?\d{12}Z")


class Element(NamedTuple):
    """Where a DER element lies: its tag, its beginning, its content and its end."""

    tag: int
    start: int
    content: int
    end: int


@dataclass(frozen=True)
class Form:
    """A good answer with its seven places cut out."""

    length: int
    same: tuple[tuple[int, int, bytes], ...]
    token: slice
    info: slice
    imprint: slice
    serial: slice
    moment: slice
    nonce: slice
    digest: slice
    claimed: slice | None
    attributes: slice
    value: slice
    hashed_with: str
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    since: datetime
    until: datetime

    def proves(self, answer: bytes, question: Question, moment: datetime) -> bool:
        """Whether the answer is of this form and a good one to this question at this moment."""
        if len(answer) != self.length or any(answer[start:end] != octets for start, end, octets in self.same):
            return False
        if answer[self.imprint] != question.imprint or answer[self.nonce] != question.nonce:
            return False
        stamped = _moment(answer[self.moment])
        if stamped is None or not (self.since <= stamped <= self.until and self.since <= moment <= self.until):
            return False
        if not _is_plain_number(answer[self.serial]):
            return False
        if self.claimed is not None and _CLAIMED.fullmatch(answer[self.claimed]) is None:
            return False
        if answer[self.digest] != hashlib.new(self.hashed_with, answer[self.info]).digest():
            return False
        # RFC 5652, 5.4: signed is the SET, kept is the same under another tag.
        signed = b"\x31" + answer[self.attributes][1:]
        value, digest = answer[self.value], HASHES[self.hashed_with]
        try:
            if isinstance(self.public, rsa.RSAPublicKey):
                self.public.verify(value, signed, padding.PKCS1v15(), digest)
            else:
                self.public.verify(value, signed, ec.ECDSA(digest))
        except InvalidSignature:
            return False
        return True


def form_of(answer: bytes, proof: Judged, question: Question, moment: datetime) -> Form:
    """The form of an answer that was judged good. Raises Unfamiliar when it is none we know."""
    info: asn1_keys.PublicKeyInfo = proof.certificate.public_key
    public = load_der_public_key(info.dump())
    kinds = {"rsassa_pkcs1v15": rsa.RSAPublicKey, "ecdsa": ec.EllipticCurvePublicKey}
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not isinstance(
        public, kinds.get(proof.signature, ())
    ):
        raise Unfamiliar("another kind of proof")
    _, token = _inside(answer, _only(answer, 0, len(answer), _SEQUENCE), _SEQUENCE, _SEQUENCE)
    _, wrapped = _inside(answer, token, _NAME, _TAGGED_0)
    signed = _only(answer, wrapped.content, wrapped.end, _SEQUENCE)
    *_, content, _, signers = _inside(answer, signed, _INTEGER, _SET, _SEQUENCE, _TAGGED_0, _SET)
    _, told = _inside(answer, content, _NAME, _TAGGED_0)
    octets = _only(answer, told.content, told.end, _OCTETS)
    stamped = _only(answer, octets.content, octets.end, _SEQUENCE)
    imprint, serial, time, nonce = _stamped(answer, stamped)
    signer = _only(answer, signers.content, signers.end, _SEQUENCE)
    parts = _elements(answer, signer.content, signer.end)
    if [part.tag for part in parts] != [_INTEGER, _SEQUENCE, _SEQUENCE, _TAGGED_0, _SEQUENCE, _OCTETS]:
        raise Unfamiliar("another kind of signer")
    attributes, value = parts[3], parts[5]
    digest, claimed = _attributes(answer, attributes)
    holes = [_whole(imprint), *map(_octets, (serial, time, nonce, digest, *claimed, value))]
    form = Form(
        len(answer), tuple(_same(answer, holes)), _whole(token), _whole(stamped), _whole(imprint), _octets(serial),
        _octets(time), _octets(nonce), _octets(digest), _octets(claimed[0]) if claimed else None, _whole(attributes),
        _octets(value), proof.digest, public, proof.certificate.not_valid_before, proof.certificate.not_valid_after,
    )  # fmt: skip
    if answer[form.token] != proof.token or not form.proves(answer, question, moment):
        raise Unfamiliar("cut elsewhere than it was judged")
    return form


def _stamped(der: bytes, info: Element) -> tuple[Element, Element, Element, Element]:
    """Of a TSTInfo: imprint, serial number, time, nonce. Accuracy, ordering and name may stand beside; no extensions."""
    parts = _elements(der, info.content, info.end)
    tags = [part.tag for part in parts]
    if tags[:5] != [_INTEGER, _NAME, _SEQUENCE, _INTEGER, _TIME]:
        raise Unfamiliar("another kind of time-stamp")
    rest = parts[5:]
    for optional in (_SEQUENCE, _BOOLEAN):
        if rest and rest[0].tag == optional:
            rest = rest[1:]
    if [part.tag for part in rest] not in ([_INTEGER], [_INTEGER, _TAGGED_0]):
        raise Unfamiliar("another kind of time-stamp")
    return parts[2], parts[3], parts[4], rest[0]


def _attributes(der: bytes, attributes: Element) -> tuple[Element, list[Element]]:
    """Of the signed attributes: the digest, and the claimed time if there is one."""
    digests, times = [], []
    for attribute in _elements(der, attributes.content, attributes.end):
        name, values = _inside(der, attribute, _NAME, _SET)
        kind = der[name.content : name.end]
        if kind == _MESSAGE_DIGEST:
            digests.append(_only(der, values.content, values.end, _OCTETS))
        elif kind == _SIGNING_TIME:
            times.append(_only(der, values.content, values.end, _UTC_TIME, _TIME))
    if len(digests) != 1 or len(times) > 1:
        raise Unfamiliar("another kind of attributes")
    return digests[0], times


def _same(answer: bytes, holes: list[slice]) -> Iterable[tuple[int, int, bytes]]:
    at = 0
    for hole in sorted(holes, key=lambda one: one.start):
        if hole.start < at:
            raise Unfamiliar("places that lie in each other")
        yield at, hole.start, answer[at : hole.start]
        at = hole.stop
    yield at, len(answer), answer[at:]


def _moment(octets: bytes) -> datetime | None:
    if _MOMENT.fullmatch(octets) is None:
        return None
    text = octets.decode("ascii")
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in (4, 6, 8, 10, 12))
    try:
        return datetime(int(text[:4]), month, day, hour, minute, second, int(text[15:-1].ljust(6, "0")), UTC)
    except ValueError:
        return None


def _is_plain_number(octets: bytes) -> bool:
    """Not negative, in as few octets as can be (DER)."""
    return octets[0] < 0x80 and (len(octets) == 1 or octets[0] != 0 or octets[1] >= 0x80)


def _whole(element: Element) -> slice:
    return slice(element.start, element.end)


def _octets(element: Element) -> slice:
    return slice(element.content, element.end)


def _only(der: bytes, start: int, end: int, *tags: int) -> Element:
    found = _elements(der, start, end)
    if len(found) != 1 or found[0].tag not in tags:
        raise Unfamiliar("not one element")
    return found[0]


def _inside(der: bytes, element: Element, *tags: int) -> list[Element]:
    """The elements inside one, of just these tags."""
    found = _elements(der, element.content, element.end)
    if tuple(one.tag for one in found) != tags:
        raise Unfamiliar("other elements")
    return found


def _elements(der: bytes, start: int, end: int) -> list[Element]:
    found = []
    while start < end:
        element = _element(der, start, end)
        found.append(element)
        start = element.end
    return found


def _element(der: bytes, start: int, end: int) -> Element:
    """Strictly DER: short tags, known lengths in as few octets as can be, nothing longer than what it is in."""
    if start + 2 > end or der[start] & 0x1F == 0x1F:
        raise Unfamiliar("not DER")
    length, content = der[start + 1], start + 2
    if length & 0x80:
        content += length & 0x7F
        size = int.from_bytes(der[start + 2 : content], "big")
        if content > end or size < 0x80 or der[start + 2] == 0:
            raise Unfamiliar("not DER")
        length = size
    if content + length > end:
        raise Unfamiliar("not DER")
    return Element(der[start], start, content, content + length)
