"""Search at the desk: by name, code, personal number or phone, by plain SQL. Row-level security decides whose rows.

Every way ends in an equality on the btree of `found_by`, newest first, one ordered scan an office: page 1 costs the same
with ten thousand dossiers and a million. Nothing here asks an operator that is not leakproof of a row nobody has been
let see yet (docs/decisions/0061-names.md).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from app.dossiers.naming import (
    MOST_WORDS,
    cuts,
    half_spelt,
    key_of,
    marks_of,
    name_words,
    similar_keys,
    spelt_key,
    unusual,
    without_telex,
)
from app.dossiers.newest import newest
from app.kit.db import Db

PAGE: Final = 30
FEW: Final = 4  # offices that are looked through at once


class Fit(IntEnum):
    """How well a dossier fits what was typed; better ones come first."""

    SPELT = 0  # every word, with the accents that were typed
    WORDS = 1  # every word
    BEGINNING = 2  # every word, the last one goes on
    SIMILAR = 3  # a mistake away


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    fit: Fit
    created_at: datetime
    dossier_id: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """One dossier a search found."""

    dossier_id: UUID
    code: str | None
    holder_name: str
    title: str
    state: str
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    office_id: int
    office_name: str
    fit: Fit

    @property
    def place(self) -> Place:
        return Place(self.fit, self.created_at, self.dossier_id)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed: words of a name, and the digits of a number."""

    words: tuple[str, ...]
    marks: int | None  # of the words, when accents were typed
    spelt: str | None  # the key of those who are spelt so, where they are few among all who fold alike
    last: str  # the word typed last: it may go on
    digits: str

    @property
    def nothing(self) -> bool:
        return not self.words and not self.digits


def read(text: str) -> Typed:
    """Read a search field. What has no word of letters only is one number, however grouped ("0912 345 678", "H99.24…")."""
    words = name_words(text)
    if not any(word.folded.isalpha() for word in words):
        return Typed((), None, None, "", "".join(letter for letter in text if letter in "0123456789"))
    numbers = [word.folded for word in words if word.folded.isdigit() and len(word.folded) > 2]
    named = [word for word in words if word.folded not in numbers]
    folded = tuple(word.folded for word in named)
    marks = spelt = None
    # Who leaves the accents of "nguyen" out has not said how the name is spelt: hardly anybody is spelt so.
    if any(word.spelt != word.folded for word in named) and not any(map(half_spelt, named)):
        marks = marks_of(named)
        spelt = spelt_key(key_of(folded), marks) if any(map(unusual, named)) else None
    return Typed(folded, marks, spelt, folded[-1], "".join(numbers))


_SHOWN: Final = """
SELECT d.id AS dossier_id, d.code, d.holder_name, d.title, d.state, d.due_at, d.original_due_at, d.paused_at, d.finished_at,
       f.at AS created_at, d.office_id, o.short_name AS office_name, f.fit
FROM ({found}) f JOIN dossier d ON d.id = f.dossier_id JOIN office o ON o.id = d.office_id
ORDER BY f.fit, f.at DESC, f.dossier_id DESC
"""
# The next tier is not begun when the page is full (Append stops at its LIMIT). (SELECT $n) hides what was asked from the
# planner, so that it keeps one plan: planning took longer than finding.
_EVERY: Final = "SELECT o.id AS office_id, (SELECT {key}::text) AS key FROM unnest((SELECT $1::int[])) AS o(id)"
_EACH: Final = """SELECT o.id AS office_id, k.key FROM unnest((SELECT $1::int[])) AS o(id)
  CROSS JOIN unnest((SELECT {keys}::text[])) AS k(key)"""
# The key of the other words and one that goes on stands between those before it and those after it (naming.key_of).
_GOING_ON: Final = """SELECT o.id AS office_id, CASE WHEN k.word = ANY ({others}) THEN {whole}
    ELSE {before}[1 + width_bucket(k.word, {others})] || k.word || {after}[1 + width_bucket(k.word, {others})] END AS key
  FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
    SELECT k.word FROM known_word k WHERE k.office_id = o.id AND k.cut >= (SELECT {last}::text)
      AND k.cut < (SELECT {end}::text) AND k.word = k.cut AND k.word <> (SELECT {last}::text) OFFSET 0) k"""
