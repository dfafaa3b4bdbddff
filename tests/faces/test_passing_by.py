"""Routers that cannot be meant are passed by; every address still finds the route it found before."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app.faces.passing_by import pass_by


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

    @portal.get("/{anything}")
    async def anything(anything: str) -> str:
        return f"portal {anything}"

    desk.include_router(steps)
    app.include_router(desk)
    app.include_router(tidy, prefix="/very")
    app.include_router(portal)
    if quick:
        pass_by(app.router)
    return app


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/desk/steps/7", "/desk/steps/7/act", "/desk/steps", "/desk/steps/", "/very/tidy", "/very/tidy/", "/very", "/x", "/"],
)
async def test_every_address_finds_the_route_it_found_before(method: str, path: str) -> None:
    answers = []
    for quick in (False, True):
        transport = httpx.ASGITransport(house(quick=quick))
        async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
            answer = await client.request(method, path)
            answers.append((answer.status_code, answer.text, answer.headers.get("location")))
    assert answers[0] == answers[1]


async def test_a_router_that_cannot_be_meant_is_not_asked() -> None:
    asked: list[str] = []

    class Curious(APIRouter):
        def matches(self, scope):  # type: ignore[no-untyped-def]
            asked.append(scope["path"])
            return super().matches(scope)

    app, desk = FastAPI(openapi_url=None), Curious(prefix="/desk")

    @desk.get("/work")
    async def work() -> str:
        return "work"

    app.include_router(desk)
    pass_by(app.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://motcua.test") as client:
        await client.get("/track")
        assert asked == []
        await client.get("/desk/work")
        assert set(asked) == {"/desk/work"}
