"""What people pay and how long they wait, by the tables of the packages and the invented province."""

from datetime import date, datetime

import pytest

from app.kit import clock
from app.procedures.catalogue import LoadedProcedure
from tests.workflows.walking import BIRTH, COPIES, MARITAL, PERMIT, loaded, package_of

DAY = date(2026, 11, 11)


def amounts(procedure: LoadedProcedure, **facts: object) -> dict[str, int]:
    return {due.code: due.amount for due in procedure.fees_for(facts, day=DAY)}


@pytest.mark.parametrize(("pages", "fee"), [
    (1, 2_000), (2, 4_000), (3, 5_000), (10, 12_000), (197, 199_000), (198, 200_000), (199, 200_000), (1_000, 200_000),
])
def test_a_copy_costs_by_the_pages_of_its_original(pages, fee):
    assert amounts(loaded(COPIES), pages=pages, copies=1, output_format="paper") == {"paper_copies": fee}


@pytest.mark.parametrize("copies", [1, 2, 7])
def test_every_copy_is_paid_for(copies):
    assert amounts(loaded(COPIES), pages=3, copies=copies, output_format="paper") == {"paper_copies": 5_000 * copies}


def test_the_most_holds_for_each_copy_not_for_all():
    assert amounts(loaded(COPIES), pages=500, copies=3, output_format="paper") == {"paper_copies": 600_000}


def test_an_electronic_copy_is_one_copy():
    assert amounts(loaded(COPIES), pages=3, copies=None, output_format="electronic") == {"electronic_copy": 5_000}


def test_paper_and_electronic_are_added_up():
    both = amounts(loaded(COPIES), pages=3, copies=2, output_format="both")
    assert both == {"paper_copies": 10_000, "electronic_copy": 5_000}


def test_a_registration_in_time_is_free():
    assert amounts(loaded(BIRTH), late=False, copies=0, exemption="none") == {}


def test_each_extra_copy_of_the_extract_costs_8000():
    assert amounts(loaded(BIRTH), late=False, copies=3, exemption="none") == {"copies": 24_000}


def test_a_late_registration_costs_what_the_province_says():
    assert amounts(loaded(BIRTH), late=True, copies=0, exemption="none") == {"late_registration": 5_000}


@pytest.mark.parametrize("group", ["merit", "poor", "disabled"])
def test_exempt_groups_pay_no_charge(group):
    assert amounts(loaded(BIRTH), late=True, copies=0, exemption=group) == {}
    assert amounts(loaded(MARITAL), exemption=group) == {}


def test_the_marital_status_charge_is_the_provinces():
    due = loaded(MARITAL).fees_for({"exemption": "none"}, day=DAY)[0]
    assert due.amount == 15_000
    assert "GIẢ ĐỊNH" in due.explanation


def test_before_the_provinces_resolution_nothing_is_owed():
    assert loaded(MARITAL).fees_for({"exemption": "none"}, day=date(2025, 12, 31)) == ()


def test_the_permit_charge_is_the_provinces():
    assert amounts(loaded(PERMIT)) == {"building_permit": 50_000}


BIRTH_DAY = {"child_birth": {"born_on": {"year": 2026, "month": 9, "day": 1}}}


@pytest.mark.parametrize(("today", "late"), [("2026-10-31", False), ("2026-11-01", True)])
def test_sixty_days_after_the_birth_are_in_time(today, late):
    with clock.at(datetime.fromisoformat(f"{today}T10:00:00+07:00")):
        assert loaded(BIRTH).facts_from(BIRTH_DAY)["late"] is late


def test_of_a_birth_year_alone_the_last_day_counts():
    answers = {"child_birth": {"born_on": {"year": 2026}}}
    with clock.at(datetime.fromisoformat("2026-11-01T10:00:00+07:00")):
        assert loaded(BIRTH).facts_from(answers)["late"] is False


@pytest.mark.parametrize(("code", "facts", "term"), [
    (BIRTH, {}, "same-day"),
    (MARITAL, {}, "3 working-days"),
    (COPIES, {}, "same-day"),
    (COPIES, {"agreed_time": "same_day"}, "same-day"),
    (COPIES, {"agreed_time": "two_days"}, "2 working-days"),
    (PERMIT, {"work_kind": "new"}, "7 working-days"),
    (PERMIT, {"work_kind": "repair"}, "9 working-days"),
])
def test_the_legal_term(code, facts, term):
    assert loaded(code).term_for(facts) == term


@pytest.mark.parametrize("code", [BIRTH, COPIES, MARITAL, PERMIT])
def test_same_day_means_before_three_in_the_afternoon(code):
    assert package_of(code).procedure.term.cutoff == "15:00"


def test_internal_office_times_come_from_the_province():
    assert package_of(MARITAL).procedure.steps["examine"].budget == "1 working-days"


@pytest.mark.parametrize("code", [BIRTH, COPIES, MARITAL])
def test_where_the_law_is_silent_the_province_says_how_long_a_supplement_may_take(code):
    assert package_of(code).procedure.supplement.term == "5 working-days"