_HAS: Final = """EXISTS (SELECT 1 FROM found_by e WHERE e.office_id = s.office_id AND e.key = (SELECT {key}::text)
  AND e.at = n.at AND e.dossier_id = n.dossier_id)"""
# A dossier that another key has brought already. Row by row only where that key is anybody's at all, which is asked once:
# of a mistake or the beginning of a word it hardly ever is.
_HELD: Final = """((SELECT EXISTS (SELECT 1 FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
    SELECT 1 FROM found_by e WHERE e.office_id = o.id AND e.key = (SELECT {key}::text) LIMIT 1) e))
  AND """ + _HAS + ")"


async def search(
    db: Db, *, offices: tuple[int, ...], text: str, after: Place | None = None, limit: int = PAGE
) -> list[Found]:
    """Dossiers of these offices with a name or number like `text`, best first, newest first within; one more than `limit`.

    Names: every word, in any order, accents or not; if accents were typed, those spelt alike come first; then names in
    which the last word goes on. Numbers: the personal number or its last digits (4 and more), the phone, the code, its
    day and serial, or its serial. One statement, no count.
    """
    typed = read(text)
    if typed.nothing:
        return []
    if typed.digits:
        return await _by_number(db, offices, typed, after, limit)
    args: list[Any] = [list(offices), key_of(typed.words)]
    begun = Fit.WORDS if typed.marks is None else Fit.SPELT
    past = "true"
    if after is not None:
        args += [after.created_at, after.dossier_id]
        past, begun = "(n.at, n.dossier_id) < ($3, $4)", min(max(after.fit, begun), Fit.BEGINNING)
    ways = {Fit.SPELT: ("$2", "true"), Fit.WORDS: ("$2", "true")}
    if typed.marks is not None and begun < Fit.BEGINNING:
        args.append(typed.marks)
        ways = _by_spelling(args, typed.spelt)
    twice = _twice(offices, typed.words)
    tiers = [
        newest(
            _EVERY.format(key=key), fit=fit, where=f"{where} AND {past if fit is begun else 'true'}", limit=limit + 1,
            twice=twice,
        )
        for fit, (key, where) in ways.items() if fit >= begun
    ]
    tiers.append(_going_on(args, typed, past if begun is Fit.BEGINNING else "true", limit, twice))
    found = f"SELECT * FROM ({' UNION ALL '.join(tiers)}) found LIMIT {limit + 1}"
    return _found(await db.rows(_SHOWN.format(found=found), *args))


def _by_spelling(args: list[Any], spelt: str | None) -> dict[Fit, tuple[str, str]]:
    """Key and condition of those spelt as typed and of the others; the marks are the last of `args`.

    The few among many have a key of their own. Who has not got it (written by the release before) is one of the others.
    """
    marks = f"${len(args)}"
    if spelt is None:
        return {Fit.SPELT: ("$2", f"n.marks = {marks}"), Fit.WORDS: ("$2", f"n.marks <> {marks}")}
    args.append(spelt)
    own = f"${len(args)}"
    others = f"NOT (n.marks = {marks} AND {_HAS.format(key=own)})"
    return {Fit.SPELT: (own, "true"), Fit.WORDS: ("$2", others)}


_KNOWN: Final = """
SELECT DISTINCT k.cut, k.word FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN unnest((SELECT $2::text[])) AS c(cut)
CROSS JOIN LATERAL (SELECT k.cut, k.word FROM known_word k WHERE k.office_id = o.id AND k.cut = c.cut OFFSET 0) k
"""


def _going_on(args: list[Any], typed: Typed, past: str, limit: int, twice: bool) -> str:
    """Those whose last word goes on, but for those who have it as it is."""
    others = sorted({*typed.words[:-1]})
    before = ["".join(f"{one} " for one in others[:n]) for n in range(len(others) + 1)]
    after = ["".join(f" {one}" for one in others[n:]) for n in range(len(others) + 1)]
    n = len(args)
    args += [others, key_of(others), before, after, typed.last, _end_of(typed.last)]
    scans = _GOING_ON.format(
        others=f"${n + 1}::text[]", whole=f"${n + 2}::text", before=f"(${n + 3}::text[])", after=f"(${n + 4}::text[])",
        last=f"${n + 5}", end=f"${n + 6}",
    )
    where = f"{past} AND NOT {_HELD.format(key='$2')}"
    return newest(scans, fit=Fit.BEGINNING, where=where, limit=limit + 1, most=MOST_WORDS, twice=twice)


