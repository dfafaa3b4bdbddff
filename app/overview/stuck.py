"""What stands still, why, and the button that helps. For every officer of the office, and for those who watch over it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from app.dossiers import mending
from app.dossiers.case import Case, open_case
from app.faces.access import OfficerVisit, RoleMissing, Visit
from app.faces.routes import Router
from app.jobs import service as jobs
from app.kit.db import SERVER_AWAY, Db
from app.kit.errors import Conflict, NotFound, Refusal, Refused
from app.kit.words import N_, say
from app.org.models import Role
from app.overview.page import address, names_of, offices_of, show, step_words, tell
from app.sentinel import service as sentinel
from app.sentinel.causes import WORDS, Cause, Deed
from app.sentinel.service import FindingNotFound, OpenFinding

router = Router()
log = structlog.get_logger()
HERE: Final = "/overview/stuck"
JOBS: Final[Mapping[str, str]] = {
    "look_up_marriage": N_("Tra cứu đăng ký kết hôn"), "fetch_personal_number": N_("Lấy số định danh"),
    "show_draft": N_("In dự thảo"), "make_result": N_("Lấy số và in kết quả"), "apply_signature": N_("Ký số"),
    "apply_seal": N_("Đóng dấu"), "order_shipment": N_("Đặt bưu gửi"), "print_form": N_("In phiếu"),
    "send_notice": N_("Gửi thông báo"), "check_payment": N_("Hỏi nền tảng thanh toán"),
    "hand_over_to_post": N_("Báo danh sách bàn giao cho bưu chính"), "track_shipment": N_("Hỏi đường đi bưu gửi"),
}
OUTSIDE: Final[Mapping[str, str]] = {
    "payment": N_("Nền tảng thanh toán chưa cho biết khoản nộp"), "consultation": N_("Cơ quan được hỏi chưa trả lời"),
    "delivery": N_("Bưu chính không báo gì về bưu gửi"),
}


class StillStuck(Refused):
    """What fails in the worker fails under a person's hand too."""

    says = N_("Vẫn chưa gỡ được ({why}). Hãy báo quản trị hệ thống; không mất gì.")


@dataclass(frozen=True, slots=True)
class Way:
    """A button: its words, where it leads, whether it is the doing itself, and for whom."""

    words: str
    href: str
    doing: bool = False
    fits: Callable[[OpenFinding], bool] = lambda one: one.dossier_id is not None


def _told(name: str) -> Callable[[OpenFinding], bool]:
    return lambda one: one.dossier_id is not None and name in one.facts


WAYS: Final[Mapping[Deed, Way]] = {
    Deed.OPEN: Way(N_("Mở hồ sơ"), "/desk/dossiers/{dossier}"),
    Deed.ASSIGN: Way(N_("Giao việc"), "/desk/steps/{dossier}/{task}/assign", fits=_told("task")),
    Deed.AGAIN: Way(N_("Thử lại"), HERE + "/{id}/again", doing=True, fits=lambda one: "job" in one.facts),
    Deed.REBUILD: Way(N_("Dựng lại việc đang chờ"), HERE + "/{id}/rebuild", doing=True),
    Deed.WAKE: Way(N_("Đánh thức ngay"), HERE + "/{id}/wake", doing=True, fits=_told("task")),
    Deed.GO_ON: Way(N_("Cho thời hạn chạy tiếp"), HERE + "/{id}/go_on", doing=True),
    Deed.FOLLOW_LEDGER: Way(N_("Lấy lại theo sổ thời hạn"), HERE + "/{id}/follow_ledger", doing=True),
    Deed.SEND: Way(N_("Gửi lại"), HERE + "/{id}/send", doing=True),
    Deed.TOLD: Way(N_("Đã báo người nộp"), HERE + "/{id}/told", doing=True),
    Deed.CONSULTATIONS: Way(N_("Xem câu hỏi"), "/desk/dossiers/{dossier}/consultations", fits=_told("consultation")),
    Deed.FEES: Way(N_("Xem khoản nộp"), "/desk/dossiers/{dossier}/fees", fits=_told("payment")),
    Deed.PARCEL: Way(N_("Xem bưu gửi"), "/desk/dossiers/{dossier}/return", fits=_told("delivery")),
}


