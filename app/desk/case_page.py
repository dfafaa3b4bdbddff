"""The frame of every page of one dossier: identity, tabs, what the open steps allow this officer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.desk.due_dates import due_of
from app.desk.wording import CHANNELS, ROLES, said, tag_of
from app.dossiers import queries_case as queries
from app.dossiers.case import Case, open_case
from app.dossiers.queries_case import CaseAround, StepNow
from app.dossiers.states import ENDED, UNDECIDED
from app.faces.access import Visit
from app.faces.moments import when
from app.faces.speaking import words
from app.kit import clock
from app.kit.words import N_
from app.org.models import Role
from app.procedures.package import Action

SIGNING: Final = {"order_signature": "/desk/sign", "order_seal": "/desk/seal"}


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as the desk shows it."""

    case: Case
    around: CaseAround
    steps: list[StepNow]


async def open_page(visit: Visit, dossier_id: UUID) -> CasePage:
    """Read what every tab needs. Raises DossierNotFound, also for another commune's."""
    case = await open_case(visit.db, visit.tools, dossier_id)
    return CasePage(case, await queries.case_around(visit.db, case.id), await queries.steps_now(visit.db, case.id))


def frame_of(visit: Visit, page: CasePage, tab: str) -> dict[str, Any]:
    """What the identity bar, the tabs and the actions need, in the reader's language."""
    case, around, now = page.case, page.around, clock.now()
    promise = case.due_at
    if case.original_due_at and case.original_due_at < now and case.finished_at is None:
        promise = case.original_due_at  # a negotiated date never turns an overdue case green
    calendar = visit.tools.calendars.of(case.office_id)
    due = due_of(calendar, promise, now, paused_since=case.paused_at, finished_at=case.finished_at)
    return {
        "case": case, "tab": tab, "base": f"/desk/dossiers/{case.id}",
        "title": f"{case.procedure.procedure.short.in_(visit.language)}: {case.holder_name}",
        "due": due if case.received_at or case.finished_at else None, "tag": tag_of(case.state.value),
        "meta": _meta(visit, page), "tabs": _tabs(page, tab), "steps": [_step(visit, page, one) for one in page.steps],
        "whole": _whole(visit, case), "around": around,
    }


def _meta(visit: Visit, page: CasePage) -> list[dict[str, Any]]:
    case, around = page.case, page.around
    meta: list[dict[str, Any]] = [{"name": words(N_("Mã")), "value": case.display_code, "code": True}]
    if len(visit.officer.offices) > 1:
        meta.append({"name": words(N_("Đơn vị")), "value": around.office_name})
    meta.append({"name": words(N_("Người nộp")), "value": around.applicant})
    if case.submitted_at:
        came = _when(case.received_at or case.submitted_at)
        name = words(N_("Nhận")) if case.received_at else words(N_("Nộp"))
        meta.append({"name": name, "value": f"{came}, {said(CHANNELS, case.channel)}"})
    if around.handed_in_at:
        meta.append({"name": words(N_("Nộp tại")), "value": around.handed_in_at})
    if around.assisted_by:
        meta.append({"name": words(N_("Nhập giúp")), "value": around.assisted_by})
    holders = [words(N_("{name}, từ {since}"), name=one.officer_name, since=_when(one.claimed_at))
               for one in page.steps if one.officer_name and one.claimed_at]
    if holders:
        meta.append({"name": words(N_("Đang giữ")), "value": "; ".join(holders)})
    return meta


