"""The account of a due moment as pages say it: one sentence first, then spans, sums and days in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.dossiers.shares import Share
from app.dossiers.why import Row, Voice, Why
from app.dossiers.why_month import MARKS
from app.dossiers.why_words import OFFICER_ROLES
from app.faces.moments import clock_time, moment, weekday
from app.faces.speaking import language, speaking, words, words_for
from app.kit.words import N_

NIGHT: Final = timedelta(days=1)
VERDICTS: Final = {"early": N_("trước hạn"), "on_time": N_("đúng hạn"), "late": N_("quá hạn")}
LANES: Final = {"applicant": N_("Người nộp"), "system": N_("Hệ thống")}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is printed."""

    span: str
    used: str
    total: str
    words: str
    source: str
    who: str
    note: str
    counted: bool
    rule: str
    anew: bool


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One agency's part of the term."""

    name: str
    budget: str
    used: str
    words: str


@dataclass(frozen=True, slots=True)
class Account:
    """What the part `parts/why.html` prints."""

    why: Why
    answer: str
    lines: tuple[Line, ...]
    pieces: tuple[Line, ...]
    shares: tuple[ShareLine, ...]
    marks: dict[str, str]
    named: bool  # whether the reader is an officer


def shown(why: Why, spoken: str) -> Account:
    """An account in the words of a page."""
    with speaking(spoken):
        lines = tuple(_line(row, why) for row in why.rows)
        pieces = tuple(_line(row, why) for row in why.pieces) if len(why.pieces) > len(why.rows) else ()
        return Account(
            why, answer(why, spoken), lines, pieces, tuple(_share(one) for one in why.shares),
            {mark: words(told) for mark, told in MARKS.items()},
            why.voice in (Voice.OFFICER, Voice.SUPERVISOR),
        )


def answer(why: Why, spoken: str) -> str:
    """Nhận 10:00 thứ Sáu, 05/06/2026, thời hạn 3 ngày làm việc → hạn 17:00 thứ Tư, 10/06/2026."""
    with speaking(spoken):
        due = why.due
        said = {"received": moment(why.received_at, spoken), "term": why.term}
        if due.due_at is None and due.paused_since is not None:
            return words(
                N_("Nhận {received}, thời hạn {term}. Thời hạn tạm dừng từ {since}; khi chạy tiếp sẽ có hạn mới."),
                since=moment(due.paused_since, spoken), **said,
            )
        return words(N_("Nhận {received}, thời hạn {term} → hạn {due}."), due=moment(due.current_due, spoken), **said)


def span_words(start: datetime, end: datetime | None) -> str:
    """10:00–24:00 thứ Sáu 05/06/2026 · thứ Bảy 06/06 – Chủ nhật 07/06/2026 · từ 10:00 … when it has no end yet."""
    if end is None:
        return words(N_("từ {moment}"), moment=f"{clock_time(start)} {_day(start, year=True)}")
    whole_end = not (end.hour or end.minute)
    last = end - NIGHT if whole_end else end
    whole_start = not (start.hour or start.minute)
    if start.date() == last.date():
        if whole_start and whole_end:
            return _day(start, year=True)
        return f"{clock_time(start)}–{'24:00' if whole_end else clock_time(end)} {_day(start, year=True)}"
    years = start.year != last.year
    if whole_start and whole_end:
        return f"{_day(start, year=years)} – {_day(last, year=True)}"
    closes = "24:00" if whole_end else clock_time(end)
    return f"{clock_time(start)} {_day(start, year=years)} – {closes} {_day(last, year=True)}"


def _day(value: datetime, *, year: bool) -> str:
    return f"{weekday(value, language())} {value:%d/%m/%Y}" if year else f"{weekday(value, language())} {value:%d/%m}"


def _line(row: Row, why: Why) -> Line:
    return Line(
        span=span_words(row.start, row.end), used=_used(row.days, row.minutes) if row.counted else words(N_("không tính")),
        total=_total(row.total, why) if row.total is not None else "", words=row.words, source=row.source, who=row.who,
        note=row.note, counted=row.counted, rule=row.rule, anew=row.anew,
    )


def _total(total: int, why: Why) -> str:
    whole = _used(why.budget, 0) if why.in_days else _used(0, why.budget)
    return f"{total}/{whole}" if why.in_days else f"{_used(0, total)} / {whole}"


def _share(share: Share) -> ShareLine:
    return ShareLine(
        name=words(OFFICER_ROLES.get(share.who, LANES.get(share.who, share.who))) if share.kind == "lane" else share.who,
        budget=_used(0, share.budget) if share.budget else "–", used=_used(0, share.used) if share.used else "–",
        words=words(VERDICTS[share.verdict]) if share.verdict else words(N_("đang giải quyết")) if share.at_work else "–",
    )


def _used(days: int, minutes: int) -> str:
    if not minutes:
        return words_for(N_("{days} ngày"), days, days=days)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return words(N_("{minutes} phút"), minutes=rest)
    if not rest:
        return words(N_("{hours} giờ"), hours=hours)
    return words(N_("{hours} giờ {minutes} phút"), hours=hours, minutes=rest)
