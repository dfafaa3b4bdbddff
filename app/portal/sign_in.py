"""Sign in and out; keep what was typed when a session ends in the middle of a form."""

import hmac
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends, Request, Response

from app.citizens import service as citizens
from app.dossiers.tools import Tools
from app.faces.access import COOKIE, PublicVisit, open_to_all
from app.faces.pages import LANGUAGE_COOKIE
from app.faces.parking import as_given, park_and_leave, parked_on, remember, session_of, set_cookie
from app.faces.routes import Router
from app.kit.errors import Refused
from app.kit.words import language_of
from app.portal.identity import LevelTooLow, ProviderAway, SignInNotFinished
from app.portal.page import go, show_alone
from app.sessions import service as sessions
from app.sessions.service import SignedIn

if TYPE_CHECKING:
    from app.portal.identity_provider import IdentityProvider

_YEAR: Final = 365 * 24 * 60 * 60

router = Router(include_in_schema=False)


@router.get("/sign-in", dependencies=[Depends(open_to_all)])
async def sign_in(request: Request, next: str = "/dossiers") -> Response:
    """Open to all: to the identity provider. When it is down, the other ways to be served."""
    try:
        departure = await provider(request).depart()
    except ProviderAway:
        return await show_alone(request, "sign_in/away.html", status=503, next=inside(next))
    leaving = {"state": departure.state, "nonce": departure.nonce, "verifier": departure.verifier, "next": inside(next)}
    answer = go(departure.address)
    await remember(request, answer, leaving=leaving)
    return answer


@router.get("/sign-in/back", dependencies=[Depends(open_to_all)])
async def back(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Open to all: back from the identity provider. Always a new session, so nobody can plant one."""
    tools: Tools = request.app.state.tools
    async with tools.database.transaction() as db:
        visitor = await session_of(db, request)
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
    """The session ended while a form was being filled: keep the typed values, and lead to sign-in and back."""
    return await park_and_leave(request, "/sign-in", _page_of(request.url.path))


def unpark(session: SignedIn | None, path: str) -> dict[str, Any] | None:
    """What was typed on this page before the session ended, or None."""
    typed = parked_on(session, path)
    return as_given(typed) if typed is not None else None


def provider(request: Request) -> "IdentityProvider":
    """The one identity provider of this process."""
    # Here: it brings authlib and joserfc along, 0.1 s and 10 MB, for the processes in which somebody signs in.
    from app.portal.identity_provider import IdentityProvider

    state = request.app.state
    if getattr(state, "identity_provider", None) is None:
        told = state.settings
        state.identity_provider = IdentityProvider(
            told.oidc_issuer, told.oidc_client_id, told.oidc_client_secret.get_secret_value(), told.oidc_redirect
        )
    found: IdentityProvider = state.identity_provider
    return found


def inside(address: str) -> str:
    """An address of ours; anything else becomes the list of dossiers."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\", "/sign-")) and address.isprintable()
    return address if ours else "/dossiers"


async def _not_in(request: Request, refused: Refused) -> Response:
    language = language_of(request.cookies.get(LANGUAGE_COOKIE))
    return await show_alone(request, "sign_in/not_in.html", status=422, says=refused.words(language))


# Pages whose form is posted to an address of its own lead back to the page the form stands on.
_FORM_PAGES: Final = {"submit": "check", "messages": "", "start": "", "online": ""}


def _page_of(path: str) -> str:
    """The page a form of the portal stands on where its address does not say so; empty where it does."""
    head, _, last = path.rpartition("/")
    if not path.startswith("/dossiers/") or last not in _FORM_PAGES:
        return ""
    return f"{head}/{_FORM_PAGES[last]}".rstrip("/")
