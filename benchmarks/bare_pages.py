"""The floor's pages: the same rows by the same query by hand, the same template, nothing around them.

"The same template" (F12, H5) is the same page: as many entries in the header, chips and filters as the product draws, though
here they are constants. The floor had fewer of them, and its two counts apart where the product asks them together.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import orjson
from fastapi import APIRouter, Form, Request, Response

from app.desk.work import LANES, WINDOWS
from app.dossiers import queries_desk as queries
from app.dossiers.models import DossierState
from app.faces.due import DueState, DueView
from app.faces.frame import Frame, Office, WayItem
from app.faces.pages import Here, draw
from app.journal.service import SYSTEM, Line
from app.kit.db import Db
from app.kit.glance import Glance
from app.portal.timeline import stations
from benchmarks import by_hand

router = APIRouter()

OFFICES: Final = (2,)
WAY: Final = (
    ("/desk", "Việc của tôi"), ("/desk/intake", "Tiếp nhận"), ("/desk/return", "Trả kết quả"), ("/overview", "Điều hành"),
)
WITHIN: Final = (
    ("/overview", "Bảng"), ("/overview/steps", "Khối lượng việc"), ("/overview/stuck", "Hồ sơ kẹt"),
    ("/overview/calendar", "Lịch làm việc"), ("/overview/reports", "Báo cáo"), ("/overview/index", "Chỉ số 766"),
    ("/overview/targets", "Chỉ tiêu"),
)
SPANS: Final = ("ok", "late", "today", "soon", "near", "later", "paused", "stuck", "waiting")
TAG: Final = {"words": "Đang giải quyết", "kind": ""}


@router.get("/work")
async def work(request: Request, role: str = "specialist") -> Response:
    """The work list of an officer of this role by hand: the page's rows, its counts in one statement, then the template."""
    now = datetime.now(UTC)
    async with request.app.state.pool.acquire() as connection:
        db = Db(connection)
        me = await _me(request, db, role)
        rows = await queries.work(db, offices=OFFICES, roles=[role], officer_id=me)
        glance = Glance()
        queries.ask_work(
            glance, offices=OFFICES, roles=[role], officer_id=me, now=now, tomorrow=now + timedelta(days=1),
            soon=now + timedelta(days=3),
        )
        queries.ask_waiting(glance, offices=OFFICES, office_id=2, officer_id=me)
        counts = await glance.told(db)
    shown = [{
        "id": f"{row.dossier_id}:{row.task_no}", "href": f"/desk/dossiers/{row.dossier_id}", "person": row.holder_name,
        "code": row.code, "procedure": "Để đo", "note": f"hẹn trả {row.due_at:%d/%m}" if row.due_at else "",
        "due": DueView(DueState.LATE, row.step_due, -3), "step": "Thẩm tra", "tag": TAG,
    } for row in rows[: queries.PAGE]]
    page = draw("desk/worklist/list.html", "vi", "token", **_around(), rows=shown, groups=_groups(counts))
    return Response(page, media_type="text/html; charset=utf-8")


@router.get("/work.json")
async def work_json(request: Request) -> Response:
    """The worklist of a specialist as JSON: the query, its rows, orjson."""
    async with request.app.state.pool.acquire() as connection:
        db = Db(connection)
        rows = await queries.work(db, offices=OFFICES, roles=["specialist"], officer_id=await _me(request, db, "specialist"))
    items = [{
        "dossier_id": row.dossier_id, "code": row.code, "title": row.title, "holder_name": row.holder_name,
        "state": row.state, "dossier_due_at": row.due_at, "step": {
            "task_no": row.task_no, "name": row.step, "role": row.role, "held_by": row.officer_id, "due_at": row.step_due,
        },
    } for row in rows[: queries.PAGE]]
    return Response(orjson.dumps({"items": items, "next": "x"}, default=str), media_type="application/json")


@router.get("/late")
async def late(request: Request, offices: str) -> Response:
    """The overdue ones of these offices by hand: the rows of a page, then the template."""
    ids, now = [int(one) for one in offices.split(",")], datetime.now(UTC)
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(by_hand.LATE, ids, now)
    shown = [{
        "href": f"/overview/late/{row['id']}", "why_href": f"/overview/dossiers/{row['id']}/why",
        "person": row["holder_name"], "code": row["code"], "office": row["short_name"], "procedure": "Để đo",
        "due": DueView(DueState.LATE, row["due_at"], -3), "first_due": None, "step": "Thẩm tra",
        "since": row["opened_at"], "officer": row["officer"], "tag": TAG,
        "cause": row["cause"], "apology_at": row["apology"],
    } for row in rows[:50]]
    page = draw(
        "overview/dossiers/list.html", "vi", "token", **_overview(), at=now, rows=shown, many=len(ids) > 1,
        next_href="/overview/dossiers?after=x",
    )
    return Response(page, media_type="text/html; charset=utf-8")


