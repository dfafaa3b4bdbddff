"""`motcua deadline`: when an answer is due and why, for anybody, without a database and without settings.

Everything is read from the working calendar in `workflows/calendar/`; nothing heavy is imported before it is needed.
"""

import json
import re
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.kit.words import N_, language_of, say

if TYPE_CHECKING:
    from app.deadlines.calendar import Calendar
    from app.deadlines.rules import DueMoment
    from app.deadlines.spans import Span

READINGS = ("days", "hours")
UNITS = "3 working-days, 0.5 working-days, 8 working-hours, 1 half-days, 15 calendar-days, same-day"
NO_RECEIVED = N_("Thiếu thời điểm nhận. Thêm --received, ví dụ: --received 2026-06-05T10:00")
NO_TERM = N_("Thiếu thời hạn. Thêm --term, ví dụ: --term \"3 working-days\"")
NOT_A_MOMENT = N_("Không đọc được thời điểm nhận “{text}”. Viết năm-tháng-ngày và giờ, ví dụ: --received 2026-06-05T10:00")
NO_HOUR = N_("Thời điểm nhận “{text}” thiếu giờ. Viết cả giờ, phút, ví dụ: --received {text}T10:00")
NO_READING = N_("Không có cách tính “{text}”. Dùng --reading days (ngày làm việc) hoặc --reading hours (giờ làm việc).")
NOT_A_TIME = N_("Không đọc được giờ chốt “{text}”. Viết giờ:phút, ví dụ: --cutoff 15:00")
NO_LANGUAGE = N_("Không có ngôn ngữ “{text}”. Dùng --language vi hoặc --language en.")
OFFICE_CODE = r"[A-Z][0-9]{2}(\.[A-Za-z0-9]{1,10}){0,5}"  # QĐ 20/2020/QĐ-TTg
NO_OFFICE = N_("Không hiểu mã cơ quan “{text}”. Viết mã định danh điện tử, ví dụ: --office H99.08.22")
NO_OWN_CALENDAR = N_("Không có tệp lịch riêng của {office}: tính theo lịch cả nước.")
NO_FOLDER = N_("Không có thư mục lịch “{folder}” hoặc trong đó thiếu hours.toml. Bỏ --calendar để dùng lịch cả nước.")
ANSWER = N_("Nhận {received}, thời hạn {term} → hạn {due}.")
COUNTED_FROM = N_("Tính từ {moment}. Lịch làm việc {version}.")
HEADS = (N_("Từ"), N_("Đến"), N_("Tính"), N_("Vì sao"), N_("Căn cứ"))


def deadline(
    received: Annotated[str, typer.Option(help="Complete receipt, local time without a zone: 2026-06-05T10:00")] = "",
    term: Annotated[str, typer.Option(help=f"How long: {UNITS}.")] = "",
    reading: Annotated[str, typer.Option(help="A working day as a whole day, or as 8 working hours: days, hours.")] = "days",
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one object with due and spans.")] = False,
    office: Annotated[str, typer.Option(help="Count by the calendar of this office code. [the nation's]")] = "",
    calendar: Annotated[Path | None, typer.Option(help="Another folder of calendar files. [workflows/calendar]")] = None,
    cutoff: Annotated[str, typer.Option(help="After it a same-day term ends on the next working day.")] = "15:00",
    language: Annotated[str, typer.Option(help="Language of the words: vi, en.")] = "vi",
) -> None:
    """Say when an answer is due, and why: every span that is counted or not, with its rule. Needs no database."""
    speak_utf8()
    if language_of(language) != language:
        refuse(say(NO_LANGUAGE, "vi", text=language[:20]))
    found = due_of(
        received, term, reading=reading, office=office, folder=calendar, cutoff=cutoff, language=language
    )
    print(json.dumps(found.as_plain(), ensure_ascii=False) if as_json else as_table(found, language))


