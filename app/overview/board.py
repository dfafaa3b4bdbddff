"""The board: the numbers of the moment, each opening its list."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import Query, Response

from app.dossiers import queries_board as counting
from app.dossiers import queries_overview as queries
from app.dossiers.horizons import Horizon, horizon, midnight
from app.dossiers.queries_board import Counts, Load, Week
from app.dossiers.queries_overview import Sieve
from app.faces.access import SupervisorVisit, Visit
from app.faces.reading import read
from app.faces.routes import Router
from app.kit import clock
from app.kit.words import N_, say
from app.overview.dossiers import AGES, lines, office_field
from app.overview.page import address, offices_of, show

router = Router()
DAYS: Final = 8
WEEKS: Final = 12
FIRST: Final = 10
LATE: Final = "/overview/late"
LIST: Final = "/overview/dossiers"
STEPS: Final = "/overview/steps"


@router.get("/overview")
async def board(visit: SupervisorVisit, office: Annotated[str, Query(max_length=10)] = "") -> Response:
    """How the offices in sight stand now."""
    offices = offices_of(visit, office)
    shown, as_of = await read(visit, lambda lent: _board(lent, offices, office))
    return await show(visit, "board/board.html", chosen=office, as_of=as_of, **shown)


async def _board(visit: Visit, offices: tuple[int, ...], office: str) -> dict[str, Any]:
    language, at = visit.language, horizon(visit.tools.calendars, offices)
    found = await counting.board(visit.db, at)
    late, _ = await queries.dossiers(visit.db, at, Sieve("late"), limit=FIRST)
    officers = await counting.by_officer(visit.db, at, idle=len(offices) == 1)
    return {
        "tiles": _tiles(found.all, office, language), "days": await _days(visit, at, office),
        "ages": _ages(found.all, office, language), "weeks": await _weeks(visit, offices), "open": found.all.open,
        "offices": [_row(one, "office", LIST) for one in found.offices] if len(found.offices) > 1 else [],
        "choice": await office_field(visit, office),
        "officers": [
            _row(one, "officer", STEPS, office=office, nobody=say(N_("Chưa ai nhận"), language)) for one in officers
        ],
        "procedures": await _procedures(visit, found.procedures, office),
        "late": await lines(visit, late), "late_href": address(LATE, office=office),
    }


def _tiles(found: Counts, office: str, language: str) -> list[dict[str, Any]]:
    def tile(words: str, count: int, mark: str = "", note: str = "", path: str = LIST, **query: str) -> dict[str, Any]:
        return {"href": address(path, office=office, **query), "words": say(words, language), "count": count, "mark": mark,
                "note": say(note, language) if note else ""}

    return [
        tile(N_("Quá hạn"), found.late, "late", path=LATE),
        tile(N_("Hạn hôm nay"), found.today, "today", span="today"),
        tile(N_("Còn 1 ngày"), found.soon, "soon", N_("đến hết ngày làm việc sau"), span="soon"),
        tile(N_("Hồ sơ kẹt"), found.stuck, "late", N_("không tự đi tiếp được"), span="stuck"),
        tile(N_("Chờ tiếp nhận quá lâu"), found.waiting, "late", N_("hơn 8 giờ làm việc"), span="waiting"),
        tile(N_("Chờ bổ sung"), found.supplement, "paused", state="supplement_requested"),
        tile(N_("Đang giải quyết"), found.open),
    ]


async def _days(visit: Visit, at: Horizon, office: str) -> list[dict[str, Any]]:
    """Today (a working day or not) and the working days after it."""
    calendar, today = visit.tools.calendars.of(at.offices[0]), clock.today()
    days = [today, *(calendar.working_day_after(today, n) for n in range(1, DAYS))]
    counts = await counting.days_ahead(visit.db, at, midnight(days[-1]))
    return [
        {"href": address(LIST, day=day.isoformat(), span="" if day > today else "today", office=office), "day": day,
         "count": counts.get(day, 0), "today": day == today}
        for day in days
    ]


def _ages(found: Counts, office: str, language: str) -> list[dict[str, Any]]:
    """How long the open ones have been with us, since they were handed in."""
    return [
        {"words": say(words, language), "values": [getattr(found, age)], "href": address(LIST, age=age, office=office)}
        for age, words in AGES
    ]


async def _weeks(visit: Visit, offices: tuple[int, ...]) -> list[dict[str, Any]]:
    """The share finished in time, week by week, this week last."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    found = await counting.weeks(visit.db, offices, datetime.combine(first, time(), clock.LOCAL))
    weeks = [found.get(day, Week(day, 0, 0)) for day in (first + timedelta(weeks=n) for n in range(WEEKS))]
    return [
        {"monday": one.monday, "finished": one.finished, "in_time": one.in_time, "late": one.finished - one.in_time,
         "share": one.in_time / one.finished if one.finished else None}
        for one in weeks
    ]


async def _procedures(visit: Visit, found: Iterable[Load], office: str) -> list[dict[str, Any]]:
    known = {one.code: one.procedure.short.in_(visit.language)
             for one in await visit.tools.catalogue.all_current(visit.db, clock.today())}
    rows = [_row(one, "procedure", LIST, office=office) for one in found]
    return [{**row, "words": known.get(row["words"], row["words"]), "note": row["words"]} for row in rows]


def _row(load: Load, name: str, path: str, *, nobody: str = "", **query: str) -> dict[str, Any]:
    """A line of a load table: the name and each number open the list behind them."""
    found, kept = load.counts, {**query, name: load.key}

    def cell(span: str) -> dict[str, Any]:
        there = address(LATE, **kept) if span == "late" and path == LIST else address(path, **{**kept, "span": span})
        return {"value": getattr(found, span), "href": there}

    return {
        "words": load.words or nobody, "note": load.note, "href": address(path, **kept),
        "cells": [cell(span) for span in counting.COUNTED],
        "values": [found.later, found.today + found.soon, found.late, found.none],
    }
