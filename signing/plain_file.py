"""Read just enough of a plain PDF to add a revision: a classic cross-reference table, dictionaries on their own.

pyHanko reads everything, octet by octet; a second signer paid more for reading the first one's container than for both
signatures. Here only the handful of objects that a signature touches is looked at, values stay as the octets they are,
and anything not exactly of the form that our papers have is `Unfamiliar`: then pyHanko reads the file as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_SECTION = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\n")
_LINE = re.compile(rb"(\d{10}) 00000 n[ \r]\n")
_TRAILER = re.compile(rb"trailer\s*(?=<<)")
_TOKEN = re.compile(
    rb"[ \r\n\t]*(?:(?P<ref>\d{1,7} 0 R(?![^\s<>\[\]()/%{}]))|(?P<open><<|\[)|(?P<close>>>|\])"
    rb"|(?P<name>/[^\s<>\[\]()/%{}]*)|(?P<hex><[0-9A-Fa-f]*>)|(?P<text>\()|(?P<word>[^\s<>\[\]()/%{}]+))"
)
_IN_TEXT = re.compile(rb"\\.|[()]", re.DOTALL)
_MOST_REVISIONS = 64
_TRAILER_KEYS = {b"/Info", b"/Root", b"/Size", b"/ID", b"/Prev"}

Entries = dict[bytes, bytes]


class Unfamiliar(Exception):
    """Not of the form this module knows; says nothing against the file."""


@dataclass(frozen=True)
class Section:
    """One run of object numbers in a cross-reference table: the first, how many, and where its lines begin."""

    first: int
    count: int
    at: int


class PlainFile:
    """A PDF whose objects are looked up when asked for, the newest revision first."""

    def __init__(self, pdf: bytes) -> None:
        """Raises Unfamiliar."""
        found = _END.search(pdf, max(0, len(pdf) - 40))
        if found is None or not pdf.startswith(b"%PDF-1.7\n"):
            raise Unfamiliar("end or head")
        self.pdf = pdf
        self.newest = int(found[1])
        self._sections: list[list[Section]] = []
        self.trailer, at = self._revision(self.newest)
        older = self.trailer
        while (before := older.get(b"/Prev")) is not None:
            if len(self._sections) >= _MOST_REVISIONS or not before.isdigit() or int(before) >= at:
                raise Unfamiliar("revisions")
            older, at = self._revision(int(before))

    def _revision(self, at: int) -> tuple[Entries, int]:
        if self.pdf[at : at + 5] != b"xref\n":
            raise Unfamiliar("no table")
        sections, place = [], at + 5
        while found := _SECTION.match(self.pdf, place):
            sections.append(Section(int(found[1]), int(found[2]), found.end()))
            place = found.end() + 20 * int(found[2])
        trailer = _TRAILER.match(self.pdf, place)
        if trailer is None:
            raise Unfamiliar("no trailer")
        self._sections.append(sections)
        entries, _ = dictionary(self.pdf, trailer.end())
        if not entries.keys() <= _TRAILER_KEYS:
            raise Unfamiliar("trailer")
        return entries, at

    def entries(self, number: int) -> Entries:
        """The dictionary that object `number` is. Raises Unfamiliar, also for streams."""
        head = b"%d 0 obj\n" % number
        at = self._offset(number)
        if not self.pdf.startswith(head, at):
            raise Unfamiliar("object")
        entries, end = dictionary(self.pdf, at + len(head))
        if not self.pdf.startswith(b"\nendobj", end):
            raise Unfamiliar("not a dictionary alone")
        return entries

    def _offset(self, number: int) -> int:
        for sections in self._sections:
            for one in sections:
                if one.first <= number < one.first + one.count:
                    line = _LINE.match(self.pdf, one.at + 20 * (number - one.first))
                    if line is None:
                        raise Unfamiliar("line of the table")
                    return int(line[1])
        raise Unfamiliar("object")

    def follow(self, value: bytes | None) -> Entries:
        """The dictionary a value is or points to. Raises Unfamiliar."""
        if value is None:
            raise Unfamiliar("nothing there")
        return dictionary(value, 0)[0] if value.startswith(b"<<") else self.entries(number_of(value))


def dictionary(data: bytes, at: int) -> tuple[Entries, int]:
    """The entries of the dictionary at `at`, values as they stand, and where it ends. Raises Unfamiliar."""
    kind, start, end = _token(data, at)
    if data[start:end] != b"<<":
        raise Unfamiliar("no dictionary")
    entries: Entries = {}
    while True:
        kind, start, end = _token(data, end)
        if kind == "close" and data[start:end] == b">>":
            return entries, end
        name = data[start:end]
        if kind != "name" or b"#" in name or name in entries:
            raise Unfamiliar("key")
        start, end = _value(data, end)
        entries[name] = data[start:end]


def items(value: bytes | None) -> list[bytes]:
    """The values in an array, as they stand; nothing counts as empty. Raises Unfamiliar."""
    return [] if value is None else list(_items(value))


def _items(value: bytes) -> Iterator[bytes]:
    kind, start, end = _token(value, 0)
    if value[start:end] != b"[":
        raise Unfamiliar("no array")
    while True:
        kind, start, _ = _token(value, end)
        if kind == "close":
            return
        start, end = _value(value, end)
        yield value[start:end]


def number_of(value: bytes) -> int:
    """The object a reference points to. Raises Unfamiliar."""
    number, _, rest = value.partition(b" ")
    if rest != b"0 R" or not number.isdigit():
        raise Unfamiliar("no reference")
    return int(number)


def _value(data: bytes, at: int) -> tuple[int, int]:
    """Where the next value begins and ends, brackets and all that is in them."""
    kind, start, end = _token(data, at)
    if kind == "close":
        raise Unfamiliar("value")
    waiting = [data[start:end]] if kind == "open" else []
    while waiting:
        kind, inner, end = _token(data, end)
        if kind == "open":
            waiting.append(data[inner:end])
        elif kind == "close" and (waiting.pop() == b"<<") != (data[inner:end] == b">>"):
            raise Unfamiliar("brackets")
    return start, end


def _token(data: bytes, at: int) -> tuple[str, int, int]:
    found = _TOKEN.match(data, at)
    if found is None or found.lastgroup is None:
        raise Unfamiliar("token")
    start, end = found.span(found.lastgroup)
    if found.lastgroup == "text":
        depth = 1
        while depth:
            mark = _IN_TEXT.search(data, end)
            if mark is None:
                raise Unfamiliar("text without end")
            end = mark.end()
            depth += {b"(": 1, b")": -1}.get(mark[0], 0)
    return found.lastgroup, start, end
