"""Read what a scanner types from the QR code of a citizen card (thẻ căn cước). Pure: text in, facts or None out.

Fields are told apart by `|`: number | old number | name | birth (ddMMyyyy) | sex | address | issued (ddMMyyyy), and on
newer cards more behind them. The place of a field is its meaning: an empty field is empty, and nothing moves into it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# A scanner ends with Enter or Tab; some send control characters before the text.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NUMBER: Final = re.compile(r"\d{12}")
_SEX: Final = {"nam": "male", "nu": "female", "male": "male", "female": "female"}
KNOWN_FIELDS: Final = 7

Birth = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. `birth` is (year, month, day), unknown parts None; what was unreadable is None or empty.

    `read` counts the known fields that held something usable; `more` are fields we do not know, kept as they came.
    """

    number: str
    old_number: str | None = None
    name: str = ""
    birth: Birth = (None, None, None)
    sex: str | None = None
    address: str = ""
    issued_on: str | None = None
    more: tuple[str, ...] = ()
    read: int = 1

    @property
    def whole(self) -> bool:
        """Name and at least the year of birth are there, so nobody has to type."""
        return bool(self.name and self.birth[0])


def read_card(text: str) -> Card | None:
    """The card in a scan, or None when this is no card (a code, a name, half a scan without its number).

    Tolerant: 1 to any number of fields, empty ones, NFD, control characters, a cut end. Never raises, never shifts.
    """
    fields = [_tidy(field) for field in text[:4000].split("|")]
    number = re.sub(r"[\s.]", "", fields[0])
    if len(fields) < 2 or not _NUMBER.fullmatch(number):
        return None
    old, name, birth, sex, address, issued = (fields[1:KNOWN_FIELDS] + [""] * 6)[:6]
    # A scan cut inside the date may look like a year ("2012" of 20121990): only a closed field may be shorter.
    if len(fields) == 4 and len(re.sub(r"\D", "", birth)) != 8:
        birth = ""
    card = Card(
        number=number,
        old_number=old if re.fullmatch(r"\d{9}", old) else None,
        name=name if re.search(r"[^\W\d_]", name) else "",
        birth=read_birth(birth),
        sex=_SEX.get(_bare(sex)),
        address=address,
        issued_on=_day(issued),
        more=tuple(fields[KNOWN_FIELDS:]),
    )
    found = (card.number, card.old_number, card.name, card.birth[0], card.sex, card.address, card.issued_on)
    return _counted(card, sum(1 for one in found if one))


def read_birth(text: str) -> Birth:
    """`ddMMyyyy`; `00` for an unknown day or month, `MMyyyy` and `yyyy` too. What cannot be a date is unknown."""
    digits = re.sub(r"\D", "", text)
    if len(digits) not in (4, 6, 8):
        return (None, None, None)
    year, month, day = int(digits[-4:]), int(digits[-6:-4] or 0), int(digits[-8:-6] or 0)
    if not 1850 <= year <= 2200 or month > 12 or (day and not month):
        return (None, None, None)
    if day > _longest(year, month):
        return (None, None, None)
    return (year, month or None, day or None)


def _counted(card: Card, count: int) -> Card:
    return Card(
        card.number, card.old_number, card.name, card.birth, card.sex, card.address, card.issued_on, card.more, count
    )


def _day(text: str) -> str | None:
    year, month, day = read_birth(text)
    return f"{year:04d}-{month:02d}-{day:02d}" if year and month and day else None


def _longest(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _tidy(field: str) -> str:
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", field)).split())[:400]


def _bare(word: str) -> str:
    spread = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).strip()
