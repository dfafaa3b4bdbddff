"""The electronic forms: filled from what is known, whole where they must be, partial where people may not know."""

from dataclasses import dataclass
from typing import Any

import pytest

from app.engine.expressions import compile_expression
from app.procedures.content import Known, content_of
from app.procedures.forms import check_page, prefill
from app.procedures.questions import FormField
from tests.workflows.walking import BIRTH, COPIES, FOLDERS, MARITAL, PERMIT, loaded

CODES = sorted(FOLDERS)
PLACE = {"province": "99", "commune": "99001", "street": "Thôn Đình"}
# One good value of each kind; the people are invented.
VALUES: dict[str, Any] = {
    "text": "Bệnh viện Tân Mai", "long_text": "Tôi cam đoan đúng sự thật.", "name": "Hoàng Thị Bích Liễu", "yes_no": "yes",
    "number": "2", "date": "07/11/2026", "partial_date": "1999", "personal_number": "000199004821",
    "phone": "0912 345 678", "email": "lieu@vidu.example", "address": PLACE,
}


@dataclass
class Somebody:
    """What the registers know of an invented citizen."""

    name: str = "Hoàng Thị Bích Liễu"
    personal_number: str | None = "000199004821"
    birth_year: int | None = 1999
    birth_month: int | None = 3
    birth_day: int | None = None
    sex: str | None = "female"
    address: str | None = "Thôn Đình, xã Tân Mai"
    phone: str | None = "+84912345678"
    email: str | None = None


def typed(field: FormField) -> Any:
    if field.kind in ("choice", "choices"):
        return field.options[0].value
    return VALUES[field.kind]


def filled(code: str) -> dict[str, dict[str, Any]]:
    """Every page that applies, filled with the first choice and one good value of each kind."""
    answers: dict[str, dict[str, Any]] = {}
    procedure = loaded(code)
    for _ in procedure.form.pages:
        facts = procedure.facts_from(answers, channel="online")
        for page in procedure.pages_for(facts):
            values, errors = check_page(page, {field.id: typed(field) for field in page.fields}, facts)
            assert not errors, (page.id, errors)
            answers[page.id] = values
    return answers


@pytest.mark.parametrize("code", CODES)
def test_a_form_can_be_filled_in_whole(code):
    assert filled(code)


@pytest.mark.parametrize("code", CODES)
def test_an_empty_page_says_what_is_missing(code):
    for page in loaded(code).form.pages:
        _, errors = check_page(page, {}, {})
        wanted = {field.id for field in page.fields if field.required and field.when is None}
        assert wanted <= set(errors), page.id


@pytest.mark.parametrize("code", CODES)
def test_a_page_holds_one_question_or_one_tight_group(code):
    assert all(len(page.fields) <= 7 for page in loaded(code).form.pages)


@pytest.mark.parametrize("code", CODES)
def test_what_is_known_is_filled_in_and_still_to_be_confirmed(code):
    known = prefill(loaded(code).form, Somebody())
    first = "owner" if code == PERMIT else "requester"
    assert known[first]["name"] == "Hoàng Thị Bích Liễu"
    assert known[first]["_errors"] is True


def test_sex_is_filled_in_the_words_of_the_registers():
    assert prefill(loaded(MARITAL).form, Somebody())["person"]["sex"] == "nữ"


def test_a_known_birth_without_its_day_stays_partial():
    assert prefill(loaded(MARITAL).form, Somebody())["person"]["born_on"] == {"year": 1999, "month": 3}


@pytest.mark.parametrize(("page", "field"), [
    ("child_birth", "born_on"), ("mother", "born_on"), ("marriage", "registered_on"),
])
def test_a_year_alone_is_a_legal_date(page, field):
    asked = loaded(BIRTH).form.page(page)
    assert asked is not None
    values, errors = check_page(asked, {field: "1941"}, {})
    assert values[field] == {"year": 1941}
    assert field not in errors


