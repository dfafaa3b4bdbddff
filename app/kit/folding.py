"""One way to compare Vietnamese words without their marks, used for every search."""

import re
import unicodedata

_D = str.maketrans("đĐ", "dD")


def fold(text: str) -> str:
    """Lower case, no accents (đ becomes d), single spaces: "Đặng  Thị Đào" → "dang thi dao"."""
    bare = unicodedata.normalize("NFD", text.translate(_D))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^0-9a-z]+", " ", letters.lower()).strip()


def sort_key(name: str) -> tuple[str, ...]:
    """Vietnamese order of people: by given name (last word), then the rest, accents as a tie-break."""
    words = fold(name).split()
    return (words[-1] if words else "", " ".join(words), name)