async def search_similar(
    db: Db, *, offices: tuple[int, ...], text: str, after: Place | None = None, limit: int = PAGE
) -> list[Found]:
    """Dossiers whose names are a typing mistake away in some of the words, newest first; none for numbers.

    What the words may have meant is looked up among the words these offices know; then their keys are asked for.
    """
    words = read(text).words
    if not words:
        return []
    sought = sorted({cut for word in words for cut in (*cuts(word), without_telex(word))})
    known: dict[str, list[str]] = {}
    for row in await db.rows(_KNOWN, list(offices), sought):
        known.setdefault(row["cut"], []).append(row["word"])
    keys = similar_keys(words, known)
    if not keys:
        return []
    args: list[Any] = [list(offices), keys, key_of(words)]
    past = "true"
    if after is not None:
        args += [after.created_at, after.dossier_id]
        past = "(n.at, n.dossier_id) < ($4, $5)"
    found = newest(
        _EACH.format(keys="$2"), fit=Fit.SIMILAR, where=f"{past} AND NOT {_HELD.format(key='$3')}", limit=limit + 1,
        most=1 << (len(keys) - 1).bit_length(),  # few texts, so that their plans are kept
        twice=_twice(offices, words),
    )
    return _found(await db.rows(_SHOWN.format(found=found), *args))


async def _by_number(db: Db, offices: tuple[int, ...], typed: Typed, after: Place | None, limit: int) -> list[Found]:
    """By the ends of numbers, newest first; with words, only where the names hold them too."""
    digits = typed.digits
    ends = [f"#c{digits.zfill(4)}"] * (len(digits) <= 4) + [f"#n{digits[-4:]}"] * (4 <= len(digits) <= 12)
    ends += [f"#p{digits[-9:]}"] * (9 <= len(digits) <= 11)
    args: list[Any] = [list(offices), ends]

    def placed(value: object) -> str:
        args.append(value)
        return f"${len(args)}"

    where = ["true"]
    if after is not None:
        where.append(f"(n.at, n.dossier_id) < ({placed(after.created_at)}, {placed(after.dossier_id)})")
    if typed.words:
        where.append(_HAS.format(key=placed(key_of(typed.words))))
    dated = ""
    if len(digits) >= 10:
        day, serial = placed(digits[-10:-4]), placed(digits[-4:])
        dated = " UNION " + _DAY_AND_SERIAL.format(fit=int(Fit.WORDS), day=day, serial=serial, where=" AND ".join(where))
    if len(digits) > 4:
        where.append(_WHOLE.format(digits=placed(digits)))
    found = newest(
        _EACH.format(keys="$2"), fit=Fit.WORDS, where=" AND ".join(where), limit=limit + 1, most=4,
        twice=_twice(offices, typed.words),
    )
    if dated:
        found = f"SELECT * FROM ({found}{dated}) found ORDER BY at DESC, dossier_id DESC LIMIT {limit + 1}"
    return _found(await db.rows(_SHOWN.format(found=found), *args))


# The end of a number finds few; only those are compared in full. A phone's nine digits are all of it.
_WHOLE: Final = """(left(s.key, 2) = '#p' OR EXISTS (SELECT 1 FROM dossier d JOIN citizen c ON c.id = d.applicant_id
  WHERE d.id = n.dossier_id AND right(c.personal_number, length({digits})) = {digits}))"""
_DAY_AND_SERIAL: Final = """
SELECT {fit} AS fit, n.at, n.dossier_id FROM unnest((SELECT $1::int[])) AS s(office_id) JOIN office p ON p.id = s.office_id
CROSS JOIN LATERAL (
  SELECT n.created_at AS at, n.id AS dossier_id FROM dossier n
  WHERE n.code = p.code || '-' || {day} || '-' || {serial} OFFSET 0) n WHERE {where}
"""


def _twice(offices: tuple[int, ...], words: tuple[str, ...]) -> bool:
    """A page of a province is found in two looks, unless three words together are asked for, which few have."""
    return len(offices) > FEW and len(words) < 3


def _end_of(beginning: str) -> str:
    """The first text after all that begin so, in the order of bytes."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)


def _found(rows: list[Any]) -> list[Found]:
    return [_one(*row) for row in rows]


def _one(*row: Any) -> Found:
    """Columns and fields are in one order."""
    values = list(row)
    values[-1] = Fit(values[-1])
    return Found(*values)
