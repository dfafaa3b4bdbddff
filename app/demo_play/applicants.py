"""Who applies in the demonstration: the invented residents of the simulators, and a few whose papers are unusual."""

from typing import Final

from app.citizens.service import Identity
from simulators.people import CITIZENS, PEOPLE, Person

# The longest name anybody may see on a page, a birth of which only the year is known, one with month and year.
LONG_NAME: Final = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Ngọc Bảo Trân Châu Mẫu Đơn"
_HOME: Final = "Thôn Đình, xã Tân Mai, tỉnh Thanh Giang"


def _known(person: Person, *, mail: bool, phone: bool) -> Identity:
    born = person.birth_date
    return Identity(
        name=person.full_name, personal_number=person.personal_number, subject=person.subject,
        birth=(born.year, born.month, born.day), sex={"nam": "male", "nữ": "female"}[person.sex],
        address=f"Thôn Đình, {person.residence[0].lower()}{person.residence[1:]}",
        email=person.email if mail else None, phone=person.phone if phone else None,
    )


# Not everybody can be reached by letter or text message: those come to the counter or look at the page.
SIGN_INS: Final = tuple(_known(person, mail=True, phone=n % 2 == 0) for n, person in enumerate(CITIZENS))
NEIGHBOURS: Final = tuple(
    _known(person, mail=n % 5 == 0, phone=n % 7 == 0) for n, person in enumerate(PEOPLE[len(CITIZENS):])
)
UNUSUAL: Final = (
    Identity(name=LONG_NAME, personal_number="000163009001", birth=(1963, 2, 3), sex="female", address=_HOME),
    Identity(name="Đinh Thị Mẫu Năm", personal_number="000141009002", birth=(1941, None, None), sex="female", address=_HOME),
    Identity(name="Y Mẫu", personal_number="000038009003", birth=(1938, 5, None), sex="male", address=_HOME),
)