@router.post("/tracked")
async def tracked(request: Request, code: str = Form(), digits: str = Form()) -> Response:
    """The progress of a dossier by hand: its row with the proof, its journal, then the template."""
    async with request.app.state.pool.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT d.*, c.personal_number FROM dossier d JOIN citizen c ON c.id = d.applicant_id WHERE d.code = $1", code
        )
        if row["personal_number"][-4:] != digits:
            return Response(status_code=422)
        lines = await connection.fetch("SELECT * FROM journal_line WHERE dossier_id = $1 ORDER BY id", row["id"])
    told = {"dossier.submitted": "Bạn nộp hồ sơ", "dossier.received": "Đã tiếp nhận, đủ giấy tờ"}
    shown = [{"title": told[line["event"]], "at": line["at"]} for line in lines if line["event"] in told]
    page = draw(
        "portal/track/progress.html", "vi", "", frame=_around()["frame"],
        here=Here("/track", "vi", "/language/en?back=/track"), current="/track", errors=(),
        code=code, procedure="Để đo", heading="Đang giải quyết", events=shown[::-1],
        as_of=None, told=None, due=DueView(DueState.OK, row["due_at"], 3), promised=row["original_due_at"],
        stations=_stations(row["submitted_at"], row["due_at"]),
    )
    return Response(page, media_type="text/html; charset=utf-8")


def _stations(submitted_at: datetime, due_at: datetime) -> list[dict[str, str]]:
    journal = [Line(1, submitted_at, event, SYSTEM, None, {}) for event in ("dossier.submitted", "dossier.received")]
    return stations(DossierState.IN_PROGRESS, journal, "vi", due_at)


async def _me(request: Request, db: Db, role: str) -> Any:
    if not hasattr(request.app.state, role):
        setattr(request.app.state, role, await db.value("SELECT id FROM officer WHERE login = $1", f"{role}@tanmai"))
    return getattr(request.app.state, role)


@cache
def _around() -> dict[str, Any]:
    """Everything on the page that does not change from request to request."""
    frame = Frame(
        office=Office(short="Xã Tân Mai", place="Xã Tân Mai", phone="0200 355 0101"), home="/desk", person="Lò Thị Bưởi",
        way=tuple(WayItem(href, words) for href, words in WAY[:3]), sign_out="/desk/sign-out", find="/desk/search",
        shortcuts=(("Alt + 1…9", "chọn thủ tục hay dùng ở quầy"),),
    )
    chips = [{"href": "/desk", "words": "Tất cả", "here": True}]
    chips += [{"href": f"/desk?due={name}", "words": str(words), "count": 1, "mark": name, "here": False}
              for name, words in WINDOWS.items()]
    options = [{"value": lane, "text": lane} for lane in LANES]
    return {
        "frame": frame, "here": Here("/desk", "vi", "/language/en?back=/desk"), "current": "/desk", "errors": (),
        "title": "Cần làm", "of_steps": True,
        "chips": chips, "keep": {"queue": "todo", "due": ""}, "next": "/desk?after=x", "first": None,
        "filters": [{"name": "procedure", "label": "Thủ tục", "value": "", "options": options}],
    }


@cache
def _overview() -> dict[str, Any]:
    """The same for the supervisors' list."""
    way, within = (tuple(WayItem(href, words) for href, words in some) for some in (WAY, WITHIN))
    chips = [{"href": f"/overview/dossiers?span={name}", "words": name, "mark": name, "here": False} for name in SPANS]
    options = [{"value": str(n), "text": f"Lựa chọn {n}"} for n in range(8)]
    return {
        "frame": replace(_around()["frame"], officers=True, way=way, within=within), "current": "/overview",
        "within": "/overview", "here": Here("/overview/dossiers", "vi", "/language/en?back=/overview/dossiers"),
        "errors": (),
        "chips": chips, "keep": {"span": "late"}, "day": None, "first_href": None, "fields": [
            {"name": name, "label": name, "value": "", "options": options[:many]}
            for name, many in (("procedure", 5), ("state", 8), ("age", 6))
        ],
    }


def _groups(counts: dict[str, int]) -> list[dict[str, Any]]:
    items = [{"href": f"/desk?queue={name}", "words": name, "count": str(count), "here": name == "todo"}
             for name, count in counts.items() if name not in WINDOWS]
    return [{"title": "Của tôi", "items": items[:3]}, {"title": "Của bộ phận", "items": items[3:7]},
            {"title": "Liên thông", "items": items[7:]}]
