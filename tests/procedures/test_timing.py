"""The times of a package are proved before it is published: along every way, for every term, in both languages."""

import json
import re
from datetime import date

import pytest

from app.engine.courses import course_of
from app.procedures.reading import PackageRefused, parse_package
from app.procedures.service import overlay_of, packages_in
from tests.workflows.walking import BIRTH, COPIES, MARITAL, PERMIT, WORKFLOWS, package_of

TOML, BPMN = "procedure.toml", "process.bpmn"


def refused(code: str, *changes: tuple[str, str, str], overlay: dict[str, object] | None = None) -> str:
    files = dict(package_of(code).files)
    for name, old, new in changes:
        assert old in files[name], old
        files[name] = files[name].replace(old, new, 1)
    if overlay is not None:
        files["overlay.json"] = json.dumps({**json.loads(files.get("overlay.json", "{}")), **overlay}, default=str)
    with pytest.raises(PackageRefused) as told:
        parse_package(files)
    return "; ".join(told.value.problems)


def steps(**budgets: str) -> dict[str, object]:
    return {"steps": {name: {"budget": budget, "legal_basis": "Quy trình GIẢ ĐỊNH"} for name, budget in budgets.items()}}


def reading(word: str, since: str | None, until: str | None) -> dict[str, object]:
    return {"reading": word, "legal_basis": f"Quyết định GIẢ ĐỊNH {word}", "valid_from": since, "valid_to": until}


def test_every_package_of_the_house_is_in_time_with_its_province() -> None:
    assert {package.procedure.code for package in packages_in(WORKFLOWS, province="H99")} >= {BIRTH, COPIES, MARITAL, PERMIT}


def test_a_sum_over_the_term_names_steps_sum_and_term_in_both_languages() -> None:
    said = refused(PERMIT, overlay=steps(examine="3 working-days"))
    # site check 3 days, asked agency 2, examination 3: 64 hours; a house has 7 working days, a repair 9
    assert "steps (terms.dmn, 2)" in said
    assert "terms.dmn, 1" not in said
    assert "Thẩm định và kiểm tra thực địa" in said
    assert "64 giờ làm việc, nhiều hơn thời hạn 7 ngày làm việc (56 giờ)" in said
    assert "add up to 64 working hours, more than the term of 7 working days" in said


def test_agencies_asked_side_by_side_count_by_the_slowest_not_by_their_sum() -> None:
    course = course_of(package_of(PERMIT).files[BPMN].encode())
    waits = {place: 10 for name in ("planning", "fire_safety", "infrastructure")
             for place in course.awaiting(f"{name}_answered")}
    assert len(waits) == 3
    assert course.longest(waits, begins=course.begins)[0] == 10


def test_a_slower_agency_makes_the_package_too_slow() -> None:
    said = refused(PERMIT, (TOML, 'term = "2 working-days"\nsilence', 'term = "5 working-days"\nsilence'))
    assert "Cơ quan quản lý quy hoạch" in said
    assert "The planning agency" in said


def test_time_the_law_adds_for_a_question_is_not_taken_from_the_term() -> None:
    assert "nhiều hơn thời hạn Trong ngày" in refused(BIRTH, (TOML, "adds_time = true\n", ""))


def test_a_full_new_term_after_a_supplement_begins_the_sum_anew() -> None:
    steps_after = steps(examine="1 working-days", examine_supplement="6 working-days")
    files = {**package_of(PERMIT).files}
    files["overlay.json"] = json.dumps({**json.loads(files["overlay.json"]), **steps_after})
    assert parse_package(files).procedure.steps["examine_supplement"].budget == "6 working-days"
    said = refused(
        PERMIT, (TOML, 'cutoff = "15:00"\nlegal_basis', 'cutoff = "15:00"\nafter_supplement = "remainder"\nlegal_basis'),
        overlay=steps_after,
    )
    assert "Thẩm định lại sau bổ sung" in said


def test_what_was_sent_back_is_not_counted_twice() -> None:
    course = course_of(package_of(MARITAL).files[BPMN].encode())
    total, way = course.longest({"draft_result": 60, "sign_result": 60}, begins=course.begins)
    assert total == 120
    assert sorted(way) == ["draft_result", "sign_result"]


@pytest.mark.parametrize(("name", "old", "new", "place"), [
    (TOML, 'term = "3 working-days"\ncutoff', 'term = "3"\ncutoff', "term: Thời hạn “3” thiếu đơn vị"),
    (TOML, 'within = "8 working-hours"', 'within = "8"', "term.answer.within: Thời hạn “8” thiếu đơn vị"),
])
def test_a_term_without_unit_is_refused_by_its_place(name: str, old: str, new: str, place: str) -> None:
    said = refused(MARITAL, (name, old, new))
    assert place in said
    assert " / " in said


def test_a_table_that_gives_no_unit_is_refused_by_its_row() -> None:
    assert "terms.dmn, 2: Thời hạn “7” thiếu đơn vị" in refused(PERMIT, ("terms.dmn", '"7 working-days"', '"7"'))