@router.get(HERE)
async def stuck(
    visit: OfficerVisit, office: Annotated[str, Query(max_length=10)] = "", cause: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[str, Query(max_length=90)] = "",
) -> Response:
    """Everything the sentinel found in the offices in sight, each with its cause in words and the button that helps."""
    chosen = _cause(cause)
    offices = offices_of(visit, office)
    counts = await sentinel.by_cause(visit.db, offices)
    found, more = await sentinel.open_findings(visit.db, offices, cause=chosen, before=_before(before))
    loaded = await names_of(visit, {one.procedure_version_id for one in found if one.procedure_version_id})
    total = sum(counts.values())
    chips = [{"words": say(N_("Tất cả"), visit.language), "count": total, "href": address(HERE, office=office),
              "here": chosen is None}]
    chips += [{"words": say(WORDS[one].title, visit.language), "count": n, "here": one is chosen,
               "href": address(HERE, office=office, cause=one.value)} for one, n in counts.items()]
    return await show(
        visit, "stuck/list.html", many=len(visit.officer.offices) > 1, chips=chips if total else [],
        rows=[_row(visit, one, loaded.get(one.procedure_version_id) if one.procedure_version_id else None) for one in found],
        next_href=address(HERE, office=office, cause=cause, before=f"{more[0].isoformat()}_{more[1]}") if more else None,
        first_href=address(HERE, office=office, cause=cause) if before else None,
    )


@router.post(HERE + "/{finding_id}/{deed}")
async def do(visit: OfficerVisit, finding_id: UUID, deed: str) -> Response:
    """Press the button that helps. The sentinel looks again within a minute and clears what moves.

    In a transaction of its own: what is refused, or fails as it failed in the worker, must not take this answer along.
    """
    found = await sentinel.finding(visit.db, finding_id)
    act = _DOINGS.get(deed)
    if act is None or Deed(deed) not in WORDS[found.cause].deeds or not WAYS[Deed(deed)].fits(found):
        raise FindingNotFound
    if not _may(visit, found, Deed(deed)):
        raise RoleMissing
    try:
        async with visit.tools.database.transaction(offices=[found.office_id]) as own:
            done = await act(own, visit, found)
    except (Refused, Conflict) as refused:
        await tell(visit, refused.words(visit.language), kind="bad")
    except (Refusal, *SERVER_AWAY):
        raise
    except Exception as problem:
        log.warning("mending failed", finding=str(found.id), cause=found.cause.value, error=type(problem).__name__)
        await tell(visit, StillStuck(why=type(problem).__name__).words(visit.language), kind="bad")
    else:
        await tell(visit, say(done, visit.language), say(N_("Danh sách này tự cập nhật trong một phút."), visit.language))
    return RedirectResponse(HERE, status_code=303)


async def _again(db: Db, visit: Visit, found: OpenFinding) -> str:
    job_id = int(found.facts["job"])
    if not await jobs.free(db, job_id):  # waiting, and nobody came: wake the worker once more
        await jobs.wake_all(db, [job_id])
    return N_("Máy đang thử lại.")


