"""Every package of `workflows/` is whole, and speaks only words that the office knows."""

import re
from typing import Any

import pytest

from app.deadlines.terms import parse_term
from app.dossiers.commands import COMMANDS
from app.dossiers.effects import EFFECTS
from app.dossiers.instant import instant_effect
from app.engine.turns import begin
from app.org.models import Role
from app.procedures.parts import Words
from app.procedures.reading import read_folder
from app.procedures.service import packages_in
from tests.workflows.walking import BIRTH, COPIES, FOLDERS, MARITAL, PERMIT, PROVINCE, WORKFLOWS, package_of

CODES = sorted(FOLDERS)
SPEAKS = re.compile(r"[.!?]\s+|[:;]\s+")
# An effect and a message may be named after a consultation; the rest is known by name.
MESSAGES = {"supplement_received", "withdrawn", "stopped", "post_delivered", "post_returned"}


def words_of(thing: Any) -> list[Words]:
    """Every text of a package or form, however deep."""
    if isinstance(thing, Words):
        return [thing]
    if hasattr(thing, "model_fields_set"):
        return [word for name in type(thing).model_fields for word in words_of(getattr(thing, name))]
    if isinstance(thing, dict):
        return [word for value in thing.values() for word in words_of(value)]
    if isinstance(thing, list | tuple):
        return [word for value in thing for word in words_of(value)]
    return []


def test_the_four_procedures_are_there():
    assert set(CODES) >= {BIRTH, COPIES, MARITAL, PERMIT}


def test_the_province_can_publish_all_of_them():
    assert len(packages_in(WORKFLOWS, province=PROVINCE)) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_package_is_whole_without_any_province(code):
    assert read_folder(FOLDERS[code]).procedure.code == code


@pytest.mark.parametrize("code", CODES)
def test_every_effect_of_a_drawing_has_somebody_who_does_it(code):
    unknown = {name for name in package_of(code).drawing.effects if name not in EFFECTS and not instant_effect(name)}
    assert not unknown


@pytest.mark.parametrize("code", CODES)
def test_every_command_is_a_verb_of_the_office(code):
    commands = {action.command for step in package_of(code).procedure.steps.values() for action in step.actions}
    assert commands <= set(COMMANDS)


@pytest.mark.parametrize("code", CODES)
def test_every_lane_is_a_role(code):
    assert package_of(code).drawing.roles <= {*Role, "applicant"}


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_one_that_somebody_sends(code):
    package = package_of(code)
    answers = {f"{name}_answered" for name in package.procedure.consultations}
    assert package.drawing.messages <= MESSAGES | answers


@pytest.mark.parametrize("code", CODES)
def test_a_question_waits_as_long_as_the_package_says(code):
    package = package_of(code)
    for name, rule in package.procedure.consultations.items():
        assert package.drawing.terms[f"{name}_late"] == rule.term


@pytest.mark.parametrize("code", CODES)
def test_every_negative_action_asks_for_a_reason(code):
    negative = {"refuse", "refuse_at_intake", "ask_supplement", "send_back", "correct_draft"}
    for step in package_of(code).procedure.steps.values():
        for action in step.actions:
            assert action.reason or action.command not in negative, action.id


@pytest.mark.parametrize("code", CODES)
def test_sentences_are_short_enough_to_be_read_once(code):
    package = package_of(code)
    # Fifteen words; in Vietnamese a word has one or two syllables, and syllables are what stands between spaces.
    long = [
        sentence
        for word in [*words_of(package.procedure), *words_of(package.form)]
        for text, most in ((word.vi, 22), (word.en, 15))
        for sentence in SPEAKS.split(text)
        if len(sentence.split()) > most
    ]
    assert not long


@pytest.mark.parametrize("code", CODES)
def test_every_rule_names_its_source(code):
    procedure = package_of(code).procedure
    rules = [procedure.term, procedure.supplement, *procedure.fees, *procedure.results, *procedure.consultations.values()]
    assert all(re.search(r"(Luật|Nghị định|Nghị quyết|Thông tư|Quyết định) ", rule.legal_basis) for rule in rules)
    assert procedure.source.startswith("https://dichvucong.gov.vn/")


@pytest.mark.parametrize("code", CODES)
def test_what_a_province_sets_is_never_in_the_package(code):
    for rule in read_folder(FOLDERS[code]).procedure.fees:
        assert rule.set_by == "state" or (rule.amount is None and rule.decision is None)


@pytest.mark.parametrize("code", CODES)
def test_the_legal_term_is_a_term(code):
    procedure, decisions = package_of(code).procedure, package_of(code).decisions
    if procedure.term.decision is None:
        assert procedure.term.term is not None
        parse_term(procedure.term.term)
    else:
        parse_term(str(decisions[procedure.term.decision].decide({})["term"]))


@pytest.mark.parametrize("code", CODES)
def test_a_dossier_begins_at_the_reception(code):
    turn = begin(package_of(code).drawing, {"channel": "online"})
    assert [task.name for task in turn.opened if task.kind == "step"] == ["check_papers"]


@pytest.mark.parametrize("code", CODES)
def test_the_answers_of_a_step_are_all_thought_of_in_the_drawing(code):
    package = package_of(code)
    answered = {name for step in package.procedure.steps.values() for action in step.actions for name in action.answer}
    assert answered <= package.drawing.reads


@pytest.mark.parametrize("code", CODES)
def test_a_result_fills_every_field_its_template_needs(code):
    package = package_of(code)
    for result in package.procedure.results:
        template = package.files[result.template]
        needed = set(re.findall(r'need\("(\w+)"\)', template))
        assert needed <= set(result.content)
