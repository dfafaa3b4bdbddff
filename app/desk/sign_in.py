"""Officers come in: login and password, then the second factor; out again by one button."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from app.faces.access import COOKIE, PublicVisit, Visit
from app.faces.frame import Announcement, Frame
from app.faces.pages import render
from app.faces.parking import set_cookie
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit.errors import Refused
from app.kit.words import N_
from app.org import sign_in
from app.sessions import service as sessions

router = Router(prefix="/desk", include_in_schema=False)
Text = Annotated[str, Form()]
CODE_STAGE = "code"


@router.get("/sign-in")
async def sign_in_page(request: Request, visit: PublicVisit, next: str = "/desk") -> Response:
    """The sign-in page; somebody already in goes on."""
    if visit.maybe_officer is not None:
        return _to(_inside(next))
    return _page(request, visit, next)


@router.post("/sign-in")
async def enter(
    request: Request, visit: PublicVisit, login: Text = "", password: Text = "", next: Text = "/desk"
) -> Response:
    """A wrong try is counted in a transaction of its own, so that the refusal does not undo the count."""
    try:
        officer_id = await sign_in.check_password(visit.db, login[:80], password[:200])
    except Refused as refused:
        async with visit.tools.database.transaction() as own:
            await sign_in.failed(own, login[:80])
        return _page(request, visit, next, login=login[:80], error=refused.words(visit.language))
    if _second_factor(request):
        return await _open(visit, officer_id, f"/desk/sign-in/code?{urlencode({'next': _inside(next)})}", CODE_STAGE)
    return await _open(visit, officer_id, _inside(next), "in")


@router.get("/sign-in/code")
async def code_page(request: Request, visit: PublicVisit, next: str = "/desk") -> Response:
    """Six digits of the officer's authenticator; only on the way in."""
    if _on_the_way(visit) is None:
        return _to(f"/desk/sign-in?{urlencode({'next': _inside(next)})}")
    return _code_page(request, visit, next)


@router.post("/sign-in/code")
async def check_code(request: Request, visit: PublicVisit, code: Text = "", next: Text = "/desk") -> Response:
    """The second factor. A new session again: the word that was good for half a sign-in is good for nothing now."""
    officer_id = _on_the_way(visit)
    if officer_id is None:
        return _to(f"/desk/sign-in?{urlencode({'next': _inside(next)})}")
    login = str(await visit.db.value("SELECT login FROM officer WHERE id = $1", officer_id))
    try:
        await sign_in.require_not_locked(visit.db, officer_id)
        await sign_in.check_code(visit.db, officer_id, code[:20])
    except Refused as refused:
        async with visit.tools.database.transaction() as own:
            await sign_in.failed(own, login)
        return _code_page(request, visit, next, refused.words(visit.language))
    return await _open(visit, officer_id, _inside(next), "in")


@router.post("/sign-out")
async def leave(visit: PublicVisit) -> Response:
    """Signed out, whether the session still lived or not."""
    if visit.session is not None:
        await sessions.close(visit.db, visit.session)
    answer = _to("/desk/sign-in")
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def _open(visit: Visit, officer_id: UUID, where: str, stage: str) -> Response:
    """A new session; what was typed when the old one ended comes along."""
    parked = visit.session.note.get("parked") if visit.session is not None else None
    if visit.session is not None:
        await sessions.close(visit.db, visit.session)
    note = {"parked": parked} if parked else {}
    word = await sessions.open_session(visit.db, "officer", officer_id=officer_id, stage=stage, note=note)
    answer = _to(where)
    set_cookie(visit.request, answer, word)
    return answer


def _on_the_way(visit: Visit) -> UUID | None:
    session = visit.session
    return session.officer_id if session is not None and session.stage == CODE_STAGE else None


def _second_factor(request: Request) -> bool:
    settings = request.app.state.settings
    return bool(settings.second_factor and not settings.demo)


def _page(request: Request, visit: Visit, next: str, *, login: str = "", error: str = "") -> Response:
    _put_frame(request, visit)
    return render(
        request, "desk/sign_in/password.html", status=422 if error else 200, login=login, next=_inside(next),
        errors=[("login", error)] if error else [], error=error, demo=request.app.state.settings.demo,
    )


def _code_page(request: Request, visit: Visit, next: str, error: str = "") -> Response:
    _put_frame(request, visit)
    return render(
        request, "desk/sign_in/code.html", status=422 if error else 200, next=_inside(next),
        errors=[("code", error)] if error else [], error=error,
    )


def _put_frame(request: Request, visit: Visit) -> None:
    strip = None
    if not _second_factor(request):
        with speaking(visit.language):
            strip = Announcement(
                words(N_("Xác thực hai lớp đang tắt.")),
                words(N_("Đây là bản trình diễn; ở nơi làm việc thật, mỗi lần đăng nhập còn cần mã trên điện thoại.")),
                "warn",
            )
    request.state.frame = Frame(home="/desk/sign-in", strip=strip)


def _inside(path: str) -> str:
    """Where to go after signing in: a page of the office, nothing else."""
    safe = path.startswith(("/desk", "/overview")) and not set(path) & set("\\\r\n") and "//" not in path.split("?")[0]
    return path if safe and not path.startswith("/desk/sign-") else "/desk"


def _to(where: str) -> RedirectResponse:
    return RedirectResponse(where, status_code=303)
