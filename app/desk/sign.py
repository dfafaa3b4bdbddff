"""The sign queue of the leader and the seal queue of the clerk: several by one press, one outcome each.

What is signed is exactly what was shown: the digest of each preview travels in the form and is compared again when the
order is given and when the job signs (I12). Each order is a transaction of its own, so one refusal stops no other.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.due_dates import due_of
from app.desk.frame import desk_frame, say
from app.dossiers import queries_signing as queries
from app.dossiers.asking import Ask
from app.dossiers.case import open_case
from app.dossiers.progress import act
from app.dossiers.queries_signing import Kind, ToSign
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.moments import clock_time
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.jobs import service as jobs
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refusal
from app.kit.words import N_
from app.org.models import Role
from app.sessions import service as sessions
from app.signatures.keyring import KeyMissing

router = Router(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])


@dataclass(frozen=True, slots=True)
class Tray:
    """One of the two queues and its words."""

    kind: Kind
    path: str
    role: Role
    command: str
    title: str
    button: str
    ordered: str
    waiting: str
    under_way: str
    done: str
    nothing: str


SIGN: Final = Tray(
    "leader", "/desk/sign", Role.LEADER, "order_signature", N_("Ký số"), N_("Ký những văn bản đã chọn"),
    N_("Đã ra lệnh ký {n} văn bản."), N_("Chờ ký"), N_("Đang ký"), N_("Đã ký {time} · {level}"),
    N_("Không có văn bản nào chờ ký."),
)
SEAL: Final = Tray(
    "seal", "/desk/seal", Role.CLERK, "order_seal", N_("Đóng dấu"), N_("Đóng dấu những văn bản đã chọn"),
    N_("Đã ra lệnh đóng dấu {n} văn bản."), N_("Chờ đóng dấu"), N_("Đang đóng dấu"), N_("Đã đóng dấu {time} · {level}"),
    N_("Không có văn bản nào chờ đóng dấu."),
)


@router.get("/sign")
async def sign_queue(request: Request, visit: OfficerVisit, see: str = "") -> Response:
    """What waits for the leader, the paper itself beside it."""
    return await _show(request, visit, SIGN, see)


@router.get("/seal")
async def seal_queue(request: Request, visit: OfficerVisit, see: str = "") -> Response:
    """What waits for the clerk's seal."""
    return await _show(request, visit, SEAL, see)


@router.post("/sign")
async def sign(request: Request, visit: OfficerVisit) -> Response:
    """Order the signatures that were picked."""
    return await _order(request, visit, SIGN)


@router.post("/seal")
async def seal(request: Request, visit: OfficerVisit) -> Response:
    """Order the seals that were picked."""
    return await _order(request, visit, SEAL)


@router.post("/sign/again")
async def sign_again(request: Request, visit: OfficerVisit) -> Response:
    """Try a signing that gave up once more; what is signed is not signed again."""
    return await _again(request, visit, SIGN)


@router.post("/seal/again")
async def seal_again(request: Request, visit: OfficerVisit) -> Response:
    """The same for a seal."""
    return await _again(request, visit, SEAL)


async def _order(request: Request, visit: Visit, tray: Tray) -> Response:
    require_role(visit, tray.role)
    form = await request.form()
    picked = [parts for one in form.getlist("doc") if (parts := _picked(str(one)))]
    batch: dict[str, str] = {}
    for dossier_id, task_no, digest in picked[: queries.MOST]:
        batch[str(dossier_id)] = await _order_one(visit, tray, dossier_id, task_no, digest)
    if not batch:
        await say(visit, kit_words.say(N_("Chưa chọn văn bản nào."), visit.language), kind="warn")
        return RedirectResponse(tray.path, status_code=303)
    assert visit.session is not None
    await sessions.put_note(visit.db, visit.session, **{f"batch-{tray.kind}": batch})
    good = sum(1 for refused in batch.values() if not refused)
    if good:
        await say(visit, kit_words.say(tray.ordered, visit.language, n=good),
                  kit_words.say(N_("Máy đang làm; tải lại trang để xem từng văn bản."), visit.language))
    if good < len(batch):
        await say(visit, kit_words.say(N_("{n} văn bản chưa làm được. Lý do ghi ở từng dòng."), visit.language,
                                       n=len(batch) - good), kind="bad")
    return RedirectResponse(tray.path, status_code=303)


async def _order_one(visit: Visit, tray: Tray, dossier_id: UUID, task_no: int, digest: str) -> str:
    """Empty when the order was given, else why not, in words. Its own transaction: others are not its concern."""
    try:
        async with visit.tools.database.transaction(offices=visit.officer.offices) as own:
            case = await open_case(own, visit.tools, dossier_id)
            action = _action(tray, case.procedure.procedure.steps)
            ask = Ask(action, previewed_sha256=digest)
            await act(own, visit.tools, dossier_id, task_no, ask, by=visit.officer)
    except Refusal as refused:
        return refused.words(visit.language)
    return ""


async def _again(request: Request, visit: Visit, tray: Tray) -> Response:
    require_role(visit, tray.role)
    given = str((await request.form()).get("job", ""))
    freed = await jobs.free(visit.db, int(given)) if given.isdigit() and len(given) < 18 else False
    message = N_("Máy đang thử lại; văn bản đã ký không bị ký lần nữa.") if freed else N_("Việc này đã được thử lại rồi.")
    await say(visit, kit_words.say(message, visit.language), kind="good" if freed else "warn")
    return RedirectResponse(tray.path, status_code=303)