async def _rebuild(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.rebuild(db, visit.tools, await _case(db, visit, found), by=visit.officer)
    return N_("Đã dựng lại việc đang chờ.")


async def _wake(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.wake(db, visit.tools, await _case(db, visit, found), int(found.facts["task"]), by=visit.officer)
    return N_("Đã đánh thức hồ sơ.")


async def _go_on(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.end_pause(db, visit.tools, await _case(db, visit, found), by=visit.officer)
    return N_("Thời hạn đã chạy tiếp.")


async def _follow_ledger(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.follow_ledger(db, visit.tools, await _case(db, visit, found), by=visit.officer)
    return N_("Hạn của hồ sơ đã theo sổ thời hạn.")


async def _send(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.send_again(db, await _case(db, visit, found), _notice(found), by=visit.officer)
    return N_("Đang gửi lại thông báo.")


async def _told_otherwise(db: Db, visit: Visit, found: OpenFinding) -> str:
    await mending.told_otherwise(db, await _case(db, visit, found), _notice(found), by=visit.officer)
    return N_("Đã ghi: người nộp đã được báo.")


_DOINGS: Final[Mapping[str, Callable[[Db, Visit, OpenFinding], Awaitable[str]]]] = {
    Deed.AGAIN: _again, Deed.REBUILD: _rebuild, Deed.WAKE: _wake, Deed.GO_ON: _go_on, Deed.FOLLOW_LEDGER: _follow_ledger,
    Deed.SEND: _send, Deed.TOLD: _told_otherwise,
}


def _may(visit: Visit, found: OpenFinding, deed: Deed) -> bool:
    """Trying again and telling the applicant is any colleague's; what mends a dossier is the head's or administrator's."""
    if found.office_id != visit.officer.office_id:
        return False
    return deed in (Deed.AGAIN, Deed.SEND, Deed.TOLD) or mending.may_mend(visit.officer, found.office_id)


def _row(visit: Visit, one: OpenFinding, loaded: Any) -> dict[str, Any]:
    language, said = visit.language, WORDS[one.cause]
    return {
        "finding": one, "title": say(said.title, language), "tells": say(said.tells, language),
        "what": _what(one, loaded, language), "trouble": say(one.trouble, language) if one.trouble else "",
        "phone": one.phone if one.cause is Cause.NOTICE_UNDELIVERED else "", "ways": _ways(visit, one),
    }


def _what(one: OpenFinding, loaded: Any, language: str) -> str:
    """Which step, job, timer or outside answer it is about."""
    if "name" in one.facts:
        return say(JOBS.get(one.facts["name"], one.facts["name"]), language)
    if one.facts.get("step") and loaded is not None:
        return step_words(loaded, one.facts["step"], language)
    kind = one.subject.partition(":")[0]
    return say(OUTSIDE[kind], language) if kind in OUTSIDE else str(one.facts.get("timer", ""))


def _ways(visit: Visit, one: OpenFinding) -> list[dict[str, Any]]:
    """The buttons this officer may press, best first. Another office's are its own to press."""
    found = []
    for deed in WORDS[one.cause].deeds:
        way = WAYS[deed]
        if not way.fits(one) or (way.doing and not _may(visit, one, deed)):
            continue
        if deed is Deed.ASSIGN and not (one.office_id == visit.officer.office_id
                                        and visit.officer.roles & {Role.HEAD, Role.LEADER}):
            continue
        href = way.href.format(id=one.id, dossier=one.dossier_id, task=one.facts.get("task", ""))
        found.append({"words": say(way.words, visit.language), "href": href, "doing": way.doing, "deed": deed.value})
    return found


async def _case(db: Db, visit: Visit, found: OpenFinding) -> Case:
    if found.dossier_id is None:
        raise FindingNotFound
    return await open_case(db, visit.tools, found.dossier_id)


def _notice(found: OpenFinding) -> UUID:
    return UUID(found.subject.partition(":")[2])


def _cause(text: str) -> Cause | None:
    if not text:
        return None
    try:
        return Cause(text)
    except ValueError as wrong:
        raise NotFound from wrong


def _before(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    try:
        moment, finding_id = text.split("_")
        at = datetime.fromisoformat(moment)
        found = at, UUID(finding_id)
    except ValueError as wrong:
        raise NotFound from wrong
    if at.tzinfo is None:
        raise NotFound
    return found
