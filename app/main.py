"""Where everything meets, once: the application with its routes, its refusals, its health."""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import structlog
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect

from app import api, desk, gallery, overview, portal
from app.dossiers.tools import Tools
from app.equipment import equip
from app.faces import languages, static_files
from app.faces.access import SignInNeeded, open_to_all
from app.faces.addresses import AddressUnreadable, require_readable
from app.faces.officers import stand_around_refusal
from app.faces.pages import page_language
from app.faces.parking import park_and_leave
from app.faces.policy import security_headers
from app.faces.reading import NotesWrites
from app.faces.refusals import refusal
from app.faces.signposts import Signposts
from app.kit.db import NotStorable
from app.kit.errors import Conflict, Forbidden, NotFound, Refusal, Refused, Unavailable
from app.observing import Observed, open_metrics, set_up_logs, trace
from app.settings import Settings
from storage import StoreError

LARGEST_BODY = 26 * 1024 * 1024  # one file at its limit, with its form
STATUS: dict[type[Refusal], int] = {NotFound: 404, Forbidden: 403, Conflict: 409, Refused: 422, Unavailable: 503}


def create_app(settings: Settings) -> FastAPI:
    """The whole office as one ASGI application."""
    set_up_logs(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with equip(settings) as tools:
            app.state.tools = tools
            app.state.store_report = await _try_the_lock(tools)
            app.state.frame = await portal.house_frame(tools)
            open_metrics(settings.metrics_host, settings.metrics_port, settings.web_processes)
            yield

    app = FastAPI(
        title="Một Cửa", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are in observing; else three are looked for
    )
    app.state.settings = settings
    for part in (portal, desk, overview, api, gallery, static_files, languages):
        app.router.routes.extend(part.router.routes)  # as they are: `include_router` would read every one of them
    _health(app)
    _refusals(app, settings)
    Signposts(app.router)
    return app


async def _try_the_lock(tools: Tools) -> str:
    """Whether the store's object lock is real, tried once at start-up: "worm", "no worm", or "unknown" while it is away."""
    try:
        report = await tools.store.probe()
    except StoreError:
        return "unknown"
    structlog.get_logger().info("store", part=report.result, where=report.finding.value)
    return report.result if report.reachable else "unknown"


def _health(app: FastAPI) -> None:
    @app.get("/livez", include_in_schema=False, dependencies=[Depends(open_to_all)])
    async def livez() -> Response:
        """The process answers."""
        return Response("ok\n", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False, dependencies=[Depends(open_to_all)])
    async def readyz(request: Request) -> Response:
        """Whether database and store answer now: nothing cached, nothing assumed."""
        tools, found = request.app.state.tools, {}
        try:
            async with tools.database.transaction() as db:
                found["database"] = "ok" if await db.value("SELECT 1") == 1 else "down"
        except Unavailable:
            found["database"] = "down"
        try:
            await tools.store.exists("readyz")
            found["store"] = "ok"
        except StoreError:
            found["store"] = "down"
        found["worm"] = request.app.state.store_report
        ready = found["database"] == found["store"] == "ok"
        return JSONResponse(found, status_code=200 if ready else 503)


def _refusals(app: FastAPI, settings: Settings) -> None:
    headers = security_headers(form_targets=tuple(one for one in (settings.oidc_issuer, settings.payment_url) if one))

    if settings.replica_database_url:
        app.add_middleware(NotesWrites)
    # Not `FastAPI(max_body_size=…)`: that one stands around everything and would answer in its own words.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(Observed, headers=headers, check=_require_sane, otherwise=_unanswered)

    @app.exception_handler(Refusal)
    async def refused(request: Request, problem: Refusal) -> Response:
        status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 422)
        if isinstance(problem, Unavailable | NotStorable):
            cause = problem.__cause__ or problem
            structlog.get_logger().warning(type(problem).__name__, error=type(cause).__name__, where=_route(request))
        return await _answer(request, status, problem.words(page_language(request)), type(problem).__name__, problem)

    @app.exception_handler(StoreError)
    async def store_away(request: Request, problem: StoreError) -> Response:
        structlog.get_logger().error("store", error=type(problem).__name__)
        return await _answer(request, 503, "", "StoreAway", problem)

    @app.exception_handler(SignInNeeded)
    async def sign_in_needed(request: Request, needed: SignInNeeded) -> Response:
        if _is_machine(request):
            return await _answer(request, 401, "", "SignInNeeded", needed)
        return await _to_sign_in(request, needed)

    @app.exception_handler(StarletteHTTPException)
    async def http(request: Request, problem: HTTPException) -> Response:
        says = str(problem.detail) if _is_machine(request) else ""
        headers = dict(problem.headers or {})
        return await _answer(request, problem.status_code, says, "HTTPException", problem, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> Response:
        places = [{"where": ".".join(str(part) for part in one["loc"]), "what": one["msg"]} for one in problem.errors()]
        status = 404 if "path" in {one["loc"][0] for one in problem.errors()} else 422
        if _is_machine(request):
            return _problem(request, status, "", "RequestInvalid", errors=places)
        await stand_around_refusal(request, status)
        return refusal(request, status)


class BodyTooLarge(Refused):
    """More than one file at its limit. Not a byte of it was read."""


def _require_sane(request: Request) -> None:
    """Raises AddressUnreadable, BodyTooLarge."""
    require_readable(request)
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:20]) > LARGEST_BODY:
        raise BodyTooLarge