async def _show(request: Request, visit: Visit, tray: Tray, see: str) -> Response:
    require_role(visit, tray.role)
    waiting = await queries.to_sign(visit.db, offices=visit.officer.offices, kind=tray.kind)
    batch: dict[str, str] = visit.session.note.get(f"batch-{tray.kind}", {}) if visit.session else {}
    stuck = await queries.stuck_signing(visit.db, offices=visit.officer.offices, kind=tray.kind)
    at_step = {one.dossier_id for one in waiting}
    ids = [one for one in dict.fromkeys([*map(UUID, batch), *stuck]) if one not in at_step]
    way = await queries.under_way(visit.db, ids, tray.kind)
    chosen = _chosen(see, waiting, list(way))
    with speaking(visit.language):
        ordered = [_ordered(visit, tray, way[one], chosen) for one in ids if one in way]
        open_ones = [_waiting(visit, tray, one, batch, chosen) for one in waiting]
        papers = await queries.papers_shown(visit.db, chosen, tray.kind) if chosen else []
        tones = [one["tone"] for one in (*ordered, *open_ones)]
        return render(
            request, "desk/sign/tray.html", tray=tray, title=words(tray.title), button=words(tray.button),
            nothing=words(tray.nothing), items=[*ordered, *open_ones], papers=papers, chosen=chosen, tones=tones,
            story=words(N_("{done} xong · {bad} lỗi · {open} chờ"), done=tones.count(1), bad=tones.count(4),
                        open=tones.count(0)),
            troubles=[one for one in ordered if one["tone"] == 4], may_pick=any(one["pick"] for one in open_ones),
            key_trouble=_key_trouble(visit, tray), office_key=tray.kind == "seal",
        )


def _waiting(visit: Visit, tray: Tray, one: ToSign, batch: dict[str, str], chosen: UUID | None) -> dict[str, Any]:
    refused = batch.get(str(one.dossier_id), "")
    held = one.officer_id is not None and one.officer_id != visit.officer.id
    outcome, mark = words(tray.waiting), "ok"
    if refused:
        outcome, mark = f"{words(tray.waiting)} · {refused}", "late"
    elif held:
        outcome, mark = words(N_("{name} đang giữ"), name=one.officer_name or ""), "paused"
    elif one.digest is None:
        outcome, mark = words(N_("Máy đang in bản trình ký")), "paused"
    late = bool(one.original_due_at and one.original_due_at < clock.now())
    return {
        "href": f"{tray.path}?see={one.dossier_id}", "title": one.titles or one.code, "person": one.holder_name,
        "outcome": outcome, "mark": mark, "bad": bool(refused), "here": one.dossier_id == chosen,
        "pick": f"{one.dossier_id}:{one.task_no}:{one.digest}" if one.digest and not held else "",
        "checked": one.dossier_id == chosen, "tone": 4 if refused else 0,
        "due": due_of(visit.tools.calendars.of(one.office_id), one.original_due_at if late else one.due_at, clock.now()),
    }


def _ordered(visit: Visit, tray: Tray, row: dict[str, Any], chosen: UUID | None) -> dict[str, Any]:
    """A paper whose signing was ordered: being signed, signed, or given up with its cause."""
    base: dict[str, Any] = {
        "href": f"{tray.path}?see={row['id']}", "title": row["titles"] or row["code"], "person": row["holder_name"],
        "here": row["id"] == chosen, "pick": "", "job": "", "bad": False, "due": None, "checked": False,
    }
    if row["state"] == "stuck":
        cause = row["trouble"] or words(N_("không rõ nguyên nhân"))
        return {**base, "outcome": words(N_("Chưa xong · {cause}"), cause=cause), "mark": "late", "bad": True,
                "job": row["job_id"], "tone": 4}
    if row["state"] == "done" and row["signed_at"]:
        done = words(tray.done, time=clock_time(row["signed_at"]), level=row["level"])
        return {**base, "outcome": done, "mark": "done", "tone": 1}
    outcome = words(tray.under_way)
    if row["trouble"]:
        outcome = words(N_("{doing} · lần {n} chưa được: {cause}"), doing=outcome, n=row["attempts"], cause=row["trouble"])
    return {**base, "outcome": outcome, "mark": "soon", "tone": 0}


def _key_trouble(visit: Visit, tray: Tray) -> str:
    """Why signing would fail already now: no key for this person."""
    if tray.kind != "leader":
        return ""
    try:
        visit.tools.keyring.key(visit.officer.signing_key)
    except KeyMissing as missing:
        return missing.words(visit.language)
    return ""


def _action(tray: Tray, steps: Any) -> str:
    rule = steps.get(queries.STEPS[tray.kind])
    return next((action.id for action in rule.actions if action.command == tray.command), "") if rule else ""


def _picked(text: str) -> tuple[UUID, int, str] | None:
    parts = text.split(":")
    try:
        return (UUID(parts[0]), int(parts[1]), parts[2]) if len(parts) == 3 else None
    except ValueError:
        return None


def _chosen(see: str, waiting: list[ToSign], ordered: list[UUID]) -> UUID | None:
    known = [one.dossier_id for one in waiting] + ordered
    return next((one for one in known if str(one) == see), known[0] if known else None)
