"""Write the revision a signature is, by hand, for files of the plain form that our papers have.

It says what pyHanko would say, object by object and in the same order; `tests/signing/test_revision.py` holds one
beside the other. Taken are an image in a new place of an unsigned file, and an image in a place kept by an earlier
signer, with an RSA key (an elliptic one needs PDF 2.0). Whatever else is asked, or found in the file, is Unfamiliar and
goes through pyHanko, which also does the refusing: nothing is judged bad here.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_der_x509_certificate

from signing import objects
from signing.appearance import Appearance, LaterSignature
from signing.plain_file import Entries, PlainFile, Unfamiliar, items, number_of
from signing.stamp import prepared_image

_EXTENSIONS = b"<<\n/ESIC <<\n/Type /DeveloperExtensions\n/BaseVersion /1.7\n/ExtensionLevel 1\n>>\n>>"


@dataclass(frozen=True)
class Wanted:
    """What the signature says of itself. `permissions`: /P of a certification (ISO 32000-2, 12.8.2.2), or None."""

    appearance: Appearance
    field: str
    later: tuple[LaterSignature, ...]
    permissions: int | None
    reason: str | None
    location: str | None
    moment: datetime
    room: int  # hexadecimal digits kept for the container


@dataclass(frozen=True)
class Prepared:
    """A file with an empty container: its digest (SHA-256), and from where to where the container reaches."""

    data: bytearray = dataclass_field(repr=False)
    digest: bytes
    start: int
    end: int
    sha256_before: str

    def filled(self, container: bytes) -> bytes:
        """The signed file. Raises ValueError when the container is larger than its room."""
        digits = container.hex().upper().encode()
        if len(digits) > self.end - self.start - 2:
            raise ValueError("the container is larger than the room kept for it")
        self.data[self.start + 1 : self.start + 1 + len(digits)] = digits
        return bytes(self.data)


def prepare(pdf: bytes, certificate: bytes, wanted: Wanted) -> Prepared:
    """The file with room for the signature. Raises Unfamiliar: pyHanko must do it."""
    if wanted.appearance.image_png is None or wanted.appearance.lines or not _is_rsa(certificate):
        raise Unfamiliar("appearance or key")
    file = PlainFile(pdf)
    root = number_of(file.trailer[b"/Root"])
    catalogue = file.entries(root)
    made = Revision(file, root, catalogue)
    if b"/AcroForm" in catalogue:
        made.fill_place(wanted)
    else:
        made.make_places(wanted)
    return made.written(pdf)


class Revision:
    """Objects of one revision, by number."""

    def __init__(self, file: PlainFile, root: int, catalogue: Entries) -> None:
        self.file, self.root, self.catalogue = file, root, catalogue
        self.changed: dict[int, bytes] = {}
        self.added: list[bytes] = []
        # pyHanko counts on from /Size itself.
        self._first_new = int(file.trailer[b"/Size"]) + 1

    def make_places(self, wanted: Wanted) -> None:
        """The first signature: form, places for those who sign later, this one's place and this signature."""
        if self.catalogue.keys() & {b"/Perms", b"/Extensions"}:
            raise Unfamiliar("catalogue")
        pages = _Pages(self.file, self.catalogue)
        form = self._reserve()
        known = [wanted.field, *(place.field for place in wanted.later)]
        if len(set(known)) != len(known):
            raise Unfamiliar("names")
        fields = []
        for place in wanted.later:
            number = self._reserve()
            page = pages.annotated(place.page, number)
            lock = b"" if not place.closes else b"/Lock %d 0 R\n" % self.add(objects.lock(known))
            empty = self.add(objects.drawing(place.box, b"<<\n>>", b""))
            self._put(number, objects.widget(place.field, place.box, page, lock, empty))
            fields.append(number)
        number = self._reserve()
        page = pages.annotated(wanted.appearance.page, number)
        fields.append(number)
        look = self._look(wanted.appearance)
        reference = b"" if wanted.permissions is None else objects.certification(wanted.permissions)
        signature = self.add(objects.signature(wanted.moment, wanted.location, wanted.reason, wanted.room, reference))
        value = b"/V %d 0 R\n" % signature
        self._put(number, objects.widget(wanted.field, wanted.appearance.box, page, b"", look, value))
        self._put(form, b"<<\n/Fields [ %s ]\n/SigFlags 3\n>>" % objects.references(fields))
        extra = {b"/AcroForm": b"%d 0 R" % form, b"/Extensions": _EXTENSIONS}
        if wanted.permissions is not None:
            extra[b"/Perms"] = b"<<\n/DocMDP %d 0 R\n>>" % signature
        self.changed[self.root] = objects.written({**self.catalogue, **extra})
        self.changed.update(pages.changed)

    def fill_place(self, wanted: Wanted) -> None:
        """A later signature: the place is there and empty, and nobody closed the file."""
        if wanted.permissions is not None or wanted.later:
            raise Unfamiliar("a later signature that certifies or keeps places")
        if b"/ESIC" not in self.file.follow(self.catalogue.get(b"/Extensions")):
            raise Unfamiliar("extensions")
        form = self.file.entries(number_of(self.catalogue[b"/AcroForm"]))
        if form.keys() != {b"/Fields", b"/SigFlags"} or form[b"/SigFlags"] != b"3":
            raise Unfamiliar("form")
        place: tuple[int, Entries] | None = None
        wanted_name = objects.text(wanted.field)
        for reference in items(form[b"/Fields"]):
            one = self.file.entries(number_of(reference))
            if one.get(b"/FT") != b"/Sig" or one.keys() & {b"/Kids", b"/SV", b"/Parent"}:
                raise Unfamiliar("field")
            if one.get(b"/T") == wanted_name and place is None:
                place = number_of(reference), one
            elif one.get(b"/V") is not None:
                self._check_open(one)
        if place is None or b"/V" in place[1]:
            raise Unfamiliar("place")
        number, entries = place
        corners = tuple(float(value) for value in items(entries.get(b"/Rect")))
        if corners != wanted.appearance.box.corners:
            raise Unfamiliar("rectangle")
        reference = self._lock_of(entries)
        look = self._look(wanted.appearance)
        signature = self.add(objects.signature(wanted.moment, wanted.location, wanted.reason, wanted.room, reference))
        filled = {**entries, b"/AP": b"<<\n/N %d 0 R\n>>" % look, b"/V": b"%d 0 R" % signature}
        self.changed[number] = objects.written(filled)

    def add_store(self, certificates: Sequence[bytes], ocsps: Sequence[bytes], crls: Sequence[bytes]) -> None:
        """Proofs of validity (DSS). A file that has some already is pyHanko's."""
        if b"/DSS" in self.catalogue or b"/AcroForm" not in self.catalogue:
            raise Unfamiliar("a store, or no signature")
        kinds = {b"/Certs": certificates, b"/OCSPs": ocsps, b"/CRLs": crls}
        proofs = {
            name: b"[ %s ]" % objects.references([self.add(objects.proof(der)) for der in found])
            for name, found in kinds.items() if found
        }  # fmt: skip
        store = self.add(objects.written(proofs))
        self.changed[self.root] = objects.written({**self.catalogue, b"/DSS": b"%d 0 R" % store})

    def _check_open(self, signed: Entries) -> None:
        """A signature that forbids others is pyHanko's to refuse."""
        if b"/Lock" in signed:
            raise Unfamiliar("closed")
        for one in items(self.file.follow(signed[b"/V"]).get(b"/Reference")):
            rule = self.file.follow(one)
            asked = self.file.follow(rule.get(b"/TransformParams"))
            if rule.get(b"/TransformMethod") != b"/DocMDP" or asked.get(b"/P") != b"2":
                raise Unfamiliar("closed")

    def _lock_of(self, place: Entries) -> bytes:
        if b"/Lock" not in place:
            return b""
        lock = self.file.follow(place[b"/Lock"])
        if lock.get(b"/Action") != b"/Include" or lock.get(b"/P") != b"1":
            raise Unfamiliar("lock")
        return (
            b"/Reference [ <<\n/Type /SigRef\n/TransformMethod /FieldMDP\n/Data %d 0 R\n/TransformParams <<\n"
            b"/Action /Include\n/Fields %s\n/Type /TransformParams\n/V /1.2\n/P 1\n>>\n>> ]\n"
            % (self.root, lock[b"/Fields"])
        )

    def _look(self, appearance: Appearance) -> int:
        assert appearance.image_png is not None
        width, height, colours, mask = prepared_image(appearance.image_png)
        shape = b""
        if mask is not None:
            shape = b"/SMask %d 0 R\n" % self.add(objects.image(width, height, b"/DeviceGray", b"", mask))
        image = self.add(objects.image(width, height, b"/DeviceRGB", shape, colours))
        across, up = objects.size(appearance.box)
        scale = min(across / width, up / height)
        drawn = width * scale, height * scale
        content = b"q\nq %.3f 0 0 %.3f %.3f %.3f cm /Image Do Q\nQ" % (
            *drawn, (across - drawn[0]) / 2, (up - drawn[1]) / 2,
        )  # fmt: skip
        return self.add(objects.drawing(appearance.box, b"<<\n/XObject <<\n/Image %d 0 R\n>>\n>>" % image, content))

    def _reserve(self) -> int:
        self.added.append(b"")
        return self._first_new + len(self.added) - 1

    def add(self, body: bytes) -> int:
        """A new object; its number."""
        number = self._reserve()
        self._put(number, body)
        return number

    def _put(self, number: int, body: bytes) -> None:
        self.added[number - self._first_new] = body

    def written(self, pdf: bytes) -> Prepared:
        """The file with this revision, whose last object is the signature, at its end."""
        tail, last = self.tail(pdf)
        return _with_range(pdf, tail, last)

    def tail(self, pdf: bytes) -> tuple[bytearray, int]:
        """What is to be put behind the file, and where in it the last object lies."""
        out = io.BytesIO()
        new = {self._first_new + n: body for n, body in enumerate(self.added)}
        offsets: dict[int, int] = {}
        for number, body in sorted({**self.changed, **new}.items()):
            offsets[number] = len(pdf) + out.tell()
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        table, last = len(pdf) + out.tell(), max(offsets)
        out.write(_table(offsets) + self._trailer(last))
        out.write(b"startxref\n%d\n%%%%EOF\n" % table)
        return bytearray(out.getvalue()), offsets[last] - len(pdf)

    def _trailer(self, last: int) -> bytes:
        old = self.file.trailer
        first_id = items(old[b"/ID"])[0]
        if not first_id.startswith(b"<"):
            raise Unfamiliar("identity")
        return b"trailer\n<<\n/Info %s\n/Root %d 0 R\n/Size %d\n/ID [ %s <%s> ]\n/Prev %d\n>>\n" % (
            old[b"/Info"], self.root, last + 1, first_id, os.urandom(16).hex().encode(), self.file.newest,
        )  # fmt: skip


