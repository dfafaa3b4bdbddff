"""Who is signed in. Staff get a bearer token here; citizens sign in at the identity provider through the web."""

from typing import Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.shapes import Body, Moment, View
from app.faces.access import PublicVisit, SignedInVisit
from app.faces.routes import Router
from app.kit.errors import Refused
from app.org import sign_in
from app.sessions import service as sessions

router = Router(prefix="/session", tags=["Session"])


class SignIn(Body):
    """An officer's login, password and, where the office asks for it, the code of their authenticator."""

    login: str = Field(max_length=80, examples=["reception@tanmai"])
    password: str = Field(max_length=200, examples=["mot-cua-demo"])
    code: str = Field(default="", max_length=20, examples=["123456"])


class Token(View):
    """Send it as `Authorization: Bearer <token>`. It is shown once."""

    token: str = Field(examples=["pBq7…"])
    expires_at: Moment


class Session(View):
    """Who this session belongs to. `csrf_token` goes into X-CSRF-Token where the session came as a cookie."""

    kind: Literal["officer", "citizen"]
    id: UUID
    name: str = Field(examples=["Hà Minh Tú"])
    login: str | None = None
    roles: list[str] = []
    office_id: int | None = None
    csrf_token: str
    expires_at: Moment


@router.post("", status_code=201, summary="Sign in as an officer")
async def enter(visit: PublicVisit, request: Request, body: SignIn) -> Token:
    """Password, then the second factor where it is on. A wrong try is counted; too many lock the account for a while."""
    settings = request.app.state.settings
    try:
        officer_id = await sign_in.check_password(visit.db, body.login, body.password)
        if settings.second_factor and not settings.demo:
            await sign_in.require_not_locked(visit.db, officer_id)
            await sign_in.check_code(visit.db, officer_id, body.code)
    except Refused:
        # In a transaction of its own, so that the refusal does not undo the count.
        async with visit.tools.database.transaction() as own:
            await sign_in.failed(own, body.login)
        raise
    word = await sessions.open_session(visit.db, "officer", officer_id=officer_id)
    opened = await sessions.find(visit.db, word)
    assert opened is not None
    return Token(token=word, expires_at=opened.expires_at)


@router.get("", summary="Who is signed in")
async def who(visit: SignedInVisit) -> Session:
    """The person behind this token or cookie."""
    session = visit.session
    assert session is not None
    officer = visit.maybe_officer
    if officer is not None:
        return Session(
            kind="officer", id=officer.id, name=officer.name, login=officer.login, roles=sorted(officer.roles),
            office_id=officer.office_id, csrf_token=session.secret, expires_at=session.expires_at,
        )
    return Session(
        kind="citizen", id=visit.citizen.id, name=visit.citizen.name, csrf_token=session.secret,
        expires_at=session.expires_at,
    )


@router.delete("", status_code=204, summary="Sign out")
async def leave(visit: SignedInVisit) -> Response:
    """The token is good for nothing from here on."""
    assert visit.session is not None
    await sessions.close(visit.db, visit.session)
    return Response(status_code=204)