def due_of(
    received: str, term: str, *, reading: str, office: str, folder: Path | None, cutoff: str, language: str
) -> "DueMoment":
    """The due moment of what was typed. Ends the command with one line of words when something cannot be meant."""
    from app.deadlines.rules import due_moment
    from app.deadlines.terms import parse_term
    from app.kit.errors import Refusal

    if not received.strip():
        refuse(say(NO_RECEIVED, language))
    if not term.strip():
        refuse(say(NO_TERM, language))
    if reading not in READINGS:
        refuse(say(NO_READING, language, text=reading[:40]))
    try:
        length = parse_term(term)
        moment = moment_of(received, language)
        known = calendar_of(office, folder, language)
        known.reach(moment.date())
        return due_moment(
            moment, length, calendar=known, reading="hours" if reading == "hours" else "days",
            cutoff=cutoff_of(cutoff, language),
        )
    except Refusal as refusal:
        refuse(refusal.words(language))


def moment_of(text: str, language: str) -> datetime:
    """The moment somebody typed, in the local zone; local unless it names a zone. A day alone has no hour to count from."""
    from app.kit.clock import LOCAL

    written = text.strip()
    try:
        date.fromisoformat(written)
    except ValueError:
        pass
    else:
        refuse(say(NO_HOUR, language, text=written[:40]))
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(LOCAL)
    except (ValueError, OverflowError):
        refuse(say(NOT_A_MOMENT, language, text=written[:40]))


def cutoff_of(text: str, language: str) -> time:
    """The cutoff somebody typed, in local time."""
    try:
        hour = time.fromisoformat(text.strip())
    except ValueError:
        hour = time(second=1)  # refused below
    if hour.second or hour.microsecond or hour.tzinfo:
        refuse(say(NOT_A_TIME, language, text=text[:40]))
    return hour


def calendar_of(office: str, folder: Path | None, language: str) -> "Calendar":
    """The nation's calendar, overridden by what is known of the office. Raises CalendarImpossible."""
    from app.deadlines.decrees import NATIONAL, lay_out, read_decrees, scopes_of

    if office and not re.fullmatch(OFFICE_CODE, office):
        refuse(say(NO_OFFICE, language, text=office[:40]))
    if folder is not None and not (folder / "hours.toml").is_file():
        refuse(say(NO_FOLDER, language, folder=one_line(str(folder))[:120]))
    decrees = read_decrees(folder or NATIONAL)
    if office and not any(scope in decrees.layers for scope in scopes_of(office)):
        print(say(NO_OWN_CALENDAR, language, office=office), file=sys.stderr)
    return lay_out(decrees, scopes_of(office) if office else ())


def as_table(found: "DueMoment", language: str) -> str:
    """The answer in one sentence, then every span: from, to, how much of the term, why, on whose word."""
    from app.faces.moments import moment

    rows = [tuple(say(head, language) for head in HEADS), *(_row(one, language) for one in found.spans)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(wide[column]) for column, cell in enumerate(row)).rstrip() for row in rows]
    told = say(ANSWER, language, received=moment(found.received_at, language), term=found.term.words(language).lower(),
               due=moment(found.due_at, language))
    by = say(COUNTED_FROM, language, moment=moment(found.counted_from, language), version=found.calendar.version)
    return "\n".join([told, by, "", *lines])


def _row(one: "Span", language: str) -> tuple[str, ...]:
    return (_at(one.start, language), _at(one.end, language), _used(one, language), say(one.why, language),
            say(one.source, language))


def _at(moment: datetime | None, language: str) -> str:
    from app.faces.moments import weekday

    return f"{moment:%d/%m/%Y %H:%M} {weekday(moment, language)}" if moment else ""


def _used(one: "Span", language: str) -> str:
    if not one.counted:
        return "–"
    if one.days:
        return say(N_("{n} ngày"), language, n=one.days)
    return say(N_("{hours} giờ {minutes} phút"), language, hours=one.minutes // 60, minutes=one.minutes % 60)


def speak_utf8() -> None:
    """Vietnamese goes out whole, whatever the terminal was told."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def one_line(text: str) -> str:
    """What somebody typed, without line breaks and control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def refuse(line: str) -> NoReturn:
    """One line on the error stream, and the end with 2."""
    from app.cli.calls import refuse as end

    end(one_line(line))