def _tabs(page: CasePage, tab: str) -> list[dict[str, Any]]:
    around, base = page.around, f"/desk/dossiers/{page.case.id}"
    told = [
        ("", words(N_("Tóm tắt"))), ("form", words(N_("Biểu mẫu"))),
        ("papers", words(N_("Giấy tờ ({n})"), n=around.papers)), ("journal", words(N_("Nhật ký"))),
        ("messages", words(N_("Tin nhắn ({n} mới)"), n=around.new_messages) if around.new_messages
         else words(N_("Tin nhắn"))),
        ("consultations", words(N_("Lấy ý kiến ({n})"), n=around.questions) if around.questions
         else words(N_("Lấy ý kiến"))),
        ("results", words(N_("Dự thảo, kết quả"))),
        ("fees", words(N_("Lệ phí (còn nợ)")) if around.owed else words(N_("Lệ phí"))),
        ("return", words(N_("Trả kết quả"))),
    ]
    return [{"href": f"{base}/{path}".rstrip("/"), "words": text, "here": path == tab} for path, text in told]


def _step(visit: Visit, page: CasePage, step: StepNow) -> dict[str, Any]:
    """One open step: whose it is, and what this officer may do with it."""
    officer, case = visit.officer, page.case
    rule = case.procedure.procedure.steps.get(step.name)
    in_lane = officer.sits_in(step.role)
    mine = step.officer_id == officer.id
    held = step.officer_id is not None and not mine
    doable = in_lane and not held
    address = f"/desk/steps/{case.id}/{step.task_no}"
    return {
        "title": rule.title.in_(visit.language) if rule else step.name, "role": said(ROLES, step.role), "held": held,
        "holder": step.officer_name or "", "since": _when(step.claimed_at) if step.claimed_at else "", "mine": mine,
        "free": step.officer_id is None, "doable": doable, "in_lane": in_lane, "address": address,
        "due": due_of(visit.tools.calendars.of(case.office_id), step.due_at, clock.now(), paused_since=case.paused_at),
        "checklist": bool(rule and rule.checklist),
        "assign": f"{address}/assign" if officer.roles & {Role.HEAD, Role.LEADER} and step.role != "applicant" else "",
        "actions": _actions(visit, case, rule.actions if rule else (), address) if doable else [],
    }


def _actions(visit: Visit, case: Case, actions: Iterable[Action], address: str) -> list[dict[str, Any]]:
    """Each action with what happens then; one without questions is a button, one with questions leads to them."""
    kinds = {"primary": "primary", "plain": "secondary", "danger": "warning"}
    shown = []
    for action in actions:
        signing = SIGNING.get(action.command)
        shown.append({
            "label": action.label.in_(visit.language), "kind": kinds[action.tone],
            "tells": action.tells.in_(visit.language) if action.tells else "",
            "href": f"{signing}?see={case.id}" if signing else f"{address}/act/{action.id}",
            "direct": not (signing or action.fields or action.reason),
        })
    return shown


def _whole(visit: Visit, case: Case) -> list[dict[str, str]]:
    """What may be done with the dossier as a whole, whatever its step."""
    officer, base = visit.officer, f"/desk/dossiers/{case.id}"
    ways = []
    if officer.roles & {Role.HEAD, Role.LEADER}:
        if case.received_at and not case.finished_at:
            ways.append({"href": f"{base}/extend", "words": words(N_("Xin lỗi và hẹn lại"))})
        if case.state in UNDECIDED:
            ways.append({"href": f"{base}/stop", "words": words(N_("Dừng giải quyết"))})
    if officer.roles & {Role.RECEPTION, Role.HEAD} and case.state in UNDECIDED:
        ways.append({"href": f"{base}/withdraw", "words": words(N_("Người nộp rút hồ sơ"))})
    if case.received_at:
        ways.append({"href": f"{base}/control-slip.pdf", "words": words(N_("Phiếu kiểm soát (PDF)"))})
    return ways


def may_work(visit: Visit, case: Case) -> bool:
    """Whether this officer handles dossiers of this office at all, and the dossier is not over."""
    handles = visit.officer.roles & {Role.RECEPTION, Role.SPECIALIST, Role.HEAD}
    return bool(handles) and visit.officer.office_id == case.office_id and case.state not in ENDED


def _when(moment: Any) -> str:
    return when(moment, clock.today(), words(N_("Hôm nay"))) if moment else ""
