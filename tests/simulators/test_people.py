"""The invented people are plainly invented, and agree with the rules real people follow."""

from simulators.people import CITIZENS, MARRIAGES, PEOPLE


def test_no_number_could_be_a_real_persons() -> None:
    numbers = [person.personal_number for person in PEOPLE]
    assert len(set(numbers)) == len(numbers) == 120
    assert all(number.startswith("000") and len(number) == 12 and number.isdigit() for number in numbers)


def test_numbers_agree_with_sex_and_birth() -> None:
    for person in PEOPLE:
        digit, year = int(person.personal_number[3]), person.personal_number[4:6]
        assert digit % 2 == (person.sex == "nữ")
        assert 1900 + 100 * (digit // 2) + int(year) == person.birth_date.year


def test_accounts_do_not_carry_the_personal_number_in_their_name() -> None:
    assert len({person.subject for person in CITIZENS}) == len(CITIZENS)
    assert not any(person.personal_number in person.subject for person in CITIZENS)


def test_couples_are_a_man_and_a_woman_of_age_when_they_married() -> None:
    people = {person.personal_number: person for person in PEOPLE}
    for marriage in MARRIAGES:
        he, she = people[marriage.husband_number], people[marriage.wife_number]
        assert (he.sex, she.sex) == ("nam", "nữ")
        assert marriage.registered_on.year - he.birth_date.year > 20
        assert marriage.registered_on.year - she.birth_date.year > 18
