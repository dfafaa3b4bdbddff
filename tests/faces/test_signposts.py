"""Signposts make the way to a route shorter; every address still finds the route it found before."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Match

from app.faces.signposts import Signposts
from app.main import create_app
from app.settings import Settings
from tests.bad_input import every_route


def house(*, quick: bool) -> FastAPI:
    app = FastAPI(openapi_url=None)
    desk, steps, tidy, portal = APIRouter(), APIRouter(prefix="/desk/steps"), APIRouter(prefix="/tidy"), APIRouter()

    @steps.post("/{step}/act")
    @steps.get("/{step}")
    async def step(step: str) -> str:
        return f"step {step}"

    @steps.get("/")
    async def all_steps() -> str:
        return "steps"

    @tidy.get("")
    async def nothing_behind() -> str:
        return "tidy"

    @portal.get("/files/{name:path}")
    async def file(name: str) -> str:
        return f"file {name}"

    @portal.get("/cards/{n}.png")
    async def card(n: int) -> str:
        return f"card {n}"

    @portal.get("/{anything}")
    async def anything(anything: str) -> str:
        return f"portal {anything}"

    @portal.get("/fixed")
    async def behind() -> str:
        return "never: the one before takes it"

    desk.include_router(steps)
    app.include_router(desk)
    app.include_router(tidy, prefix="/very")
    app.include_router(portal)
    if quick:
        Signposts(app.router)
    return app


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/desk/steps/7", "/desk/steps/7/act", "/desk/steps", "/desk/steps/", "/very/tidy", "/very/tidy/", "/very", "/x", "/",
     "/files/a/b", "/fixed", "/cards/7.png"],
)
async def test_every_address_finds_the_route_it_found_before(method: str, path: str) -> None:
    answers = []
    for quick in (False, True):
        transport = httpx.ASGITransport(house(quick=quick))
        async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
            answer = await client.request(method, path)
            answers.append((answer.status_code, answer.text, answer.headers.get("location")))
    assert answers[0] == answers[1]


async def test_a_known_address_is_found_without_a_search() -> None:
    asked: list[str] = []

    class Curious(APIRouter):
        def matches(self, scope):  # type: ignore[no-untyped-def]
            asked.append(scope["path"])
            return super().matches(scope)

    app, desk = FastAPI(openapi_url=None), Curious(prefix="/desk")

    @desk.get("/steps/{step}")
    async def work(step: str) -> str:
        return step

    app.include_router(desk)
    Signposts(app.router)

    @app.get("/later")
    async def later() -> str:
        return "later"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://motcua.test") as client:
        assert (await client.get("/desk/steps/7")).json() == "7"
        assert asked == []
        assert (await client.get("/later")).json() == "later"


def test_every_route_of_the_office_is_found_where_a_search_finds_it() -> None:
    app = create_app(Settings(demo=True))
    posts = app.router.middleware_stack
    assert isinstance(posts, Signposts)
    ways = [(way.method, way.filled({})) for way in every_route.ways(app)]
    assert len(ways) > 200
    for method, path in ways:
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        found, told = posts._find(scope)
        searched = next(
            one for route in app.router.routes
            for one in (route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route])
            if one.matches(scope)[0] is Match.FULL
        )
        assert (found, told["path_params"]) == (searched, searched.matches(scope)[1]["path_params"]), path
