"""What a dossier is found by: names without marks, in any order, with a typing mistake; the ends of its numbers.

Pure functions. A name is kept as one key for every choice of its words, sorted: "Đặng Thị Đào" as "dang", "dao", "thi",
"dang dao", "dang thi", "dao thi" and "dang dao thi". So whichever of them are typed, in whatever order, one equality of
a btree finds them, and nothing that row-level security must ask first (docs/decisions/0061-names.md).
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Final, NamedTuple

from app.kit.folding import fold

MOST_WORDS: Final = 8  # of a name; what comes after is not looked at
WHOLE: Final = 5  # up to so many words every choice of them has a key
LONGEST: Final = 20  # letters of a word that mistakes are looked for in
SHORTEST: Final = 4  # a word shorter than that is right or is another word
MOST_SIMILAR: Final = 64  # keys that are looked for when nothing fits

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_TELEX_TWICE: Final = re.compile(r"aa|ee|oo|dd")


class NameWord(NamedTuple):
    """A word of a name: folded, and as it is spelt ("dao", "đào")."""

    folded: str
    spelt: str


def name_words(name: str) -> tuple[NameWord, ...]:
    """The words of a name, each once, at most MOST_WORDS. Old and new places of a tone (hoà, hòa) are one spelling."""
    found: dict[str, NameWord] = {}
    for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", name).lower()):
        parts = fold(word).split()
        for part in parts:
            found.setdefault(part, NameWord(part, _spelling(word) if len(parts) == 1 else part))
    return tuple(found.values())[:MOST_WORDS]


def _spelling(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(one for one in letters if one not in _TONES) + "".join(one for one in letters if one in _TONES)


def key_of(words: Iterable[str]) -> str:
    """The key that finds a name with these folded words, in whatever order they were typed."""
    return " ".join(sorted(set(words)))


def marks_of(words: Iterable[NameWord]) -> int:
    """A number of how the words are spelt, the same in any order: 32 bits, signed. Used for the order of results only."""
    spelt = " ".join(word.spelt for word in sorted(words))
    return zlib.crc32(spelt.encode()) - 2**31


def keys_of(names: Iterable[str]) -> dict[str, int]:
    """The keys of these names with their marks.

    Every choice of up to five words; of longer names up to three words in any order, or more from the beginning on.
    """
    keys: dict[str, int] = {}
    for name in dict.fromkeys(names):
        words = name_words(name)
        choices = [one for size in range(1, _sizes(words) + 1) for one in combinations(words, size)]
        choices += [words[:size] for size in range(_sizes(words) + 1, len(words) + 1)]
        for choice in choices:
            keys.setdefault(key_of(word.folded for word in choice), marks_of(choice))
    return keys


def _sizes(words: tuple[NameWord, ...]) -> int:
    return len(words) if len(words) <= WHOLE else 3


def number_keys(*, personal_number: str | None = None, phone: str | None = None, code: str | None = None) -> dict[str, int]:
    """The ends of the numbers a dossier is asked for by: four of the personal number and of the code, nine of the phone."""
    ends = {"n": _digits(personal_number)[-4:], "p": _digits(phone)[-9:], "c": _digits(code)[-4:]}
    return {f"#{kind}{end}": 0 for kind, end in ends.items() if len(end) >= 4}


def _digits(text: str | None) -> str:
    return re.sub(r"[^0-9]", "", text or "")


def cuts(word: str) -> tuple[str, ...]:
    """The word, and the word with any one letter left out: two words with a cut in common are about a mistake apart."""
    if not SHORTEST <= len(word) <= LONGEST:
        return (word,)
    return tuple(dict.fromkeys((word, *(word[:n] + word[n + 1:] for n in range(len(word))))))


def one_mistake(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, another one, or two neighbours are swapped; of words long enough."""
    if typed == meant or max(len(typed), len(meant)) < SHORTEST:
        return False
    if len(typed) == len(meant):
        other = [n for n, (one, two) in enumerate(zip(typed, meant, strict=True)) if one != two]
        if len(other) == 1:
            return True
        swapped = len(other) == 2 and other[1] == other[0] + 1
        return swapped and typed[other[0]] == meant[other[1]] and typed[other[1]] == meant[other[0]]
    shorter, longer = sorted((typed, meant), key=len)
    return len(longer) - len(shorter) == 1 and any(longer[:n] + longer[n + 1:] == shorter for n in range(len(longer)))


def without_telex(word: str) -> str:
    """What was meant when the keyboard did not write Vietnamese: "nguyeenx" → "nguyen", "ddawngj" → "dang"."""
    doubled = _TELEX_TWICE.sub(lambda twice: twice[0][0], word)
    return re.sub(r"(?<=[aeiouy])([a-z]*?)[sfrxj]$", r"\1", re.sub(r"(?<=[aou])w", "", doubled))


def similar_keys(words: tuple[str, ...], known: Mapping[str, Iterable[str]]) -> list[str]:
    """Keys of names like these words, those with the fewest changes first; `known`: the office's words by their cuts."""
    choices: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for word in words:
        plain = without_telex(word)
        meant = dict.fromkeys(one for cut in (*cuts(word), plain) for one in known.get(cut, ()))
        fitting = [(0, one) for one in meant if one == word]
        fitting += [(1, one) for one in meant if one != word and (one == plain or one_mistake(word, one))]
        choices = sorted(
            (before + changed, (*chosen, one)) for before, chosen in choices for changed, one in fitting
        )[:MOST_SIMILAR]
    exact = key_of(words)
    return [key for key in dict.fromkeys(key_of(chosen) for _, chosen in choices) if key and key != exact]
