"""What a dossier is found by: names without marks, in any order, with a typing mistake; the ends of its numbers.

Pure functions. A name is kept as one key for every choice of its words, sorted: "Đặng Thị Đào" as "dang", "dao", "thi",
"dang dao", "dang thi", "dao thi" and "dang dao thi". So whichever of them are typed, in whatever order, one equality of
a btree finds them, and nothing that row-level security must ask first (docs/decisions/0061-names.md).

Most who fold alike are spelt alike: a "nguyen" is Nguyễn. The few who are not ("Nguyên") would be looked for among all the
others, so their keys stand once more with the number of their spelling (docs/decisions/0073-the-same-page.md).
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

# Words that about one name in fifty and more has, as they are spelt; each spelling here is a good part of its word. Who
# adds a word or takes a spelling away fills the keys of those dossiers, as migration 0010 did; until then they are found all
# the same, only not before the others.
_USUAL: Final = """
Anh Bích Bùi Công Đặng Đinh Dinh Định Đỗ Đức Giàng Giang Hà Hải Hoàng Hồ Hồng Hùng Hương Hữu Kim Lê Lò Lương Lường Lý Ly
Mai Minh Ngọc Ngô Nguyễn Phạm Phan Phương Quang Quàng Sơn Thanh Thành Thị Thu Thúy Thủy Thùy Trần Tuấn Văn Võ Vũ Xuân
"""
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


def _usual() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in _USUAL.split():
        for word in name_words(name):
            found.setdefault(word.folded, set()).add(word.spelt)
    return {folded: frozenset(spelt) for folded, spelt in found.items()}


USUAL: Final[Mapping[str, frozenset[str]]] = _usual()


def unusual(word: NameWord) -> bool:
    """Whether a frequent word has other accents than most who have it: "Nguyên", "Vân"."""
    return word.spelt != word.folded and word.spelt not in USUAL.get(word.folded, (word.spelt,))


def half_spelt(word: NameWord) -> bool:
    """Whether a frequent word was typed without the accents most who have it are spelt with: "nguyen"."""
    return word.spelt == word.folded and word.spelt not in USUAL.get(word.folded, (word.spelt,))


def key_of(words: Iterable[str]) -> str:
    """The key that finds a name with these folded words, in whatever order they were typed."""
    return " ".join(sorted(set(words)))


def marks_of(words: Iterable[NameWord]) -> int:
    """A number of how the words are spelt, the same in any order: 32 bits, signed. Used for the order of results only."""
    spelt = " ".join(word.spelt for word in sorted(words))
    return zlib.crc32(spelt.encode()) - 2**31


def spelt_key(key: str, marks: int) -> str:
    """The key of those who are spelt so, where few of all with this key are."""
    return f"{key}={marks}"


def keys_of(names: Iterable[str]) -> dict[str, int]:
    """The keys of these names with their marks.

    Every choice of up to five words; of longer names up to three words in any order, or more from the beginning on. A
    choice with an unusual word has two keys.
    """
    keys: dict[str, int] = {}
    for name in dict.fromkeys(names):
        words = name_words(name)
        choices = [one for size in range(1, _sizes(words) + 1) for one in combinations(words, size)]
        choices += [words[:size] for size in range(_sizes(words) + 1, len(words) + 1)]
        for choice in choices:
            key, marks = key_of(word.folded for word in choice), marks_of(choice)
            keys.setdefault(key, marks)
            if any(map(unusual, choice)):
                keys.setdefault(spelt_key(key, marks), marks)
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
