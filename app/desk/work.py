"""My work by due time: queues, filters in the address, keyset pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response

from app.desk.due_dates import due_of
from app.desk.wording import ROLES, counted, tag_of
from app.dossiers import queries_desk as queries
from app.dossiers.queries_desk import Cursor, WorkRow
from app.faces.access import OfficerVisit, Visit
from app.faces.officers import stand_around
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.faces.straight import looks
from app.kit import clock
from app.kit.glance import Glance
from app.kit.words import N_
from app.org.models import Role
from app.procedures.catalogue import LoadedProcedure

router = Router(prefix="/desk", include_in_schema=False)

QUEUES: Final = {
    "todo": N_("Cần làm"), "mine": N_("Tôi đang giữ"), "free": N_("Chưa ai nhận"), "others": N_("Đồng nghiệp đang giữ"),
    "drafts": N_("Nháp tại quầy"), "supplement": N_("Chờ bổ sung"), "ready": N_("Chờ trả kết quả"),
}
STATE_QUEUES: Final = {"drafts": "draft", "supplement": "supplement_requested", "ready": "result_ready"}
LANES: Final[tuple[str, ...]] = ("reception", "specialist", "head", "leader", "clerk")
WINDOWS: Final = {"late": N_("Quá hạn bước"), "today": N_("Hôm nay"), "soon": N_("Còn 1–2 ngày")}


class Moments(NamedTuple):
    """Now, the end of today, the end of the second working day from now."""

    now: datetime
    tomorrow: datetime
    soon: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    queue: str
    due: str
    procedure: str
    lane: str
    after: str

    def address(self, **changed: str) -> str:
        """The same list with something changed; another filter begins at its first page."""
        parts = {"queue": self.queue, "due": self.due, "procedure": self.procedure, "lane": self.lane, **changed}
        given = {name: value for name, value in parts.items() if value and (name, value) != ("queue", "todo")}
        return f"/desk?{urlencode(given)}" if given else "/desk"


@router.get("")
@looks
async def my_work(
    request: Request, visit: OfficerVisit, queue: str = "todo", due: str = "", procedure: str = "", lane: str = "",
    after: str = "",
) -> Response:
    """What waits for this officer, the nearest date first."""
    wanted = Wanted(
        queue if queue in QUEUES else "todo", due if due in WINDOWS else "", procedure[:20],
        lane if lane in LANES else "", after[:120],
    )
    moments = _moments(visit)
    told = await _told(visit, wanted, moments)
    rows = await _rows(visit, wanted, moments)
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    procedures = await visit.tools.catalogue.versions(visit.db, told["procedures"])
    language, now = visit.language, moments.now
    loaded = {one: await visit.tools.catalogue.version(visit.db, one) for one in {row.version_id for row in page}}
    with speaking(language):
        return render(
            request, "desk/worklist/list.html", title=words(QUEUES[wanted.queue]), groups=_groups(told, wanted),
            rows=[_row(visit, row, loaded[row.version_id], now, language) for row in page], chips=_chips(told, wanted),
            filters=_filters(visit, wanted, procedures, language), keep={"queue": wanted.queue, "due": wanted.due},
            of_steps=wanted.queue not in STATE_QUEUES,
            next=wanted.address(after=_written(page[-1].cursor)) if more else None,
            first=wanted.address() if wanted.after else None,
        )


async def _told(visit: Visit, wanted: Wanted, moments: Moments) -> Mapping[str, Any]:
    """The counts beside the list and the procedures to choose from, with the frame around all of it."""
    officer, glance = visit.officer, Glance()
    queries.ask_work(
        glance, offices=officer.offices, roles=_lanes(visit, wanted), officer_id=officer.id, now=moments.now,
        tomorrow=moments.tomorrow, soon=moments.soon,
    )
    queries.ask_waiting(glance, offices=officer.offices, office_id=officer.office_id, officer_id=officer.id)
    visit.tools.catalogue.ask_current(glance, clock.today())
    return await stand_around(visit, glance)


async def _rows(visit: Visit, wanted: Wanted, moments: Moments) -> list[WorkRow]:
    officer, after = visit.officer, _read(wanted.after)
    if wanted.queue in STATE_QUEUES:
        own = officer.id if wanted.queue == "drafts" else None
        return await queries.by_state(
            visit.db, offices=officer.offices, state=STATE_QUEUES[wanted.queue], assisted_by=own, after=after
        )
    since, until = {
        "late": (None, moments.now), "today": (moments.now, moments.tomorrow), "soon": (moments.tomorrow, moments.soon),
    }.get(wanted.due, (None, None))
    return await queries.work(
        visit.db, offices=officer.offices, roles=_lanes(visit, wanted), officer_id=officer.id,
        queue=wanted.queue, since=since, until=until, procedure=wanted.procedure, after=after,  # type: ignore[arg-type]
    )


def _row(visit: Visit, row: WorkRow, loaded: LoadedProcedure, now: datetime, language: str) -> dict[str, Any]:
    calendar, open_step = visit.tools.calendars.of(row.office_id), bool(row.step)
    running = row.paused_at is None and row.finished_at is None
    if open_step and running and row.step_due is not None:
        shown = due_of(calendar, row.step_due, now)
    else:
        shown = due_of(
            calendar, row.original_due_at if _late(row, now) else row.due_at, now, paused_since=row.paused_at,
            finished_at=row.finished_at,
        )
    notes = []
    if open_step and running and row.due_at and row.step_due and row.due_at != row.step_due:
        notes.append(words(N_("hẹn trả {day}"), day=f"{row.due_at.astimezone(clock.LOCAL):%d/%m}"))
    if open_step and running and row.due_at is None and row.code:
        notes.append(words(N_("chưa có hạn trả")))
    if len(visit.officer.offices) > 1:
        notes.insert(0, row.office_name)
    if row.officer_name and row.officer_id != visit.officer.id:
        notes.append(words(N_("{name} đang giữ"), name=row.officer_name))
    state = row.state
    tag = {"words": words(N_("Mới đến")), "kind": ""} if state == "submitted" else tag_of(state)
    href = f"/desk/intake/{row.dossier_id}" if state == "draft" else f"/desk/dossiers/{row.dossier_id}"
    return {
        "id": f"{row.dossier_id}:{row.task_no}", "href": href, "person": row.holder_name, "code": row.code or "—",
        "procedure": loaded.procedure.short.in_(language), "note": " · ".join(notes), "due": shown,
        "step": step_title(loaded, row.step, language), "tag": tag,
    }


def step_title(loaded: LoadedProcedure, name: str, language: str) -> str:
    """A step as the package calls it."""
    rule = loaded.procedure.steps.get(name)
    return rule.title.in_(language) if rule else name.replace("_", " ")


def _groups(told: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    known = told["alerts"]  # for the frame as well

    def item(queue: str, count: int) -> dict[str, Any]:
        here = queue == wanted.queue
        return {"href": Wanted(queue, "", "", wanted.lane, "").address(), "words": words(QUEUES[queue]),
                "count": counted(count), "here": here}

    groups: list[dict[str, Any]] = [
        {"title": words(N_("Của tôi")), "items": [item("todo", told["todo"]), item("mine", told["mine"]),
                                                  item("drafts", told["drafts"]),
                                                  {"href": "/desk/alerts", "words": words(N_("Điều cần biết")),
                                                   "count": counted(known), "late": known > 0}]},
        {"title": words(N_("Của bộ phận")), "items": [
            item("free", told["free"]), item("others", told["others"]), item("supplement", told["supplement"]),
            item("ready", told["ready"])]},
        {"title": words(N_("Liên thông")), "items": [
            {"href": "/desk/consultations", "words": words(N_("Xã khác hỏi")), "count": counted(told["asked"])},
            {"href": "/overview/stuck", "words": words(N_("Chỗ kẹt")), "count": counted(told["stuck"]),
             "late": told["stuck"] > 0}]},
    ]
    return groups


def _chips(told: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    """Filters by due time; only where rows have one."""
    if wanted.queue in STATE_QUEUES:
        return []
    chips: list[dict[str, Any]] = [{"href": wanted.address(due=""), "words": words(N_("Tất cả")), "here": not wanted.due}]
    for name, message in WINDOWS.items():
        count = counted(told[name]) if wanted.queue == "todo" else None
        chips.append({"href": wanted.address(due=name), "words": words(message), "count": count, "mark": name,
                      "here": wanted.due == name})
    return chips


def _filters(
    visit: Visit, wanted: Wanted, procedures: tuple[LoadedProcedure, ...], language: str
) -> list[dict[str, Any]]:
    if wanted.queue in STATE_QUEUES:
        return []
    every = {"value": "", "text": words(N_("Tất cả"))}
    fields = [{"name": "procedure", "label": words(N_("Thủ tục")), "value": wanted.procedure, "options": [
        every, *({"value": one.code, "text": one.procedure.short.in_(language)} for one in procedures)]}]
    if visit.officer.watches:
        fields.append({"name": "lane", "label": words(N_("Bộ phận")), "value": wanted.lane, "options": [
            every, *({"value": lane, "text": words(ROLES[lane])} for lane in LANES)]})
    return fields


def _lanes(visit: Visit, wanted: Wanted) -> list[str]:
    """Whose steps: the officer's own lanes; those who watch may look at the others'."""
    officer = visit.officer
    if wanted.lane and officer.watches:
        return [wanted.lane]
    own = [lane for lane in LANES if lane in officer.roles]
    return own or (list(LANES) if officer.roles & {Role.SUPERVISOR, Role.ADMINISTRATOR} else [])


def _moments(visit: Visit) -> Moments:
    today, calendar = clock.today(), visit.tools.calendars.of(visit.officer.office_id)
    end = datetime.combine(today + timedelta(days=1), time(), clock.LOCAL)
    soon = datetime.combine(calendar.working_day_after(today, 2) + timedelta(days=1), time(), clock.LOCAL)
    return Moments(clock.now(), end, soon)


def _late(row: WorkRow, now: datetime) -> bool:
    """A negotiated new date never turns an overdue case green: the first promise is shown."""
    return bool(row.original_due_at and row.original_due_at < now)


def _written(cursor: Cursor) -> str:
    due, dossier_id, task_no = cursor
    return f"{due.isoformat() if due else ''}_{dossier_id}_{task_no}"


def _read(text: str) -> Cursor | None:
    """The cursor of an address; a broken one begins at the first page."""
    try:
        due, dossier_id, task_no = text.split("_")
        return (datetime.fromisoformat(due) if due else None, UUID(dossier_id), int(task_no))
    except ValueError:
        return None
