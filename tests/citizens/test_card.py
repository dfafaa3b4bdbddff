"""One scan fills the person, and a bad scan never fills in the wrong one."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.citizens.card import Card, read_birth, read_card

WHOLE = "000199004821|000123456|Hoàng Thị Bích Liễu|02031999|Nữ|Thôn Đình, Tân Mai, Thanh Giang|15082021"


def card(text: str) -> Card:
    found = read_card(text)
    assert found is not None
    return found


def test_one_scan_fills_seven_fields() -> None:
    found = card(WHOLE)
    assert (found.number, found.old_number, found.name) == ("000199004821", "000123456", "Hoàng Thị Bích Liễu")
    assert (found.birth, found.sex, found.issued_on) == ((1999, 3, 2), "female", "2021-08-15")
    assert found.address == "Thôn Đình, Tân Mai, Thanh Giang"
    assert found.read == 7
    assert found.whole


def test_an_empty_old_number_shifts_nothing() -> None:
    assert card(WHOLE.replace("000123456", "")).name == "Hoàng Thị Bích Liễu"
    assert card(WHOLE.replace("000123456", "")).old_number is None


def test_newer_cards_carry_more_and_it_is_kept() -> None:
    assert card(WHOLE + "||CHA MẪU|MẸ MẪU|").more == ("", "CHA MẪU", "MẸ MẪU", "")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("1941", (1941, None, None)), ("00001941", (1941, None, None)), ("00051941", (1941, 5, None)),
        ("051941", (1941, 5, None)), ("29022000", (2000, 2, 29)), ("29021900", (None, None, None)),
        ("31041999", (None, None, None)), ("99999999", (None, None, None)), ("", (None, None, None)),
        ("05001941", (None, None, None)),
    ],
)  # fmt: skip
def test_a_birth_date_may_be_partial_and_is_never_invented(typed: str, known: tuple[int | None, ...]) -> None:
    assert read_birth(typed) == known


@pytest.mark.parametrize(
    "text", ["", "|", "H99.08.22-261111-0040", "Đặng Thị Đào", "00019900482|x", "||||||", "000199004821"]
)
def test_what_is_no_card_is_no_card(text: str) -> None:
    assert read_card(text) is None


@given(form=st.sampled_from(["NFC", "NFD"]), end=st.sampled_from(["", "\r", "\n", "\r\n", "\t", "\x1d\r"]))
def test_the_scanners_habits_change_nothing(form: str, end: str) -> None:
    assert read_card("\x02" + unicodedata.normalize(form, WHOLE) + end) == read_card(WHOLE)  # type: ignore[arg-type]


@given(cut=st.integers(min_value=0, max_value=len(WHOLE)))
def test_a_cut_scan_never_puts_a_value_where_it_does_not_belong(cut: int) -> None:
    found, whole = read_card(WHOLE[:cut]), card(WHOLE)
    if found is None:
        assert cut <= len("000199004821")
        return
    assert found.number == whole.number
    assert found.birth in (whole.birth, (None, None, None))
    assert whole.name.startswith(found.name)
    assert whole.address.startswith(found.address)
    assert found.old_number in (None, whole.old_number)
    assert found.issued_on in (None, whole.issued_on)
    assert found.sex in (None, whole.sex)


FIELD = st.text(st.characters(exclude_characters="|", exclude_categories=("Cs",)), max_size=30)


@given(fields=st.lists(FIELD, min_size=1, max_size=14))
def test_no_text_breaks_it_and_every_field_keeps_its_place(fields: list[str]) -> None:
    found = card("000199004821|" + "|".join(fields))
    assert found.number == "000199004821"
    assert len(found.more) == max(0, len(fields) - 6)
    plain = set(string.ascii_letters)
    if len(fields) >= 2 and fields[1] and set(fields[1]) <= plain:
        assert found.name == fields[1]


def test_a_date_cut_in_the_middle_is_no_year() -> None:
    assert card("000190000001||Tạ Quang Nhẫn|2012").birth == (None, None, None)
    assert card("000190000001||Tạ Quang Nhẫn|2012|").birth == (2012, None, None)


@given(text=st.text(max_size=300))
def test_nothing_a_wedge_can_type_is_an_error(text: str) -> None:
    found = read_card(text)
    assert found is None or len(found.number) == 12
