"""Every change has its words, in both languages, with agency, person and times; a text message is one message."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.dossiers.wordings import EVENTS, SMS_LETTERS, About, plain, words_of

DOSSIERS = Path(__file__).parents[2] / "app" / "dossiers"
ABOUT = About(
    code="H99.08.22-261122-0001", procedure="Đăng ký khai sinh", agency="Ủy ban nhân dân xã Tân Mai",
    agency_short="Xã Tân Mai", phone="0200 355 0101", person="Hà Minh Tú, Cán bộ tiếp nhận",
    submitted_at=datetime(2026, 11, 20, 1, 30, tzinfo=UTC), received_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    due_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC), link="http://motcua.test/t/H99.08.22-261122-0001",
)
FACTS = {"amount": 15000, "way": "post", "attempt": 1}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_notice_says_agency_person_and_times(event: str, language: str) -> None:
    told = words_of(event, ABOUT, FACTS, language)
    for part in ("Ủy ban nhân dân xã Tân Mai", "Hà Minh Tú", "08:30", "09:00", "16:30", ABOUT.code, ABOUT.link):
        assert part in told.body


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_english_words_of_its_own(event: str) -> None:
    vietnamese, english = words_of(event, ABOUT, FACTS, "vi"), words_of(event, ABOUT, FACTS, "en")
    assert vietnamese.subject != english.subject
    assert vietnamese.body.splitlines()[0] != english.body.splitlines()[0]
    assert vietnamese.sms != english.sms


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_text_message_is_one_message_without_accents(event: str, language: str) -> None:
    long = replace(ABOUT, person="Nguyễn Hoàng Phương Khánh Quỳnh, Công chức tư pháp – hộ tịch " * 3)
    told = words_of(event, long, FACTS, language)
    assert len(told.sms) <= SMS_LETTERS
    assert re.fullmatch(r"[ -~]+", told.sms)
    assert told.sms.startswith("Xa Tan Mai: ")
    assert ABOUT.code in told.sms


def test_every_event_that_is_told_has_its_words() -> None:
    told = {
        event for file in DOSSIERS.glob("*.py")
        for event in re.findall(r"""(?:\.tell\(|\bevent=)"([a-z_]+)\"""", file.read_text(encoding="utf-8"))
    }
    assert told <= set(EVENTS)
    assert {"submitted", "received", "paid", "returned", "extended"} <= told


def test_the_date_to_supplement_by_is_not_called_the_date_of_the_result() -> None:
    told = words_of("supplement_requested", ABOUT, {"due_at": "2026-11-27T09:30:00+00:00"}, "vi")
    assert "Bổ sung chậm nhất: 16:30 ngày 27/11/2026" in told.body
    assert "Hẹn trả kết quả" not in told.body


def test_the_reason_is_told_by_letter_but_not_by_text_message() -> None:
    told = words_of("refused", replace(ABOUT, reason="Thửa đất đang tranh chấp"), {}, "vi")
    assert "Lý do: Thửa đất đang tranh chấp" in told.body
    assert "tranh chap" not in told.sms


def test_an_event_nobody_foresaw_is_told_as_a_change() -> None:
    assert words_of("something_new", ABOUT, {}, "en").subject == f"Dossier {ABOUT.code} has changed"


def test_letters_no_telephone_shows_are_left_out() -> None:
    assert plain("Đặng Thị Ưu – “mới” {x}\n☎") == 'Dang Thi Uu - "moi" x '