class _Pages:
    """The pages of a file whose page tree has one level."""

    def __init__(self, file: PlainFile, catalogue: Entries) -> None:
        self._file = file
        self._numbers = [number_of(kid) for kid in items(file.follow(catalogue.get(b"/Pages")).get(b"/Kids"))]
        self._pages: dict[int, Entries] = {}

    def annotated(self, page: int, annotation: int) -> int:
        """Put an annotation on a page (0 is the first, -1 the last); the page's number."""
        if not -len(self._numbers) <= page < len(self._numbers):
            raise Unfamiliar("page")
        number = self._numbers[page]
        entries = self._pages.get(number) or self._file.entries(number)
        if entries.get(b"/Type") != b"/Page":
            raise Unfamiliar("page")
        there = items(entries.get(b"/Annots"))
        shown = b"[ %s ]" % b" ".join([*there, b"%d 0 R" % annotation])
        self._pages[number] = {**entries, b"/Annots": shown}
        return number

    @property
    def changed(self) -> dict[int, bytes]:
        return {number: objects.written(entries) for number, entries in self._pages.items()}


def _with_range(pdf: bytes, tail: bytearray, signature_at: int) -> Prepared:
    """Write `/ByteRange` and take the digests, each octet once. `signature_at`: of the last object, in the tail."""
    start = tail.index(b"/Contents <", signature_at) + len(b"/Contents ")
    end = tail.index(b">", start) + 1
    whole = len(pdf) + len(tail)
    there = tail.index(b"[]", end)
    said = b"[0 %d %d %d]" % (len(pdf) + start, len(pdf) + end, whole - len(pdf) - end)
    tail[there : there + len(said)] = said
    digest = hashlib.sha256(pdf)
    before = digest.hexdigest()
    digest.update(tail[:start])
    digest.update(tail[end:])
    return Prepared(bytearray(pdf) + tail, digest.digest(), len(pdf) + start, len(pdf) + end, before)


def _table(offsets: dict[int, int]) -> bytes:
    """The cross-reference table: runs of numbers, the free object 0 before the first."""
    lines = {0: b"0000000000 65535 f \n"} | {number: b"%010d 00000 n \n" % at for number, at in offsets.items()}
    parts, run = [b"xref\n"], [0]
    for number in [*sorted(offsets), -1]:
        if number == run[-1] + 1:
            run.append(number)
            continue
        parts.append(b"%d %d\n" % (run[0], len(run)))
        parts.extend(lines[one] for one in run)
        run = [number]
    return b"".join(parts)


@functools.lru_cache(maxsize=256)
def _is_rsa(certificate: bytes) -> bool:
    return isinstance(load_der_x509_certificate(certificate).public_key(), rsa.RSAPublicKey)