@pytest.mark.parametrize(("facts", "pages"), [
    ({"child_situation": "ordinary", "parents_married": "yes"}, {"marriage", "mother", "father"}),
    ({"child_situation": "ordinary", "parents_married": "no", "father_known": "no"}, {"mother"}),
    ({"child_situation": "ordinary", "parents_married": "no", "father_known": "yes"}, {"mother", "father"}),
    ({"child_situation": "abandoned"}, set()),
])
def test_only_parents_who_are_known_are_asked_about(facts, pages):
    asked = {page.id for page in loaded(BIRTH).pages_for(facts)}
    assert asked & {"marriage", "mother", "father"} == pages


@pytest.mark.parametrize(("proof", "paper"), [
    ("notification", "birth_notification"), ("witness", "witness_statement"), ("undertaking", "birth_undertaking"),
])
def test_one_proof_of_the_birth_is_asked_for(proof, paper):
    facts = {"birth_proof": proof, "child_situation": "ordinary"}
    papers = {part.id for part, _ in loaded(BIRTH).components_for(facts, "online")}
    assert papers & {"birth_notification", "witness_statement", "birth_undertaking"} == {paper}


def test_an_abandoned_child_needs_its_record_and_no_proof_of_birth():
    facts = {"child_situation": "abandoned", "birth_proof": "notification"}
    papers = {part.id for part, _ in loaded(BIRTH).components_for(facts, "counter")}
    assert "abandonment_record" in papers
    assert "birth_notification" not in papers


@pytest.mark.parametrize(("channel", "papers"), [
    ("online", {"residence"}), ("counter", {"residence", "identity", "declaration"}),
    ("post", {"residence", "identity_copy", "declaration"}),
])
def test_the_channel_decides_how_identity_is_shown(channel, papers):
    always = {part.id for part, required in loaded(MARITAL).components_for({}, channel) if required}
    assert always == papers


def test_land_in_the_database_is_looked_up_and_not_asked_for():
    papers = {part.id: part.how for part, _ in loaded(PERMIT).components_for({"land_in_database": "yes"}, "online")}
    assert "land_paper" not in papers
    assert papers["land_data"] == "data"


@pytest.mark.parametrize("code", CODES)
def test_conditions_of_pages_read_only_facts_that_earlier_pages_give(code):
    procedure = loaded(code)
    given: set[str] = {"channel", "return_way"}
    for page in procedure.form.pages:
        read = compile_expression(page.when).names if page.when else frozenset()
        assert read <= given, page.id
        given |= {fact for fact, source in procedure.procedure.facts.items() if source.split(".")[0] == page.id}


NOTED = {
    "office.draft_result": {"pages_compared": 2, "levels": "+0,45", "red_line": "theo quy hoạch", "building_line": "lùi 2 m",
                            "land_use_factor": "2,4"},
    "office.examine": {"status": "divorced", "status_detail": "Quyết định 12/2024"},
    "office.fetch_personal_number": {"personal_number": "000326004821"},
}


@pytest.mark.parametrize("code", CODES)
def test_a_filled_form_and_the_officers_notes_fill_the_result(code):
    procedure = loaded(code)
    answers = filled(code)
    facts = procedure.facts_from(answers, channel="online")
    known = Known({**answers, **NOTED}, facts, 2026, {}, {"authority": "Ủy ban nhân dân xã Tân Mai"})
    rule = procedure.procedure.results[0]
    content = content_of(rule, procedure.procedure, procedure.form, known)
    optional = {"document_number", "document_issuer", "document_holder", "status_detail", "residence_to"}
    if code == COPIES:
        assert content["electronic"] is False
        optional.add("electronic")
    assert {name for name, value in content.items() if value in (None, "")} <= optional


def test_a_choice_stands_in_the_result_as_people_say_it():
    procedure = loaded(BIRTH)
    known = Known({"relation": {"requester_relation": "grandparent"}}, {}, 2026)
    content = content_of(procedure.procedure.results[0], procedure.procedure, procedure.form, known)
    assert content["requester_relation"] == "Ông, bà"
    assert content["register_book"] == "01/2026-KS"


def test_a_number_that_came_on_paper_stands_in_the_certificate():
    procedure = loaded(BIRTH)
    known = Known({"office.get_number_on_paper": {"number": "000326004821"}}, {}, 2026)
    content = content_of(procedure.procedure.results[0], procedure.procedure, procedure.form, known)
    assert content["child_personal_number"] == "000326004821"
