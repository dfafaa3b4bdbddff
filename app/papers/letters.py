"""Text on its way to paper: composed, without invisible tricks, and only letters the typeface draws."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal
from uuid import UUID

from app.papers import fonts, words
from app.papers.errors import LetterMissing, PaperDamaged

Unknown = Literal["refuse", "mark"]

_MARK = "□"
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LONG_WORD = re.compile(r"\S{46,}")
_SPACES = dict.fromkeys("\xa0\u2007\u2009\u202f\t", " ") | {"\u2011": "-", "\u2028": "\n", "\u2029": "\n"}
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp")


def printable(text: str, *, unknown: Unknown = "refuse") -> str:
    """`text` in composed form (NFC), without control, invisible and direction-changing characters.

    A letter the typeface lacks raises LetterMissing, or becomes □ with `unknown="mark"`.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if (composed.isascii() and composed.isprintable()) or _as_they_are().issuperset(composed):
        return composed
    drawn = fonts.letters()
    kept = []
    for letter in composed:
        plain = _SPACES.get(letter, letter)
        kind = unicodedata.category(plain)
        if plain == "\n" or (ord(plain) in drawn and kind not in _INVISIBLE):
            kept.append(plain)
        elif kind in (*_INVISIBLE, "Cs", "Mn"):
            continue
        elif unknown == "mark":
            kept.append(_MARK)
        else:
            raise LetterMissing(letters=letter)
    return "".join(kept)


@cache
def _as_they_are() -> frozenset[str]:
    """The letters that are drawn and need nothing done to them."""
    drawn = (chr(point) for point in fonts.letters())
    seen = {letter for letter in drawn if unicodedata.category(letter) not in _INVISIBLE}
    return frozenset((seen | {"\n"}) - _SPACES.keys())


def for_paper(data: object, *, unknown: Unknown = "refuse") -> dict[str, Any]:
    """Plain JSON data for a template: frozen dataclasses, mappings, sequences, dates, aware instants, numbers, text.

    Every date in it, whole or partial ("1941"), is also told in text, words and figures under the key `_dates`,
    so that a template writes a date as it likes and no template needs to know Vietnamese numbers.
    """
    dates: dict[str, dict[str, str]] = {}
    plain = _plain(data, unknown, dates)
    if not isinstance(plain, dict):
        raise PaperDamaged(f"a paper is printed from named fields, not from {type(data).__name__}")
    return {**plain, "_dates": dates}


def _plain(value: object, unknown: Unknown, dates: dict[str, dict[str, str]]) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return _plain(value.value, unknown, dates)
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            _tell_day(value, dates)
        return _LONG_WORD.sub(_breakable, printable(value, unknown=unknown))
    if isinstance(value, datetime):
        told = {"text": words.moment(value), "figures": words.moment_in_figures(value), "day": words.day(value)}
        dates[value.isoformat()] = told
        return value.isoformat()
    if isinstance(value, date):
        _tell_day(value.isoformat(), dates)
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain({field.name: getattr(value, field.name) for field in fields(value)}, unknown, dates)
    if isinstance(value, Mapping):
        return {str(key): item if key == "svg" else _plain(item, unknown, dates) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, unknown, dates) for item in value]
    raise PaperDamaged(f"{type(value).__name__} cannot be printed")


def _breakable(word: re.Match[str]) -> str:
    """A word longer than a line (an address, a code) may break anywhere: zero-width spaces between its letters."""
    return "\u200b".join(word.group())


def _tell_day(text: str, dates: dict[str, dict[str, str]]) -> None:
    """Not every four figures are a year: what is no date is simply not told."""
    try:
        dates[text] = {
            "text": words.partial_day(text),
            "day": words.partial_day(text),
            "words": words.partial_day_in_words(text),
            "figures": words.partial_day_in_figures(text),
        }
    except ValueError:
        return
