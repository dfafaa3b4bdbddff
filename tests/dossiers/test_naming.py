"""What a name is found by: any of its words, in any order, without marks, one slip of the finger away."""

import string
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.naming import (
    cuts,
    key_of,
    keys_of,
    marks_of,
    name_words,
    number_keys,
    one_mistake,
    similar_keys,
    spelt_key,
    unusual,
    without_telex,
)

WORDS = st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=8)
NAMES = st.lists(WORDS, min_size=1, max_size=5, unique=True)


def folded(text: str) -> list[str]:
    return [word.folded for word in name_words(text)]


def known(words: list[str]) -> dict[str, list[str]]:
    """The words as an office knows them."""
    by_cut: dict[str, list[str]] = {}
    for word in words:
        for cut in cuts(word):
            by_cut.setdefault(cut, []).append(word)
    return by_cut


def slips(word: str) -> st.SearchStrategy[str]:
    """The word with one letter missing, too many or changed, or two neighbours swapped."""
    place, letter = st.integers(0, len(word) - 1), st.sampled_from(string.ascii_lowercase)
    return st.one_of(
        place.map(lambda n: word[:n] + word[n + 1:]),
        st.tuples(place, letter).map(lambda told: word[:told[0]] + told[1] + word[told[0]:]),
        st.tuples(place, letter).map(lambda told: word[:told[0]] + told[1] + word[told[0] + 1:]),
        st.integers(0, len(word) - 2).map(lambda n: word[:n] + word[n + 1] + word[n] + word[n + 2:]),
    )


@given(NAMES, st.data())
def test_any_of_the_words_in_any_order_is_a_key(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(st.permutations(words))[: data.draw(st.integers(1, len(words)))]
    assert key_of(typed) in keys_of([" ".join(words)])


@given(NAMES, st.data())
def test_one_mistake_in_a_long_word_still_leads_to_the_name(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    wrong = data.draw(slips(words[at]))
    typed = (*words[:at], wrong, *words[at + 1:])
    assert key_of(typed) in keys_of([" ".join(words)]) or key_of(words) in similar_keys(typed, known(words))


@given(NAMES)
def test_a_word_nobody_has_leads_nowhere(words: list[str]) -> None:
    assert similar_keys((*words, "0000000"), known(words)) == []


@pytest.mark.parametrize("typed", ["Đặng  Thị Đào", "dang thi dao", "ĐẶNG THỊ ĐÀO", " Dang thi  Đao ", "Đặng-Thị-Đào"])
def test_case_marks_and_blanks_make_no_difference(typed: str) -> None:
    assert folded(typed) == ["dang", "thi", "dao"]


def test_a_tone_on_either_vowel_is_the_same_spelling_and_another_tone_is_not() -> None:
    assert marks_of(name_words("Hoà Thuý")) == marks_of(name_words("Thúy Hòa"))
    assert marks_of(name_words("Hoà")) != marks_of(name_words("Hoa"))
    assert marks_of(name_words("Đăng")) != marks_of(name_words("Đặng"))


@pytest.mark.parametrize(("name", "told"), [
    ("Nguyễn Văn Thị Thành Đỗ", []), ("Trần Văn Nguyên", ["Nguyên"]), ("Lê Thị Vân", ["Vân"]), ("Nguyen Van", []),
    ("Giàng A Páo", []),
])
def test_only_who_is_spelt_otherwise_than_most_has_keys_of_the_spelling(name: str, told: list[str]) -> None:
    words = name_words(name)
    assert [word.folded for word in words if unusual(word)] == folded(" ".join(told))
    choices = 2 ** len(words) - 1
    without = 2 ** (len(words) - len(told)) - 1
    assert len(keys_of([name])) == choices + (choices - without if told else 0)


def test_the_key_of_a_spelling_is_never_the_key_of_words() -> None:
    few = spelt_key("nguyen", marks_of(name_words("Nguyên")))
    assert few in keys_of(["Nguyên"])
    assert few not in keys_of(["Nguyễn", "Nguyện"])
    assert folded(few) != [few]


@pytest.mark.parametrize("typed", ["nguyn", "ngyuen", "nguyeen", "nguyem"])
def test_missing_swapped_doubled_and_changed_letters_are_one_mistake(typed: str) -> None:
    assert one_mistake(typed, "nguyen")
    assert one_mistake("nguyen", typed)


@pytest.mark.parametrize("pair", ["an am", "thi tho", "nguyen nugeyn", "abcd dbca", "tran tran"])
def test_short_words_and_two_mistakes_are_other_words(pair: str) -> None:
    assert not one_mistake(*pair.split())


@given(WORDS, WORDS)
def test_words_one_mistake_apart_have_a_cut_in_common(one: str, other: str) -> None:
    assert not one_mistake(one, other) or set(cuts(one)) & set(cuts(other))


@pytest.mark.parametrize(
    ("keyed", "meant"),
    [("nguyeenx", "nguyen"), ("ddawngj", "dang"), ("vawn", "van"), ("dduwcs", "duc"), ("hoa", "hoa"), ("thij", "thi")],
)
def test_telex_that_was_not_switched_on_is_read(keyed: str, meant: str) -> None:
    assert without_telex(keyed) == meant
    assert keyed == meant or similar_keys((keyed,), known([meant])) == [meant]


def test_a_very_long_name_is_found_by_three_of_its_words_and_by_its_beginning() -> None:
    keys = keys_of(["Maria Isabel Garcia Lopez Ruiz Vega"])
    assert all(key_of(three) in keys for three in permutations(("vega", "maria", "ruiz")))
    assert key_of(["maria", "isabel", "garcia", "lopez"]) in keys
    assert len(keys) < 60


def test_of_numbers_only_the_ends_are_kept() -> None:
    keys = number_keys(personal_number="000123456789", phone="+84 912 000 111", code="H99.24.03-261122-0042")
    assert set(keys) == {"#n6789", "#p912000111", "#c0042"}
    assert number_keys(personal_number=None, phone="", code=None) == {}
