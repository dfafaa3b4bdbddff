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
from app.kit.db import Db

PAGE: Final = 30


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
# Each tier is one ordered scan an office; the next tier is not begun when the page is full (Append stops at its LIMIT).
# OFFSET 0 keeps the order of the loops; (SELECT $1) hides how many offices there are, so that PostgreSQL does not think
# a plan for each number worth making again: planning took longer than finding.
_TIER: Final = """
(SELECT {fit} AS fit, at, dossier_id FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
   SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = {key} AND {conditions}
   ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
 ORDER BY at DESC, dossier_id DESC LIMIT {limit})
"""
# A dossier that another key has brought already. Row by row only where that key is anybody's at all, which is asked once:
# of a mistake or the beginning of a word it hardly ever is.
_HELD: Final = """(
  (SELECT EXISTS (SELECT 1 FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
     SELECT 1 FROM found_by e WHERE e.office_id = o.id AND e.key = {key} LIMIT 1) e))
  AND EXISTS (SELECT 1 FROM found_by e
     WHERE e.office_id = o.id AND e.key = {key} AND e.at = n.at AND e.dossier_id = n.dossier_id))"""
_SPELT: Final = """EXISTS (SELECT 1 FROM found_by e
  WHERE e.office_id = o.id AND e.key = {key} AND e.at = n.at AND e.dossier_id = n.dossier_id)"""
# The key of the other words and one that goes on: it stands between those before it and those after it (naming.key_of).
_WITH: Final = """CASE WHEN k.word = ANY ({others}) THEN {whole}
  ELSE {before}[1 + width_bucket(k.word, {others})] || k.word || {after}[1 + width_bucket(k.word, {others})] END"""
# A dossier comes once with each of its words at most: so many of the newest hold a page, and only they are sorted.
_BEGINNING: Final = """
(SELECT DISTINCT 2 AS fit, at, dossier_id FROM (
   SELECT n.at, n.dossier_id FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
     SELECT k.word FROM known_word k
     WHERE k.office_id = o.id AND k.cut >= {last} AND k.cut < {end} AND k.word = k.cut AND k.word <> {last} OFFSET 0) k
   CROSS JOIN LATERAL (
     SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = {key} AND {conditions} AND NOT {held}
     ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
   ORDER BY n.at DESC, n.dossier_id DESC LIMIT {hits}) n
 ORDER BY at DESC, dossier_id DESC LIMIT {limit})
"""


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
    tiers = [
        _TIER.format(
            fit=int(fit), key=key, conditions=f"{condition} AND {past if fit is begun else 'true'}", limit=limit + 1
        )
        for fit, (key, condition) in ways.items() if fit >= begun
    ]
    tiers.append(_going_on(args, typed, past if begun is Fit.BEGINNING else "true", limit))
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
    others = f"NOT (n.marks = {marks} AND {_SPELT.format(key=own)})"
    return {Fit.SPELT: (own, "true"), Fit.WORDS: ("$2", others)}


_SIMILAR: Final = """
SELECT DISTINCT 3 AS fit, at, dossier_id FROM unnest((SELECT $1::int[])) AS o(id)
CROSS JOIN unnest((SELECT $2::text[])) AS k(key) CROSS JOIN LATERAL (
  SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = k.key AND {conditions} AND NOT {held}
  ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
ORDER BY at DESC, dossier_id DESC LIMIT {limit}
"""
_KNOWN: Final = """
SELECT DISTINCT k.cut, k.word FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN unnest((SELECT $2::text[])) AS c(cut)
CROSS JOIN LATERAL (SELECT k.cut, k.word FROM known_word k WHERE k.office_id = o.id AND k.cut = c.cut OFFSET 0) k
"""


def _going_on(args: list[Any], typed: Typed, conditions: str, limit: int) -> str:
    """Those whose last word goes on."""
    others = sorted({*typed.words[:-1]})
    before = ["".join(f"{one} " for one in others[:n]) for n in range(len(others) + 1)]
    after = ["".join(f" {one}" for one in others[n:]) for n in range(len(others) + 1)]
    n = len(args)
    args += [others, key_of(others), before, after, typed.last, _end_of(typed.last)]
    key = _WITH.format(
        others=f"${n + 1}::text[]", whole=f"${n + 2}", before=f"(${n + 3}::text[])", after=f"(${n + 4}::text[])"
    )
    return _BEGINNING.format(
        key=key, last=f"${n + 5}", end=f"${n + 6}", limit=limit + 1, hits=(limit + 1) * MOST_WORDS, conditions=conditions,
        held=_HELD.format(key="$2"),
    )


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
    conditions = "true"
    if after is not None:
        args += [after.created_at, after.dossier_id]
        conditions = "(n.at, n.dossier_id) < ($4, $5)"
    found = _SIMILAR.format(conditions=conditions, held=_HELD.format(key="$3"), limit=limit + 1)
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

    # Only what was typed is part of the text, so that PostgreSQL keeps its plan.
    past = named = whole = ""
    if after is not None:
        past = f"AND (n.at, n.dossier_id) < ({placed(after.created_at)}, {placed(after.dossier_id)})"
    if typed.words:
        named = _NAMED.format(key=placed(key_of(typed.words)))
    if len(digits) > 4:
        whole = _WHOLE.format(digits=placed(digits))
    ways = _ENDS.format(past=past, whole=whole, limit=limit + 1)
    if len(digits) >= 10:
        ways += _DAY_AND_SERIAL.format(day=placed(digits[-10:-4]), serial=placed(digits[-4:]), past=past)
    found = _NUMBER.format(ways=ways, named=named, hits=(limit + 1) * (len(ends) + 1), limit=limit + 1)
    return _found(await db.rows(_SHOWN.format(found=found), *args))


# A dossier is found once by each end at most: so many of the newest hold a page, and only they are sorted.
_NUMBER: Final = """
SELECT DISTINCT 1 AS fit, at, dossier_id FROM (
  SELECT at, dossier_id FROM ({ways}) n {named} ORDER BY at DESC, dossier_id DESC LIMIT {hits}) n
ORDER BY at DESC, dossier_id DESC LIMIT {limit}
"""
_NAMED: Final = """WHERE EXISTS (SELECT 1 FROM found_by e WHERE e.office_id = n.office_id AND e.key = {key} AND e.at = n.at
  AND e.dossier_id = n.dossier_id)"""
_ENDS: Final = """
SELECT n.* FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN unnest((SELECT $2::text[])) AS k(key)
CROSS JOIN LATERAL (
  SELECT n.office_id, n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = k.key {past} {whole}
  ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
"""
# The end of a number finds few; only those are compared in full. A phone's nine digits are all of it.
_WHOLE: Final = """AND (left(k.key, 2) = '#p' OR EXISTS (SELECT 1 FROM dossier d JOIN citizen c ON c.id = d.applicant_id
  WHERE d.id = n.dossier_id AND right(c.personal_number, length({digits})) = {digits}))"""
_DAY_AND_SERIAL: Final = """
UNION ALL
SELECT n.* FROM unnest((SELECT $1::int[])) AS o(id) JOIN office p ON p.id = o.id CROSS JOIN LATERAL (
  SELECT n.office_id, n.created_at AS at, n.id AS dossier_id FROM dossier n
  WHERE n.code = p.code || '-' || {day} || '-' || {serial} OFFSET 0) n WHERE true {past}
"""


def _end_of(beginning: str) -> str:
    """The first text after all that begin so, in the order of bytes."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)


def _found(rows: list[Any]) -> list[Found]:
    return [Found(**{**row, "fit": Fit(row["fit"])}) for row in rows]
