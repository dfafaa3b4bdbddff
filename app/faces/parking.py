"""What was typed when a session ended in the middle of a form: kept with the browser until somebody signs in again."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.routing import Match

from app.dossiers.tools import Tools
from app.faces.access import COOKIE, TOKEN_FIELD, Visit, word_of
from app.kit.db import Db
from app.sessions import service as sessions
from app.sessions.service import SignedIn

MOST_PARKED: Final = 64_000  # characters of one typed form
_ECHOES: Final = ("/autosave", "/preview")  # a form that a script sends by itself stands on the page before
_NOT_TYPED: Final = (TOKEN_FIELD, "once", "autosave_order")


async def park_and_leave(request: Request, sign_in: str, page: str = "") -> Response:
    """Keep the typed values (no files), lead to `sign_in` and from there back to the page the form stands on."""
    path = request.url.path
    for echo in _ECHOES:
        path = path.removesuffix(echo)
    form = await request.form()
    typed = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in _NOT_TYPED]
    await request.close()
    quiet = request.headers.get("x-autosave") == "true"
    back = quote(page or page_of(request, path), safe="/")
    answer = Response(status_code=401) if quiet else RedirectResponse(f"{sign_in}?next={back}", status_code=303)
    if typed and sum(len(value) for _, value in typed) <= MOST_PARKED:
        await remember(request, answer, parked={"path": path, "typed": typed})
    return answer


def parked_on(session: SignedIn | None, path: str) -> FormData | None:
    """What was typed on this page before the session ended, or None."""
    parked = (session.note if session else {}).get("parked")
    if not parked or parked.get("path") != path:
        return None
    return FormData([(str(name), str(value)) for name, value in parked["typed"]])


async def take_parked(visit: Visit) -> FormData | None:
    """What was typed on the page of this visit before the session ended; given out once."""
    typed = parked_on(visit.session, visit.request.url.path)
    if typed is not None and visit.session is not None:
        await sessions.drop_note(visit.db, visit.session, "parked")
    return typed


def as_given(typed: FormData) -> dict[str, Any]:
    """A value for each name, or a list where a name came several times."""
    given: dict[str, Any] = {}
    for name, value in typed.multi_items():
        if isinstance(value, UploadFile):
            continue
        here = given.get(name)
        given[name] = [*here, value] if isinstance(here, list) else value if here is None else [here, value]
    return given


def page_of(request: Request, path: str) -> str:
    """The page a form of this address stands on: its own, else the nearest one above that can be opened."""
    while path:
        scope = {**request.scope, "path": path, "raw_path": path.encode(), "method": "GET"}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            return path
        path = path.rpartition("/")[0]
    return "/"


async def remember(request: Request, answer: Response, **note: Any) -> None:
    """Keep a note with this browser, in its visitor session or a new one."""
    tools: Tools = request.app.state.tools
    async with tools.database.transaction() as db:
        session = await session_of(db, request)
        if session is not None and session.kind == "visitor":
            await sessions.put_note(db, session, **note)
            return
        word = await sessions.open_session(db, "visitor", note=note)
    set_cookie(request, answer, word)


async def session_of(db: Db, request: Request) -> SignedIn | None:
    """The session of this browser, whoever's it is."""
    word, _bearer = word_of(request)
    return await sessions.find(db, word) if word else None


def set_cookie(request: Request, answer: Response, word: str) -> None:
    """The session's word: for this browser, not for scripts, not for other sites."""
    secure = request.app.state.tools.public_url.startswith("https:")
    answer.set_cookie(COOKIE, word, path="/", httponly=True, samesite="lax", secure=secure)
