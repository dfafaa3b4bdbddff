"""Who may come in. Every route takes exactly one visit, and its type says who may use the route.

A visit is one transaction: opened here, committed before the answer leaves, rolled back on any refusal. PostgreSQL is
told on the way in whose rows it may show. A route that only reads (`straight.looks`) has a look in its place: the same
people, the same rights, the same rows, and nothing to begin or to commit.
"""

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.citizens.models import Citizen
from app.dossiers.tools import Tools
from app.faces.recognising import recognise
from app.journal.service import Actor
from app.kit.db import Db
from app.kit.errors import Forbidden
from app.kit.looking import look
from app.kit.words import N_
from app.org.people import SignedOfficer
from app.sessions.service import SignedIn

COOKIE: Final = "motcua"
TOKEN_FIELD: Final = "csrf_token"
TOKEN_HEADER: Final = "x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ACCESS: Final = "__motcua_access__"
# On `request.state`: the route only reads; and it may believe whom the session named a moment ago (app/kit/looking).
LOOKS: Final = "looks"
REMEMBERS: Final = "remembers"


class SignInNeeded(Exception):
    """Nobody is signed in, or not as the kind of person this route is for. `kind`: officer or citizen."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class FormNotOurs(Forbidden):
    """The form did not come from one of our pages of this session."""

    says = N_("Trang này đã mở quá lâu hoặc mở từ nơi khác. Hãy tải lại trang rồi gửi lại.")


class RoleMissing(Forbidden):
    """The officer's roles do not include what the route needs."""

    says = N_("Việc này dành cho vai trò khác trong đơn vị.")


@dataclass(slots=True)
class Visit:
    """One request by one person."""

    request: Request
    db: Db
    tools: Tools
    session: SignedIn | None = None
    _officer: SignedOfficer | None = None
    _citizen: Citizen | None = None

    @property
    def officer(self) -> SignedOfficer:
        """Who is signed in at the desk."""
        if self._officer is None:
            raise SignInNeeded("officer")
        return self._officer

    @property
    def citizen(self) -> Citizen:
        """Who is signed in at the portal."""
        if self._citizen is None:
            raise SignInNeeded("citizen")
        return self._citizen

    @property
    def maybe_citizen(self) -> Citizen | None:
        return self._citizen

    @property
    def maybe_officer(self) -> SignedOfficer | None:
        return self._officer

    @property
    def actor(self) -> Actor:
        """Who the journal will name."""
        if self._officer is not None:
            return Actor("officer", self._officer.id)
        return Actor("citizen", self.citizen.id)

    @property
    def language(self) -> str:
        from app.faces.pages import page_language

        return page_language(self.request)


def word_of(request: Request) -> tuple[str | None, bool]:
    """The session's word and whether it came as a bearer token, which no foreign page can send."""
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip() or None, True
    return request.cookies.get(COOKIE), False


@asynccontextmanager
async def _visit(request: Request) -> AsyncIterator[Visit]:
    looks = request.method in SAFE and getattr(request.state, LOOKS, False)
    tools: Tools = request.app.state.tools
    word, bearer = word_of(request)
    if request.method not in SAFE and not bearer:
        _require_our_site(request)
        if "form" in request.headers.get("content-type", ""):
            await request.form()  # before a connection is taken: who sends slowly must not hold one
    try:
        async with look(tools.database) if looks else tools.database.transaction() as db:
            visit = Visit(request, db, tools)
            if word:
                somebody = await recognise(db, word, remembers=getattr(request.state, REMEMBERS, False))
                visit.session, visit._officer, visit._citizen = somebody.session, somebody.officer, somebody.citizen
            request.state.csrf_token = visit.session.secret if visit.session else ""
            request.state.visit = visit
            if request.method not in SAFE and not bearer:
                await _require_our_form(visit)
            yield visit
    finally:
        await request.close()  # files that were sent and not kept


def _require_our_site(request: Request) -> None:
    """Unsafe requests come from our own pages: same origin always. Raises FormNotOurs."""
    if request.headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
        raise FormNotOurs
    origin = request.headers.get("origin")
    if not origin:
        return
    try:
        ours = urlsplit(origin).netloc == request.url.netloc
    except ValueError:  # not even an address
        ours = False
    if not ours:
        raise FormNotOurs


async def _require_our_form(visit: Visit) -> None:
    """The session's secret, where there is a session. Raises FormNotOurs."""
    request = visit.request
    if visit.session is None:
        return
    given = request.headers.get(TOKEN_HEADER)
    if given is None and "form" in request.headers.get("content-type", ""):
        given = str((await request.form()).get(TOKEN_FIELD, ""))
    if given is None or not hmac.compare_digest(given.encode("utf-8", "replace"), visit.session.secret.encode()):
        raise FormNotOurs


def _access(who: str) -> Callable[[Any], Any]:
    def mark(function: Any) -> Any:
        setattr(function, ACCESS, who)
        return function

    return mark


@_access("public")
async def _public(request: Request) -> AsyncIterator[Visit]:
    async with _visit(request) as visit:
        yield visit


@_access("citizen")
async def _citizen(request: Request) -> AsyncIterator[Visit]:
    async with _visit(request) as visit:
        _ = visit.citizen
        yield visit


@_access("officer")
async def _officer(request: Request) -> AsyncIterator[Visit]:
    async with _visit(request) as visit:
        _ = visit.officer
        yield visit


@_access("supervisor")
async def _supervisor(request: Request) -> AsyncIterator[Visit]:
    async with _visit(request) as visit:
        if not visit.officer.watches:
            raise RoleMissing
        yield visit


@_access("anyone signed in")
async def _signed_in(request: Request) -> AsyncIterator[Visit]:
    async with _visit(request) as visit:
        if visit.maybe_citizen is None and visit.maybe_officer is None:
            raise SignInNeeded("citizen")
        yield visit


# `scope="function"`: the transaction is committed before the answer leaves, not after.
PublicVisit = Annotated[Visit, Depends(_public, scope="function")]
CitizenVisit = Annotated[Visit, Depends(_citizen, scope="function")]
OfficerVisit = Annotated[Visit, Depends(_officer, scope="function")]
SupervisorVisit = Annotated[Visit, Depends(_supervisor, scope="function")]
SignedInVisit = Annotated[Visit, Depends(_signed_in, scope="function")]


@_access("open to all, no data")
def open_to_all() -> None:
    """For routes without a transaction: health, static files, the gallery. Put it in `dependencies=[...]`."""


def require_role(visit: Visit, *roles: str) -> None:
    """Raises RoleMissing unless the officer has one of these roles."""
    if not visit.officer.roles & set(roles):
        raise RoleMissing