def _unanswered(request: Request, problem: Exception) -> Response:
    """Whatever happens, an answer in words. Inside `Observed`, so that it has its headers, its trace and its line."""
    if isinstance(problem, AddressUnreadable):
        return _say(request, 400, problem.words(page_language(request)), type(problem).__name__, problem)
    if isinstance(problem, BodyTooLarge):
        return _say(request, 413, "", type(problem).__name__, problem)
    if isinstance(problem, ClientDisconnect):  # sent only half; nobody may be there to read this
        return _say(request, 400, "", "Truncated", problem)
    stack = traceback.extract_tb(problem.__traceback__)
    structlog.get_logger().error(
        "broken", error=type(problem).__name__, where=_route(request),
        calls=[f"{one.filename.rsplit('/', 1)[-1]}:{one.lineno}" for one in stack],
    )
    return _say(request, 500, "", "Broken", problem)


def _route(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "none"))


async def _to_sign_in(request: Request, needed: SignInNeeded) -> Response:
    """To the sign-in page and back again; what was typed into an expired session is parked first."""
    where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if needed.kind == "officer" and request.method == "POST":
        return await park_and_leave(request, "/desk/sign-in")
    if needed.kind == "officer":
        return RedirectResponse(f"/desk/sign-in?next={_quoted(where)}", status_code=303)
    if request.method == "POST":
        return await portal.park_and_sign_in(request)
    return RedirectResponse(f"/sign-in?next={_quoted(where)}", status_code=303)


async def _answer(
    request: Request, status: int, says: str, kind: str, problem: Exception, headers: dict[str, str] | None = None
) -> Response:
    """`_say`, and for an officer with their own frame around it."""
    if not _is_machine(request):
        await stand_around_refusal(request, status)
    return _say(request, status, says, kind, problem, headers)


def _say(
    request: Request, status: int, says: str, kind: str, problem: Exception, headers: dict[str, str] | None = None
) -> Response:
    if _is_machine(request):
        errors = getattr(problem, "errors", None)
        return _problem(request, status, says, kind, headers=headers, errors=errors)
    return refusal(request, status, says, code=trace.get(), headers=headers)


def _problem(
    request: Request, status: int, says: str, kind: str, *, headers: dict[str, str] | None = None, errors: object = None
) -> Response:
    """RFC 9457: the same facts for a machine."""
    body: dict[str, object] = {
        "type": f"urn:motcua:{kind}", "title": kind, "status": status, "detail": says, "instance": request.url.path,
        "trace": trace.get(),
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def _is_machine(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/hooks/"))


def _quoted(path: str) -> str:
    return quote(path, safe="/")
