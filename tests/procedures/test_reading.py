"""A package with a mistake is refused whole, and the sentence names the place."""

import json
from datetime import date

import pytest

from app.procedures.overlay import Overlay
from app.procedures.reading import PackageRefused, parse_package
from app.procedures.service import packages_in
from tests.workflows.walking import BIRTH, COPIES, FOLDERS, MARITAL, PERMIT, WORKFLOWS, package_of

TOML, FORM, BPMN = "procedure.toml", "form.json", "process.bpmn"


def problems(code: str, name: str, old: str, new: str) -> str:
    files = dict(package_of(code).files)
    files.pop("overlay.json", None)
    assert old in files[name], old
    files[name] = files[name].replace(old, new, 1)
    with pytest.raises(PackageRefused) as refused:
        parse_package(files)
    return "; ".join(refused.value.problems)


@pytest.mark.parametrize(("code", "name", "old", "new", "said"), [
    (COPIES, TOML, 'code = "2.000815"', 'code = "2.815"', "code"),
    (COPIES, TOML, 'short = {', 'shortly = {', "shortly"),
    (COPIES, TOML, 'legal_basis = "Thông tư 226/2016/TT-BTC"', 'legal_basis = ""', "legal_basis"),
    (COPIES, TOML, 'decision = "fees.dmn"', 'decision = "prices.dmn"', "prices.dmn is missing"),
    (COPIES, TOML, 'decision = "terms.dmn"', 'decision = "days.dmn"', "days.dmn is missing"),
    (COPIES, TOML, 'quantity = "copies"', 'quantity = "sheets"', "there is no fact sheets"),
    (COPIES, TOML, 'when = "output_format in', 'when = "output_shape in', "there is no fact output_shape"),
    (COPIES, TOML, 'pages = "document.pages"', 'pages = "document.sheets"', "no field document.sheets"),
    (COPIES, TOML, 'certify_component = "original"', 'certify_component = "scan"', "there is no paper scan"),
    (COPIES, TOML, 'copies_from = "output.copies"', 'copies_from = "output.number"', "no field output.number"),
    (COPIES, TOML, 'document_name = "document.name"', 'document_name = "document.title"', "no field document.title"),
    (COPIES, TOML, '"office_note.draft_result.pages_compared | ', '"office_note.draft_result.sheets | ', "notes no sheets"),
    (COPIES, TOML, '[steps.note_agreement]', '[steps.note_agreements]', "note_agreement"),
    (COPIES, FORM, '"section": "document"', '"section": "documents"', "section documents is not declared"),
    (COPIES, FORM, "format != 'electronic'", "shape != 'electronic'", "there is no fact shape"),
    (COPIES, FORM, "format != 'electronic'", "open('/etc/passwd')", "output.copies"),
    (COPIES, BPMN, 'userTask id="examine"', 'scriptTask id="examine"', "script"),
    (MARITAL, TOML, 'commune_from = "planned_place.place"', 'commune_from = "planned.place"', "no field planned.place"),
    (MARITAL, TOML, 'term = "3 working-days"', 'term = "3"', "term"),
    (BIRTH, TOML, 'since = "child_birth.born_on"', 'since = "child.born_on"', "elapsed.late: no field"),
    (BIRTH, TOML, '[consultations.marriage_commune]', '[consultations.marriage]', "asks a consultation"),
    (PERMIT, TOML, 'budget = "3 working-days"', 'budget = "3 days of work"', "steps.site_check.budget"),
])
def test_a_mistake_is_named_by_its_place(code, name, old, new, said):
    assert said in problems(code, name, old, new)


@pytest.mark.parametrize("name", [TOML, FORM, BPMN, "result.typ"])
def test_a_missing_file_is_named(name):
    files = {key: text for key, text in package_of(COPIES).files.items() if key != name}
    with pytest.raises(PackageRefused, match=name.replace(".", r"\.")):
        parse_package(files)


def test_the_same_files_are_the_same_version_and_another_overlay_is_another():
    plain = parse_package({k: v for k, v in package_of(COPIES).files.items() if k != "overlay.json"})
    assert plain.digest == parse_package(dict(plain.files)).digest
    assert plain.digest != package_of(COPIES).digest


def overlaid(code: str, overlay: dict[str, object]) -> str:
    files = {**package_of(code).files, "overlay.json": json.dumps(overlay)}
    with pytest.raises(PackageRefused) as refused:
        parse_package(files)
    return "; ".join(refused.value.problems)


def test_a_province_cannot_set_what_the_state_has_set():
    fee = {"fees": {"paper_copies": {"amount": 1, "legal_basis": "Nghị quyết GIẢ ĐỊNH"}}}
    assert "fees.paper_copies is not left to the province" in overlaid(COPIES, fee)
    term = {"supplement": {"term": "9 working-days", "legal_basis": "Quyết định GIẢ ĐỊNH"}}
    assert "the law itself sets the term" in overlaid(PERMIT, term)


def test_a_province_cannot_time_a_step_that_does_not_exist():
    step = {"steps": {"dance": {"budget": "1 working-hours", "legal_basis": "Quy trình GIẢ ĐỊNH"}}}
    assert "there is no step dance" in overlaid(COPIES, step)


def test_the_steps_together_take_no_longer_than_the_law_allows():
    long = {"steps": {"examine": {"budget": "4 working-days", "legal_basis": "Quy trình GIẢ ĐỊNH"}}}
    assert "nhiều hơn thời hạn" in overlaid(MARITAL, long)


def test_reception_comes_before_the_term():
    long = {"steps": {"check_papers": {"budget": "4 working-days", "legal_basis": "Quy trình GIẢ ĐỊNH"}}}
    files = {**package_of(MARITAL).files, "overlay.json": json.dumps(long)}
    assert parse_package(files).procedure.steps["check_papers"].budget == "4 working-days"


def test_a_provinces_amount_needs_its_resolution():
    assert "legal_basis" in overlaid(MARITAL, {"fees": {"marital_status": {"amount": 15000}}})


def test_where_the_law_leaves_the_supplement_to_a_silent_province_nothing_is_published():
    with pytest.raises(PackageRefused, match=r"overlays/H00\.toml does not say"):
        packages_in(WORKFLOWS, province="H00")


def test_an_overlay_changes_times_and_leaves_the_law_alone():
    plain = parse_package({k: v for k, v in package_of(MARITAL).files.items() if k != "overlay.json"}).procedure
    laid = Overlay.model_validate(
        {"steps": {"examine": {"budget": "2 working-hours", "legal_basis": "Quy trình GIẢ ĐỊNH"}}}
    ).laid_over(plain)
    assert laid.steps["examine"].budget == "2 working-hours"
    assert laid.term == plain.term
    assert laid.supplement == plain.supplement


def test_a_rule_holds_on_its_first_and_last_day():
    rule = package_of(BIRTH).procedure.legal_basis[0]
    term = package_of(PERMIT).procedure.supplement
    assert not term.holds_on(date(2026, 6, 30))
    assert term.holds_on(date(2026, 7, 1))
    assert rule.valid_to == package_of(BIRTH).procedure.valid_to == date(2027, 2, 28)


def test_every_folder_is_named_after_its_code():
    assert all(folder.name.startswith(f"{package_of(code).procedure.code}-") for code, folder in FOLDERS.items())
