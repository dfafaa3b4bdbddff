"""The board: the numbers of the moment, each opening its list."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.dossiers import queries_overview as queries
from app.dossiers.queries_overview import Horizon, Load, Sieve
from app.faces.access import SupervisorVisit, Visit
from app.kit import clock
from app.kit.words import N_, say
from app.overview.dossiers import lines
from app.overview.page import address, offices_of, show

router = APIRouter()
DAYS = 8
FIRST = 10


@router.get("/overview")
async def board(visit: SupervisorVisit, office: Annotated[str, Query(max_length=10)] = "") -> Response:
    """How the offices in sight stand now."""
    offices, at, language = offices_of(visit, office), queries.horizon(visit.tools.calendar), visit.language
    late, _ = await queries.dossiers(visit.db, offices, at, Sieve("late"), limit=FIRST)
    all_offices = await queries.by_office(visit.db, visit.officer.offices, at)
    return await show(
        visit, "board/board.html", chosen=office, tiles=_tiles(await queries.tiles(visit.db, offices, at), office, language),
        days=await _days(visit, offices, at, office),
        offices=[_row(one, "office", "/overview/dossiers") for one in all_offices] if len(all_offices) > 1 else [],
        choices=[{"value": one.key, "text": one.words} for one in sorted(all_offices, key=lambda one: one.words)],
        officers=[
            _row(one, "officer", "/overview/steps", office=office, nobody=say(N_("Chưa ai nhận"), language))
            for one in await queries.by_officer(visit.db, offices, at, idle=len(offices) == 1)
        ],
        procedures=await _procedures(visit, offices, at, office),
        late=await lines(visit, late), late_href=address("/overview/dossiers", span="late", office=office),
    )


def _tiles(found: queries.Tiles, office: str, language: str) -> list[dict[str, Any]]:
    def tile(words: str, count: int, mark: str = "", note: str = "", **query: str) -> dict[str, Any]:
        href = address("/overview/dossiers", office=office, **query)
        return {"href": href, "words": say(words, language), "count": count, "mark": mark,
                "note": say(note, language) if note else ""}

    troubles = address("/overview/troubles", office=office)
    return [
        tile(N_("Quá hạn"), found.late, "late", span="late"),
        tile(N_("Hạn hôm nay"), found.today, "today", span="today"),
        tile(N_("Còn 1 ngày"), found.soon, "soon", N_("đến hết ngày làm việc sau"), span="soon"),
        tile(N_("Chờ bổ sung"), found.supplement, "paused", state="supplement_requested"),
        tile(N_("Đang giải quyết"), found.open),
        {**tile(N_("Việc máy bị kẹt"), found.stuck, note=N_("cần người xem")), "href": troubles},
        {**tile(N_("Tin không gửi được"), found.failed), "href": troubles},
    ]


async def _days(visit: Visit, offices: tuple[int, ...], at: Horizon, office: str) -> list[dict[str, Any]]:
    """Today (a working day or not) and the working days after it."""
    calendar, today = visit.tools.calendar, clock.today()
    days = [today, *(calendar.working_day_after(today, n) for n in range(1, DAYS))]
    until = datetime.combine(days[-1] + timedelta(days=1), time(), clock.LOCAL)
    counts = await queries.days_ahead(visit.db, offices, at, until)
    return [
        {"href": address("/overview/dossiers", day=day.isoformat(), office=office), "day": day, "count": counts.get(day, 0),
         "today": day == today}
        for day in days
    ]


async def _procedures(visit: Visit, offices: tuple[int, ...], at: Horizon, office: str) -> list[dict[str, Any]]:
    found = await queries.by_procedure(visit.db, offices, at)
    known = {one.code: one.procedure.short.in_(visit.language)
             for one in await visit.tools.catalogue.all_current(visit.db, clock.today())}
    rows = [_row(one, "procedure", "/overview/dossiers", office=office) for one in found]
    return [{**row, "words": known.get(row["words"], row["words"]), "note": row["words"]} for row in rows]


def _row(load: Load, name: str, path: str, *, nobody: str = "", **query: str) -> dict[str, Any]:
    """A line of a load table: the name and each number open the list behind them."""
    counts = (("later", load.later), ("near", load.near), ("late", load.late), ("none", load.none))
    return {
        "words": load.words or nobody, "note": load.note, "href": address(path, **{name: load.key}, **query),
        "cells": [{"value": n, "href": address(path, **{name: load.key}, span=span, **query)} for span, n in counts],
        "values": [n for _, n in counts],
    }
