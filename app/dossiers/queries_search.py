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

from app.dossiers.naming import cuts, key_of, marks_of, name_words, similar_keys, without_telex
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
    last: str  # the word typed last: it may go on
    digits: str

    @property
    def nothing(self) -> bool:
        return not self.words and not self.digits


def read(text: str) -> Typed:
    """Read a search field. What has no word of letters only is one number, however grouped ("0912 345 678", "H99.24…")."""
    words = name_words(text)
    if not any(word.folded.isalpha() for word in words):
        return Typed((), None, "", "".join(letter for letter in text if letter in "0123456789"))
    numbers = [word.folded for word in words if word.folded.isdigit() and len(word.folded) > 2]
    named = [word for word in words if word.folded not in numbers]
    spelt = any(word.spelt != word.folded for word in named)
    folded = tuple(word.folded for word in named)
    return Typed(folded, marks_of(named) if spelt else None, folded[-1], "".join(numbers))


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
   SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = $2 AND {conditions}
   ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
 ORDER BY at DESC, dossier_id DESC LIMIT {limit})
"""
_BEGINNING: Final = """
(SELECT DISTINCT 2 AS fit, at, dossier_id FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN LATERAL (
   SELECT k.word FROM known_word k
   WHERE k.office_id = o.id AND k.cut >= {last} AND k.cut < {end} AND k.word = k.cut AND k.word <> {last} OFFSET 0) k
 CROSS JOIN LATERAL (
   SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = (
       SELECT string_agg(DISTINCT w COLLATE "C", ' ' ORDER BY w COLLATE "C") FROM unnest({others} || k.word) w)
     AND {conditions} AND NOT EXISTS (SELECT 1 FROM found_by e
       WHERE e.office_id = o.id AND e.key = $2 AND e.at = n.at AND e.dossier_id = n.dossier_id)
   ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
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
    alike = {Fit.SPELT: "true", Fit.WORDS: "true"}
    if typed.marks is not None and begun < Fit.BEGINNING:
        args.append(typed.marks)
        alike = {Fit.SPELT: f"n.marks = ${len(args)}", Fit.WORDS: f"n.marks <> ${len(args)}"}
    tiers = [
        _TIER.format(fit=int(fit), conditions=f"{condition} AND {past if fit is begun else 'true'}", limit=limit + 1)
        for fit, condition in alike.items() if fit >= begun
    ]
    n = len(args)
    args += [list(typed.words[:-1]), typed.last, _end_of(typed.last)]
    tiers.append(_BEGINNING.format(
        others=f"${n + 1}::text[]", last=f"${n + 2}", end=f"${n + 3}", limit=limit + 1,
        conditions=past if begun is Fit.BEGINNING else "true",
    ))
    found = f"SELECT * FROM ({' UNION ALL '.join(tiers)}) found LIMIT {limit + 1}"
    return _found(await db.rows(_SHOWN.format(found=found), *args))


_SIMILAR: Final = """
SELECT DISTINCT 3 AS fit, at, dossier_id FROM unnest((SELECT $1::int[])) AS o(id)
CROSS JOIN unnest((SELECT $2::text[])) AS k(key) CROSS JOIN LATERAL (
  SELECT n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = k.key AND {conditions}
    AND NOT EXISTS (SELECT 1 FROM found_by e WHERE e.office_id = o.id AND e.key = $3 AND e.at = n.at
      AND e.dossier_id = n.dossier_id)
  ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
ORDER BY at DESC, dossier_id DESC LIMIT {limit}
"""
_KNOWN: Final = """
SELECT DISTINCT k.cut, k.word FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN unnest((SELECT $2::text[])) AS c(cut)
CROSS JOIN LATERAL (SELECT k.cut, k.word FROM known_word k WHERE k.office_id = o.id AND k.cut = c.cut OFFSET 0) k
"""


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
    found = _SIMILAR.format(conditions=conditions, limit=limit + 1)
    return _found(await db.rows(_SHOWN.format(found=found), *args))


async def _by_number(db: Db, offices: tuple[int, ...], typed: Typed, after: Place | None, limit: int) -> list[Found]:
    """By the ends of numbers, newest first; with words, only where the names hold them too."""
    digits = typed.digits
    ends = [f"#c{digits.zfill(4)}"] * (len(digits) <= 4) + [f"#n{digits[-4:]}"] * (4 <= len(digits) <= 12)
    args: list[Any] = [list(offices), ends, [f"#p{digits[-9:]}"] * (9 <= len(digits) <= 11), digits, key_of(typed.words)]
    past = ""
    if after is not None:
        args += [after.created_at, after.dossier_id]
        past = "AND (n.at, n.dossier_id) < ($6, $7)"
    ways = _ENDS
    if len(digits) >= 10:
        ways += _DAY_AND_SERIAL.format(day=f"${len(args) + 1}", serial=f"${len(args) + 2}", past="{past}")
        args += [digits[-10:-4], digits[-4:]]
    found = _NUMBER.format(ways=ways.format(past=past, limit=limit + 1), limit=limit + 1)
    return _found(await db.rows(_SHOWN.format(found=found), *args))


_NUMBER: Final = """
SELECT DISTINCT 1 AS fit, at, dossier_id FROM ({ways}) n
WHERE $5 = '' OR EXISTS (SELECT 1 FROM found_by e WHERE e.office_id = n.office_id AND e.key = $5 AND e.at = n.at
  AND e.dossier_id = n.dossier_id)
ORDER BY at DESC, dossier_id DESC LIMIT {limit}
"""
# The end of a number finds few; only those are compared in full.
_ENDS: Final = """
SELECT n.* FROM unnest((SELECT $1::int[])) AS o(id) CROSS JOIN unnest((SELECT $2::text[] || $3::text[])) AS k(key)
CROSS JOIN LATERAL (
  SELECT n.office_id, n.at, n.dossier_id FROM found_by n WHERE n.office_id = o.id AND n.key = k.key {past}
    AND (length($4) <= 4 OR k.key = ANY($3::text[]) OR EXISTS (SELECT 1 FROM dossier d JOIN citizen c
      ON c.id = d.applicant_id WHERE d.id = n.dossier_id AND right(c.personal_number, length($4)) = $4))
  ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}) n
"""
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