def test_a_pause_that_nothing_ends_is_refused() -> None:
    files = dict(package_of(PERMIT).files)
    late = re.compile(r'<bpmn:boundaryEvent id="supplement_late".*?</bpmn:boundaryEvent>', re.DOTALL)
    gone = ("supplement_late", "lapse_supplement", "refuse_lapsed", "supplement_lapsed")  # the way a lapse would take
    drawn = late.sub("", files[BPMN]).splitlines()
    kept = [line for line in drawn if not any(f'"{name}"' in line or f">{name}<" in line for name in gone)]
    with pytest.raises(PackageRefused) as told:
        parse_package({**files, BPMN: "\n".join(kept)})
    said = "; ".join(told.value.problems)
    assert "không có gì kết thúc việc chờ ở “await_supplement”" in said
    assert "nothing ends the waiting at “await_supplement”" in said


def test_a_supplement_without_term_from_law_or_province_is_not_published() -> None:
    with pytest.raises(PackageRefused, match="tạm dừng sẽ không kết thúc") as told:
        packages_in(WORKFLOWS, province="H00")
    assert "would never end" in str(told.value)


@pytest.mark.parametrize(("first", "second", "overlap"), [
    (("2026-01-01", "2026-06-30"), ("2026-07-01", None), False), (("2026-01-01", "2026-07-01"), ("2026-07-01", None), True),
    ((None, None), ("2026-07-01", None), True), ((None, "2025-12-31"), ("2026-01-01", None), False),
])
def test_readings_that_hold_on_one_day_are_refused(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None], overlap: bool
) -> None:
    overlay = {"readings": [reading("days", *first), reading("hours", *second)]}
    if overlap:
        said = refused(MARITAL, overlay=overlay)
        assert "Hai quy định cùng có hiệu lực" in said
        assert "Two rules hold on" in said
    else:
        files = {**package_of(MARITAL).files, "overlay.json": json.dumps(overlay)}
        assert len(parse_package(files).procedure.term.readings) == 2


def test_the_reading_is_the_one_of_the_day_of_receipt_the_provinces_before_the_packages() -> None:
    files = {**package_of(MARITAL).files}
    own = '\n[[term.readings]]\nreading = "hours"\nlegal_basis = "Thử"\nvalid_to = 2026-08-31\n'
    files[TOML] = files[TOML].replace("\n[term.answer]", f"{own}\n[term.answer]", 1)
    files["overlay.json"] = json.dumps({"readings": [reading("days", "2026-03-01", "2026-03-31")]})
    term = parse_package(files).procedure.term
    days = ((2, 28), (3, 1), (3, 31), (4, 1), (8, 31), (9, 1))
    assert [term.reading_on(date(2026, month, day)) for month, day in days] == [
        "hours", "days", "days", "hours", "hours", "days",
    ]


def test_a_province_may_set_its_reading_for_every_procedure() -> None:
    overlay = {"*": {"readings": [reading("hours", None, None)]}, MARITAL: {"readings": []}}
    assert overlay_of(overlay, BIRTH) == overlay["*"]
    assert overlay_of(overlay, MARITAL) == {"readings": []}
    assert overlay_of({}, BIRTH) is None


def test_starts_of_one_way_that_hold_on_one_day_are_refused() -> None:
    twice = '\n[[term.starts]]\nway = "post"\nmoment = "complete_receipt"\nlegal_basis = "Thử"\n\n[term.answer]'
    assert "term.starts: Hai quy định" in refused(BIRTH, (TOML, "\n[term.answer]", twice))


def test_a_published_version_is_not_locked_by_later_rules() -> None:
    files = dict(package_of(PERMIT).files)
    files["overlay.json"] = json.dumps({**json.loads(files["overlay.json"]), **steps(examine="3 working-days")})
    assert parse_package(files, published=True).procedure.code == PERMIT


@pytest.mark.parametrize(("code", "way", "moment"), [
    (BIRTH, "counter", "complete_receipt"), (BIRTH, "online", "complete_receipt"), (BIRTH, "post", "handed_over"),
    (BIRTH, "elsewhere", "competent_receipt"), (COPIES, "counter", "complete_receipt"),
    (PERMIT, "online", "complete_receipt"),
])
def test_each_way_has_its_start_with_its_source(code: str, way: str, moment: str) -> None:
    rule = package_of(code).procedure.term.start_on(date(2026, 11, 11), way)
    assert (rule.moment, bool(rule.legal_basis)) == (moment, True)


def test_only_what_the_procedure_says_is_taken_in_elsewhere() -> None:
    day = date(2026, 11, 11)
    assert {code for code in (BIRTH, MARITAL, COPIES, PERMIT) if package_of(code).procedure.taken_in_elsewhere(day)} == {
        BIRTH, MARITAL,
    }
    assert not package_of(BIRTH).procedure.taken_in_elsewhere(date(2026, 8, 4))  # NĐ 309/2026 holds from 5 August 2026
