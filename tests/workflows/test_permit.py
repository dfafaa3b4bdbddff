"""1.013225, the rules in force from 1 July 2026: online, one notice, agencies in parallel, silence is consent."""

from datetime import date
from itertools import permutations

import pytest

from tests.workflows.walking import PERMIT, Walk, package_of

AGENCIES = ("planning", "fire_safety", "infrastructure")


def checked(*agencies: str) -> Walk:
    walk = Walk(PERMIT, {"channel": "online", "return_way": "online"}).act("check_papers", "receive")
    return walk.act("site_check", "checked", **{f"consult_{name}": "yes" if name in agencies else "no" for name in AGENCIES})


def test_the_rules_begin_on_the_first_of_july():
    procedure = package_of(PERMIT).procedure
    assert procedure.valid_from == date(2026, 7, 1)
    assert all(basis.valid_from == date(2026, 7, 1) for basis in procedure.legal_basis)


def test_it_is_online_only_and_returned_online_or_by_post():
    procedure = package_of(PERMIT).procedure
    assert procedure.channels == ("online",)
    assert procedure.return_ways == ("online", "post")


def test_the_site_is_checked_before_anything_else():
    walk = Walk(PERMIT, {"channel": "online"}).act("check_papers", "receive")
    assert walk.steps == {"site_check"}
    assert package_of(PERMIT).procedure.steps["site_check"].budget == "3 working-days"


def test_without_open_questions_nobody_is_asked():
    walk = checked()
    assert walk.steps == {"examine"}
    assert walk.played == []


@pytest.mark.parametrize("agency", AGENCIES)
def test_only_the_agencies_that_are_needed_are_asked(agency):
    assert checked(agency).played == [f"ask_{agency}"]


def test_all_agencies_are_asked_at_once():
    walk = checked(*AGENCIES)
    assert set(walk.played) == {f"ask_{name}" for name in AGENCIES}
    assert walk.steps == set()


@pytest.mark.parametrize("order", list(permutations(AGENCIES)))
def test_the_appraisal_waits_for_the_last_agency_in_any_order(order):
    walk = checked(*AGENCIES)
    for name in order[:-1]:
        assert walk.deliver(f"{name}_answered", **{f"{name}_opinion": "agree"}).steps == set()
    assert walk.deliver(f"{order[-1]}_answered", **{f"{order[-1]}_opinion": "disagree"}).steps == {"examine"}


@pytest.mark.parametrize("order", list(permutations(AGENCIES)))
def test_silence_of_any_agency_is_consent(order):
    walk = checked(*AGENCIES)
    walk.deliver(f"{order[0]}_answered", **{f"{order[0]}_opinion": "agree"})
    walk.fire(f"{order[1]}_late").fire(f"{order[2]}_late")
    assert walk.steps == {"examine"}
    assert [walk.variable(f"{name}_opinion") for name in order] == ["agree", "silent", "silent"]
    assert package_of(PERMIT).procedure.consultations[order[1]].silence == "consent"


def test_an_answer_stops_its_own_clock_only():
    walk = checked("planning", "fire_safety").deliver("planning_answered", planning_opinion="agree")
    assert "planning_late" not in walk.waits_for
    assert "fire_safety_late" in walk.waits_for


def test_while_agencies_are_asked_the_owner_may_withdraw():
    walk = checked(*AGENCIES).deliver("withdrawn")
    assert walk.ended == "withdrawn"


def supplemented() -> Walk:
    return checked().act("examine", "ask_supplement").deliver("supplement_received")


def test_there_is_one_notice_and_no_second():
    actions = {action.id for action in package_of(PERMIT).procedure.steps["examine_supplement"].actions}
    assert actions == {"approve", "refuse"}
    assert package_of(PERMIT).procedure.supplement.most_requests == 1


def test_a_supplement_that_still_does_not_do_is_refused_within_a_day():
    assert supplemented().act("examine_supplement", "refuse").ended == "refused"
    assert package_of(PERMIT).procedure.steps["examine_supplement"].budget == "1 working-days"


def test_a_supplement_that_does_leads_to_the_permit():
    assert supplemented().act("examine_supplement", "approve").steps == {"draft_result"}


def test_the_owner_has_two_working_days_and_then_it_is_refused():
    procedure = package_of(PERMIT).procedure
    assert (procedure.supplement.term, procedure.supplement.lapse) == ("2 working-days", "refuse")
    walk = checked().act("examine", "ask_supplement").fire("supplement_late")
    assert walk.played[-1] == "refuse_lapsed"
