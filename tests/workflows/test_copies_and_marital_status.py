"""2.000815: the written agreement on time. 1.004873: the other commune and the undertaking."""

import pytest

from tests.workflows.walking import COPIES, MARITAL, Walk, package_of, signed_and_sealed


def test_copies_are_certified_from_the_counter_to_the_counter():
    walk = Walk(COPIES, {"channel": "counter", "return_way": "counter"})
    walk.act("check_papers", "receive").act("examine", "approve").act("draft_result", "draft")
    assert signed_and_sealed(walk).act("return_result", "hand_over").ended == "returned"


def test_copies_are_taken_only_at_the_counter_and_it_is_said_why():
    procedure = package_of(COPIES).procedure
    assert procedure.channels == ("counter",)
    assert procedure.online_reason is not None


@pytest.mark.parametrize("action", ["agreed", "not_agreed"])
def test_more_time_is_agreed_in_writing_and_the_work_goes_on(action):
    walk = Walk(COPIES, {"channel": "counter"}).act("check_papers", "receive").act("examine", "agree_time")
    assert walk.steps == {"note_agreement"}
    assert walk.act("note_agreement", action).steps == {"examine"}


def test_the_agreement_keeps_the_date_and_the_words():
    action = package_of(COPIES).procedure.steps["note_agreement"].actions[0]
    assert [(field.id, field.required) for field in action.fields] == [("new_date", True), ("agreement", True)]


def test_the_certified_copy_carries_the_pages_of_the_original():
    assert package_of(COPIES).procedure.results[0].certify_component == "original"


def received(**facts: object) -> Walk:
    walk = Walk(MARITAL, {"channel": "counter", "return_way": "counter", **facts})
    return walk.act("check_papers", "receive")


LOST = {"purpose": "marry", "issued_before": "yes", "old_certificate": "cannot_return"}


@pytest.mark.parametrize("facts", [
    {"purpose": "property", "issued_before": "yes", "old_certificate": "cannot_return"},
    {"purpose": "marry", "issued_before": "yes", "old_certificate": "returned"},
    {"purpose": "marry", "issued_before": "no"},
])
def test_the_other_commune_is_asked_only_when_an_old_certificate_to_marry_cannot_be_returned(facts):
    walk = received(**facts)
    assert walk.steps == {"examine"}
    assert walk.played == []


def test_the_commune_of_the_planned_marriage_is_asked():
    walk = received(**LOST)
    assert walk.played == ["ask_former_commune"]
    assert walk.steps == set()


@pytest.mark.parametrize("opinion", ["confirmed", "disagree"])
def test_an_answer_that_settles_it_needs_no_undertaking(opinion):
    walk = received(**LOST).deliver("former_commune_answered", former_commune_opinion=opinion)
    assert walk.steps == {"examine"}


def test_a_commune_that_cannot_verify_leads_to_the_undertaking():
    walk = received(**LOST).deliver("former_commune_answered", former_commune_opinion="not_confirmed")
    assert walk.steps == {"take_undertaking"}


def test_a_silent_commune_leads_to_the_undertaking():
    walk = received(**LOST).fire("former_commune_late")
    assert walk.steps == {"take_undertaking"}
    assert walk.act("take_undertaking", "taken").steps == {"examine"}
    assert package_of(MARITAL).procedure.consultations["former_commune"].silence == "undertaking"


def test_an_undertaking_that_is_not_given_is_weighed_by_the_specialist():
    walk = received(**LOST).fire("former_commune_late").act("take_undertaking", "not_given")
    assert walk.act("examine", "refuse").ended == "refused"


def test_online_the_applicant_sees_the_draft_and_silence_is_yes():
    walk = received(channel="online").act("examine", "approve").act("draft_result", "draft")
    assert walk.steps == {"confirm_draft"}
    assert walk.fire("draft_silent").steps == {"sign_result"}
