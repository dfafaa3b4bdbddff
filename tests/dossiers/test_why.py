"""The account of a due moment: one content, three voices, nothing personal in public."""

from datetime import datetime
from uuid import uuid4

import pytest

from app.deadlines.explain import stretches_of
from app.deadlines.ledger import Difference, Fact, recompute
from app.deadlines.models import LineKind
from app.deadlines.service import Due, Explanation
from app.dossiers.why import Voice, Why, account
from app.faces.pages import environment
from app.faces.why import answer, shown, span_words
from app.kit import clock
from app.kit.clock import LOCAL
from tests.deadlines.test_ledger import Ledger, local

OFFICER = uuid4()


def told(ledger: Ledger, *differences: Difference) -> Explanation:
    now = ledger.clock
    assert now is not None
    calendars = ledger.calendars.__getitem__
    assert recompute(ledger.lines, calendars)[1] == []
    return Explanation(
        Due(now.original_due, now.due, now.paused_since, now.ended_at), tuple(ledger.lines),
        stretches_of(ledger.lines, calendars), differences,
    )


def a_long_story() -> Ledger:
    """Five working days, received late on a Tuesday; a supplement over Tết; an apology."""
    ledger = Ledger("2026-02-10T16:50", "5 working-days")
    ledger.write(Fact(LineKind.PAUSE, local("2026-02-12T10:00"), "supplement"), note="Ảnh chụp của Lý Thử bị mờ")
    ledger.write(Fact(LineKind.RESUME, local("2026-02-24T09:00"), "supplement"))
    ledger.write(Fact(LineKind.EXTEND, local("2026-02-25T09:00"), "apology", new_due=local("2026-03-05T17:00")))
    return ledger


def of(ledger: Ledger, voice: Voice = Voice.OFFICER, language: str = "vi") -> Why:
    return account(told(ledger), voice, language, {})


def test_the_answer_is_one_sentence() -> None:
    why = of(Ledger("2026-06-05T10:00", "3 working-days"))
    assert answer(why, "vi") == (
        "Nhận 10:00 thứ Sáu, 05/06/2026, thời hạn 3 ngày làm việc → hạn 17:00 thứ Tư, 10/06/2026."
    )
    english = of(Ledger("2026-06-05T10:00", "3 working-days"), language="en")
    assert answer(english, "en").startswith("Received 10:00 Friday, 05/06/2026, term 3 working days → due 17:00 Wednesday")


def test_the_applicant_reads_why_somebody_acted_and_no_remark_on_the_rule() -> None:
    ledger = Ledger("2026-02-10T16:50", "5 working-days", note="Chưa đối chiếu văn bản gốc")
    ledger.write(Fact(LineKind.PAUSE, local("2026-02-12T10:00"), "supplement"), note="Ảnh chụp bị mờ")
    notes = {voice: [one.note for one in of(ledger, voice).entries] for voice in Voice}
    assert notes[Voice.OFFICER] == notes[Voice.SUPERVISOR] == ["Chưa đối chiếu văn bản gốc", "Ảnh chụp bị mờ"]
    assert notes[Voice.CITIZEN] == ["", "Ảnh chụp bị mờ"]
    assert notes[Voice.PUBLIC] == ["", ""]


def test_a_paused_clock_promises_nothing() -> None:
    ledger = Ledger("2026-06-05T10:00", "3 working-days")
    ledger.write(Fact(LineKind.PAUSE, local("2026-06-08T10:00"), "supplement"))
    with clock.at(local("2026-06-09T10:00")):
        why = of(ledger)
    assert "tạm dừng từ 10:00 thứ Hai, 08/06/2026" in answer(why, "vi")
    assert why.rows[-1].end is None


def test_what_was_used_adds_up_to_the_term_across_a_pause() -> None:
    why = of(a_long_story())
    assert [row.total for row in why.rows if row.total is not None] == [2, 5]
    assert why.budget == 5
    assert sum(row.days for row in why.rows if row.rule == "extended") == 4  # on top of the term
    assert all(one.end == two.start for one, two in zip(why.rows, why.rows[1:], strict=False))


def test_a_full_new_term_is_counted_anew() -> None:
    ledger = Ledger("2026-06-01T10:00", "3 working-days")
    ledger.write(Fact(LineKind.PAUSE, local("2026-06-03T10:00"), "supplement"))
    ledger.write(Fact(LineKind.RESTART, local("2026-06-09T10:00"), "supplement"))
    why = of(ledger)
    assert [row.total for row in why.rows if row.counted] == [2, 3]
    assert [row.start for row in why.rows if row.anew] == [local("2026-06-09T10:00")]
    numbers = {day.on.day: day.number for week in why.months[0].weeks for day in week if day and day.number}
    assert numbers == {2: 1, 3: 2, 10: 1, 11: 2, 12: 3}


