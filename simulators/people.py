"""Invented people, always the same ones: known to the population register and able to sign in.

Numbers begin with 000 (no province has that code), mail ends in .example, phones lie in 0900 000 xxx, and the
province Thanh Giang does not exist.
"""

from dataclasses import dataclass
from datetime import date

TAN_MAI = "Xã Tân Mai, tỉnh Thanh Giang"
PHU_LUONG = "Xã Phú Lương, tỉnh Thanh Giang"


@dataclass(frozen=True)
class Person:
    """One resident. `level` is the level of the VNeID account (2 = may use public services)."""

    personal_number: str
    full_name: str
    birth_date: date
    sex: str                       # nam, nữ
    residence: str
    marital_status: str            # chưa kết hôn, đã kết hôn, đã ly hôn, goá
    phone: str
    email: str
    level: int = 2
    ethnicity: str = "Kinh"
    nationality: str = "Việt Nam"

    @property
    def subject(self) -> str:
        """The identity provider's name for the account: stable, and not the personal number."""
        return f"cong-dan-{self.personal_number[-6:]}"


@dataclass(frozen=True)
class Marriage:
    """A marriage as registered. Not every old paper register has been typed into the shared data."""

    husband_number: str
    wife_number: str
    registered_on: date
    number: str
    registered_at: str
    in_shared_data: bool


def personal_number(sex: str, birth_date: date, serial: int) -> str:
    """000, the digit for century and sex, two digits of the year, six of serial. No check digit exists."""
    digit = 2 * (birth_date.year // 100 - 19) + (1 if sex == "nữ" else 0)
    return f"000{digit}{birth_date.year % 100:02d}{serial:06d}"


def _person(
    serial: int, full_name: str, born: date, sex: str, residence: str, status: str,
    level: int = 2, ethnicity: str = "Kinh",
) -> Person:
    return Person(
        personal_number(sex, born, serial), full_name, born, sex, residence, status,
        f"0900000{serial % 1000:03d}", f"congdan{serial}@thanhgiang.example", level, ethnicity,
    )


# Those who can sign in, each for a situation: the first two couples decide the birth registration's branches.
CITIZENS = (
    _person(4821, "Hoàng Thị Bích Liễu", date(1999, 3, 12), "nữ", TAN_MAI, "đã kết hôn"),
    _person(4822, "Nguyễn Phương Hải", date(1996, 11, 2), "nam", TAN_MAI, "đã kết hôn"),
    _person(4831, "Phạm Thị Mẫu Đơn", date(1994, 7, 25), "nữ", TAN_MAI, "đã kết hôn"),
    _person(4832, "Lê Văn Thử", date(1990, 1, 30), "nam", TAN_MAI, "đã kết hôn"),
    _person(4841, "Đỗ Văn Lượng", date(1985, 5, 19), "nam", TAN_MAI, "chưa kết hôn"),
    _person(4842, "Vũ Thị Ví Dụ", date(2001, 9, 9), "nữ", PHU_LUONG, "chưa kết hôn"),
    _person(4843, "Bùi Minh Hoạ", date(1958, 2, 28), "nam", PHU_LUONG, "goá", ethnicity="Tày"),
    _person(4844, "Trần Thử Nghiệm", date(2005, 12, 31), "nam", TAN_MAI, "chưa kết hôn", level=1),
)

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ")
_MALE = ("An", "Bảo", "Cường", "Dũng", "Giang", "Hưng", "Khôi", "Long", "Nam", "Phúc")
_FEMALE = ("Ánh", "Chi", "Diệp", "Hà", "Lan", "Mai", "Ngọc", "Quỳnh", "Thu", "Yến")


def _couples(count: int) -> tuple[list[Person], list[Marriage]]:
    """`count` further couples; every fourth married in a commune whose paper book is not in the shared data."""
    people: list[Person] = []
    marriages: list[Marriage] = []
    for i in range(count):
        home = TAN_MAI if i % 2 else PHU_LUONG
        he = _person(
            5000 + 2 * i, f"{_FAMILY[i % 10]} Mẫu {_MALE[(i * 7 + i // 10) % 10]}",
            date(1960 + i % 40, 1 + i % 12, 1 + i % 28), "nam", home, "đã kết hôn",
        )
        she = _person(
            5001 + 2 * i, f"{_FAMILY[(i * 3 + 1) % 10]} Thị Mẫu {_FEMALE[(i * 7 + i // 10) % 10]}",
            date(1962 + i % 40, 1 + (i + 5) % 12, 1 + (i * 3) % 28), "nữ", home, "đã kết hôn",
        )
        people += [he, she]
        married = date(he.birth_date.year + 26, 1 + i % 12, 10)
        marriages.append(
            Marriage(he.personal_number, she.personal_number, married, f"{i + 1:02d}/{married.year}", home, i % 4 != 3)
        )
    return people, marriages


_further, _their_marriages = _couples(56)
PEOPLE = CITIZENS + tuple(_further)
MARRIAGES = (
    Marriage(CITIZENS[1].personal_number, CITIZENS[0].personal_number, date(2022, 10, 8), "31/2022", TAN_MAI, True),
    Marriage(CITIZENS[3].personal_number, CITIZENS[2].personal_number, date(2016, 4, 16), "12/2016", PHU_LUONG, False),
    *_their_marriages,
)
