"""1.001193: parents' marriage, the draft the applicant sees, the child's number."""

import pytest

from tests.workflows.walking import BIRTH, Walk, signed_and_sealed

ISSUED = {"fetch_personal_number": {"personal_number": "issued"}}


def received(marriage: str | None = None, **facts: object) -> Walk:
    effects = {**ISSUED, **({"look_up_marriage": {"marriage": marriage}} if marriage else {})}
    walk = Walk(BIRTH, {"channel": "counter", "return_way": "counter", "parents_married": "yes", **facts}, effects)
    return walk.act("check_papers", "receive")


def test_unmarried_parents_are_not_looked_up():
    walk = received(parents_married="no")
    assert walk.steps == {"examine"}
    assert walk.played == []


def test_a_marriage_that_is_found_needs_no_question():
    walk = received("found")
    assert walk.steps == {"examine"}
    assert walk.played == ["look_up_marriage"]


@pytest.mark.parametrize("answer", ["not_found", "unavailable"])
def test_a_marriage_that_is_not_found_is_asked_of_the_commune(answer):
    walk = received(answer)
    assert walk.played == ["look_up_marriage", "ask_marriage_commune"]
    assert walk.steps == set()


def test_the_communes_answer_leads_to_the_examination():
    walk = received("not_found").deliver("marriage_commune_answered", marriage_commune_opinion="confirmed")
    assert walk.steps == {"examine"}


def test_a_silent_commune_does_not_hold_the_child_up():
    walk = received("not_found").fire("marriage_commune_late")
    assert walk.steps == {"examine"}
    assert walk.variable("marriage_commune_opinion") == "silent"


def test_while_the_commune_is_asked_the_dossier_may_be_withdrawn():
    assert received("not_found").deliver("withdrawn").ended == "withdrawn"


def drafted(channel: str, **effects: object) -> Walk:
    walk = Walk(BIRTH, {"channel": channel, "parents_married": "no", "return_way": "online"}, {**ISSUED, **effects})
    return walk.act("check_papers", "receive").act("examine", "approve").act("draft_result", "draft")


@pytest.mark.parametrize("channel", ["counter", "post"])
def test_only_online_applicants_are_shown_the_draft(channel):
    walk = drafted(channel)
    assert "show_draft" not in walk.played
    assert walk.steps == {"write_register"}


def test_online_the_applicant_confirms_the_draft():
    walk = drafted("online")
    assert walk.steps == {"confirm_draft"}
    assert walk.act("confirm_draft", "confirm").steps == {"write_register"}


def test_silence_about_the_draft_is_yes():
    walk = drafted("online").fire("draft_silent")
    assert walk.steps == {"write_register"}
    assert "accept_silence" in walk.played


def test_a_correction_goes_back_to_the_specialist_and_is_shown_again():
    walk = drafted("online").act("confirm_draft", "correct")
    assert walk.steps == {"draft_result"}
    assert walk.act("draft_result", "draft").steps == {"confirm_draft"}


def test_silence_after_a_correction_is_yes_as_well():
    walk = drafted("online").act("confirm_draft", "correct").act("draft_result", "draft").fire("draft_silent")
    assert walk.steps == {"write_register"}


def test_the_number_is_asked_for_only_what_the_applicant_agreed_to():
    walk = drafted("online")
    assert "fetch_personal_number" not in walk.played


def test_without_the_register_the_number_comes_on_paper():
    walk = drafted("counter", fetch_personal_number={"personal_number": "paper"})
    assert walk.steps == {"get_number_on_paper"}
    walk.act("get_number_on_paper", "note_number").act("write_register", "registered")
    assert signed_and_sealed(walk).ended == "returned"


def test_a_missing_number_does_not_hold_the_certificate_up():
    walk = drafted("counter", fetch_personal_number={"personal_number": "paper"})
    assert walk.act("get_number_on_paper", "without_number").steps == {"write_register"}
