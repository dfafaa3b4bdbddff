"""Sign in and out; keep what was typed when a session ends in the middle of a form."""

import hmac
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from app.citizens import service as citizens
from app.dossiers.tools import Tools
from app.faces.access import COOKIE, TOKEN_FIELD, PublicVisit, open_to_all, word_of
from app.faces.pages import LANGUAGE_COOKIE
from app.kit.db import Db
from app.kit.errors import Refused
from app.kit.words import language_of
from app.portal.identity import IdentityProvider, LevelTooLow, ProviderAway, SignInNotFinished
from app.portal.page import go, show_alone
from app.sessions import service as sessions
from app.sessions.service import SignedIn

MOST_PARKED: Final = 64_000  # characters of one typed form
_YEAR: Final = 365 * 24 * 60 * 60

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", dependencies=[Depends(open_to_all)])
async def sign_in(request: Request, next: str = "/dossiers") -> Response:
    """Open to all: to the identity provider. When it is down, the other ways to be served."""
    try:
        departure = await provider(request).depart()
    except ProviderAway:
        return await show_alone(request, "sign_in/away.html", status=503, next=inside(next))
    leaving = {"state": departure.state, "nonce": departure.nonce, "verifier": departure.verifier, "next": inside(next)}
    answer = go(departure.address)
    await _remember(request, answer, leaving=leaving)
    return answer


@router.get("/sign-in/back", dependencies=[Depends(open_to_all)])
async def back(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Open to all: back from the identity provider. Always a new session, so nobody can plant one."""
    tools: Tools = request.app.state.tools
    async with tools.database.transaction() as db:
        visitor = await _session(db, request)
    leaving = (visitor.note if visitor else {}).get("leaving")
    here = provider(request)
    try:
        if visitor is None or not leaving or not hmac.compare_digest(state.encode(), leaving["state"].encode()):
            raise SignInNotFinished
        if iss and iss.rstrip("/") != here.issuer:
            raise SignInNotFinished
        if error or not code:
            return await show_alone(request, "sign_in/stopped.html", next=leaving["next"])
        identity = await here.arrive(code, leaving)
    except ProviderAway:
        return await show_alone(request, "sign_in/away.html", status=503, next=leaving["next"] if leaving else "/dossiers")
    except (SignInNotFinished, LevelTooLow) as refused:
        return await _not_in(request, refused)
    answer = go(leaving["next"])
    async with tools.database.transaction() as db:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        citizen = await citizens.welcome(db, identity, language=language_of(chosen))
        if chosen and language_of(chosen) != citizen.language:
            await db.run("UPDATE citizen SET language = $2 WHERE id = $1", citizen.id, language_of(chosen))
        kept = {"parked": visitor.note["parked"]} if "parked" in visitor.note else {}
        word = await sessions.open_session(db, "citizen", citizen_id=citizen.id, note=kept)
        await sessions.close(db, visitor)
    set_cookie(request, answer, word)
    if not chosen:
        answer.set_cookie(LANGUAGE_COOKIE, citizen.language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


@router.post("/sign-out")
async def sign_out(visit: PublicVisit) -> Response:
    """Public: ends the session here; the provider's own session is the provider's."""
    if visit.session is not None:
        await sessions.close(visit.db, visit.session)
    answer = go("/")
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def park_and_sign_in(request: Request) -> Response:
    """The session ended while a form was being filled: keep the typed values (no files), and lead to sign-in and back."""
    path = request.url.path.removesuffix("/autosave")
    typed: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile) or name in (TOKEN_FIELD, "once", "autosave_order"):
                continue
            typed[name] = [*typed[name], value] if isinstance(typed.get(name), list) else (
                [typed[name], value] if name in typed else value
            )
    small = sum(len(str(value)) for value in typed.values()) <= MOST_PARKED
    quiet = request.headers.get("x-autosave") == "true"
    answer: Response = Response(status_code=401) if quiet else RedirectResponse(
        f"/sign-in?next={quote(_page_of(path), safe='/')}", status_code=303
    )
    if typed and small:
        await _remember(request, answer, parked={"path": path, "values": typed})
    return answer


def unpark(session: SignedIn | None, path: str) -> dict[str, Any] | None:
    """What was typed on this page before the session ended, or None."""
    parked = (session.note if session else {}).get("parked")
    return parked["values"] if parked and parked["path"] == path else None


def provider(request: Request) -> IdentityProvider:
    """The one identity provider of this process."""
    state = request.app.state
    if getattr(state, "identity_provider", None) is None:
        told = state.settings
        state.identity_provider = IdentityProvider(
            told.oidc_issuer, told.oidc_client_id, told.oidc_client_secret.get_secret_value(), told.oidc_redirect
        )
    found: IdentityProvider = state.identity_provider
    return found


def set_cookie(request: Request, answer: Response, word: str) -> None:
    """The session's word: for this browser, not for scripts, not for other sites."""
    secure = request.app.state.tools.public_url.startswith("https:")
    answer.set_cookie(COOKIE, word, path="/", httponly=True, samesite="lax", secure=secure)


def inside(address: str) -> str:
    """An address of ours; anything else becomes the list of dossiers."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\", "/sign-")) and address.isprintable()
    return address if ours else "/dossiers"


async def _remember(request: Request, answer: Response, **note: Any) -> None:
    """Keep a note with this browser, in its visitor session or a new one."""
    tools: Tools = request.app.state.tools
    async with tools.database.transaction() as db:
        session = await _session(db, request)
        if session is not None and session.kind == "visitor":
            await sessions.put_note(db, session, **note)
            return
        word = await sessions.open_session(db, "visitor", note=note)
    set_cookie(request, answer, word)


async def _session(db: Db, request: Request) -> SignedIn | None:
    word, _bearer = word_of(request)
    return await sessions.find(db, word) if word else None


async def _not_in(request: Request, refused: Refused) -> Response:
    language = language_of(request.cookies.get(LANGUAGE_COOKIE))
    return await show_alone(request, "sign_in/not_in.html", status=422, says=refused.words(language))


# Pages whose form is posted to an address of its own lead back to the page the form stands on.
_FORM_PAGES: Final = {"submit": "check", "messages": "", "start": "", "online": ""}


def _page_of(path: str) -> str:
    head, _, last = path.rpartition("/")
    if not path.startswith("/dossiers/") or last not in _FORM_PAGES:
        return path
    return f"{head}/{_FORM_PAGES[last]}".rstrip("/")
