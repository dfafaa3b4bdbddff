"""What a result is filled from: answers, notes, facts, words as they stand."""

import pytest

from app.procedures.content import Known, problem_of, value_of
from app.procedures.questions import Form
from tests.workflows.walking import MARITAL, package_of

PROCEDURE, FORM = package_of(MARITAL).procedure, package_of(MARITAL).form


def value(source: str, form: Form = FORM, **known: object) -> object:
    told = Known(
        answers=known.get("answers", {}),
        facts=known.get("facts", {}),
        year=2026,  # type: ignore[arg-type]
        dossier={"holder_name": "Hoàng Thị Bích Liễu"},
        office={"authority": "Ủy ban nhân dân xã Tân Mai"},
    )
    return value_of(source, PROCEDURE, form, told)


def test_an_answer_stands_as_it_was_given():
    place = {"commune": "99001", "street": "Thôn Đình"}
    assert value("residence.residence", answers={"residence": {"residence": place}}) == place


def test_a_choice_stands_by_its_label():
    assert value("purpose.purpose", answers={"purpose": {"purpose": "loan"}}) == "Vay vốn"


def test_a_choice_nobody_offers_any_more_stands_as_it_is():
    assert value("purpose.purpose", answers={"purpose": {"purpose": "old"}}) == "old"


def test_an_officers_choice_stands_by_its_label_too():
    answers = {"office.examine": {"status": "never_married"}}
    assert value("office_note.examine.status", answers=answers) == "Chưa đăng ký kết hôn với ai"


def test_the_first_that_is_not_empty_counts():
    source = "purpose.purpose_text | purpose.purpose"
    assert value(source, answers={"purpose": {"purpose": "other", "purpose_text": "Đi học"}}) == "Đi học"
    assert value(source, answers={"purpose": {"purpose": "marry", "purpose_text": ""}}) == "Đăng ký kết hôn"


def test_words_stand_as_they_are_with_the_year():
    assert value('"01/{year}"') == "01/2026"


def test_words_take_in_what_was_answered():
    source = '"Số định danh cá nhân {person.personal_number}"'
    assert value(source, answers={"person": {"personal_number": "000199004821"}}) == "Số định danh cá nhân 000199004821"


def test_words_around_nothing_are_nothing():
    assert value('"Số định danh cá nhân {person.personal_number}"') is None
    assert value('"{person.personal_number}" | "không có"') == "không có"


@pytest.mark.parametrize(("copies", "said"), [(0, False), (2, True), (None, False)])
def test_an_expression_reads_facts(copies, said):
    assert value("= copies > 0", facts={"copies": copies}) is said


def test_facts_dossier_and_office_may_be_named():
    assert value("facts.purpose", facts={"purpose": "loan"}) == "loan"
    assert value("dossier.holder_name") == "Hoàng Thị Bích Liễu"
    assert value("office.authority") == "Ủy ban nhân dân xã Tân Mai"


def test_what_is_not_known_is_nothing():
    assert value("purpose.purpose_text") is None
    assert value("office.fax") is None


@pytest.mark.parametrize(
    "source",
    [
        "purpose.reason",
        "no_page.name",
        "office_note.examine.shoe_size",
        "office_note.no_step.name",
        "purpose.purpose | nowhere.x",
        '"{nowhere.x} m"',
    ],
)
def test_a_source_that_cannot_be_is_found_when_the_package_is_read(source):
    assert problem_of(source, PROCEDURE, FORM) is not None


@pytest.mark.parametrize(
    "source",
    [
        "purpose.purpose",
        "office.authority",
        '"01/{year}"',
        "= copies > 0",
        "office_note.examine.status | status.detail",
    ],
)
def test_a_source_that_can_be_is_let_through(source):
    assert problem_of(source, PROCEDURE, FORM) is None