def test_hours_are_told_day_by_day_and_to_the_minute() -> None:
    why = of(Ledger("2026-06-05T15:20", "20 working-hours", "hours"))
    assert [row.minutes for row in why.rows if row.counted] == [100, 480, 480, 140]
    assert why.rows[-1].total == 1200
    assert len(why.pieces) > len(why.rows)
    assert (why.rows[0].start, why.rows[-1].end) == (why.pieces[0].start, why.pieces[-1].end)


def test_a_long_term_in_hours_is_told_in_blocks_that_add_up() -> None:
    why = of(Ledger("2026-06-05T15:20", "240 working-hours", "hours"))
    assert len(why.rows) < 20
    assert sum(row.minutes for row in why.rows) == why.rows[-1].total == 240 * 60
    assert all(one.end == two.start for one, two in zip(why.rows, why.rows[1:], strict=False))


def test_days_off_have_their_name_on_the_calendar() -> None:
    why = of(Ledger("2026-02-13T16:50", "3 working-days"))
    assert [name for month in why.months for _, _, name in month.names] == ["Tết Âm lịch"]
    marks = {day.on.day: day.mark for week in why.months[0].weeks for day in week if day and day.mark}
    assert (marks[13], marks[14], marks[16], marks[23], marks[25]) == ("received", "off", "off", "counted", "due")


def test_the_public_hears_no_reason_and_no_person() -> None:
    why = account(told(a_long_story()), Voice.PUBLIC, "vi", {OFFICER: "Không Được Lộ"})
    said = repr(shown(why, "vi"))
    for secret in ("Lý Thử", "bị mờ", "Không Được Lộ"):
        assert secret not in said
    assert "Chờ bổ sung hồ sơ" in said


def test_the_applicant_hears_the_reason() -> None:
    assert "Ảnh chụp của Lý Thử bị mờ" in repr(of(a_long_story(), Voice.CITIZEN))


def test_officers_and_citizens_read_the_same_dates_in_their_own_words() -> None:
    officer, citizen = of(a_long_story()), of(a_long_story(), Voice.CITIZEN)
    dates = [[(row.start, row.end, row.total) for row in why.rows] for why in (officer, citizen)]
    assert dates[0] == dates[1]
    assert officer.rows[0].words == "Ngày nhận không tính"
    assert citizen.rows[0].words == "Ngày nhận hồ sơ không tính vào thời hạn."


def test_a_ledger_that_disagrees_with_itself_is_an_alarm() -> None:
    wrong = Difference(1, local("2026-06-10T17:00"), local("2026-06-11T17:00"))
    why = account(told(Ledger("2026-06-05T10:00", "3 working-days"), wrong), Voice.OFFICER, "vi", {})
    assert why.differences == (wrong,)
    part = environment().from_string('{% import "parts/why.html" as why %}{{ why.account(told) }}')
    assert "Sổ thời hạn không khớp khi tính lại." in part.render(told=shown(why, "vi"))
    citizen = account(told(Ledger("2026-06-05T10:00", "3 working-days"), wrong), Voice.CITIZEN, "vi", {})
    assert "không khớp" not in part.render(told=shown(citizen, "vi"))


def test_days_nobody_has_decided_are_said_to_be_unverified() -> None:
    assert of(Ledger("2027-02-03T10:00", "5 working-days")).unread
    assert not of(Ledger("2026-02-03T10:00", "15 working-days")).unread


@pytest.mark.parametrize(("start", "end", "words"), [
    ("2026-06-05T10:00", "2026-06-06T00:00", "10:00–24:00 thứ Sáu 05/06/2026"),
    ("2026-06-06T00:00", "2026-06-08T00:00", "thứ Bảy 06/06 – Chủ nhật 07/06/2026"),
    ("2026-06-06T00:00", "2026-06-07T00:00", "thứ Bảy 06/06/2026"),
    ("2026-06-08T00:00", "2026-06-10T17:00", "0:00 thứ Hai 08/06 – 17:00 thứ Tư 10/06/2026"),
    ("2026-12-31T10:00", "2027-01-04T10:00", "10:00 thứ Năm 31/12/2026 – 10:00 thứ Hai 04/01/2027"),
    ("2026-06-08T10:00", None, "từ 10:00 thứ Hai 08/06/2026"),
])
def test_a_span_is_said_as_people_say_it(start: str, end: str | None, words: str) -> None:
    until = datetime.fromisoformat(end).replace(tzinfo=LOCAL) if end else None
    assert span_words(local(start), until) == words
