"""Every route names who may use it; nobody finds a door that somebody forgot to lock."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.dossiers.tools import Tools
from app.faces.access import ACCESS
from app.main import create_app
from app.settings import Settings

HOME = "http://motcua.test"
APP = create_app(Settings(demo=True, second_factor=False, public_url=HOME))
EVERY = list(iter_route_contexts(APP.routes))
ROUTES = [route for route in EVERY if isinstance(route.original_route, APIRoute)]
# Pages anybody may open; a longer list is a decision somebody has to write down here.
OPEN = frozenset({"public", "open to all, no data"})


def access(dependant: Dependant) -> Iterator[str]:
    """Every mark of who may come in, however deep it lies."""
    mark = getattr(dependant.call, ACCESS, None)
    if mark:
        yield str(mark)
    for one in dependant.dependencies:
        yield from access(one)


def name(route: RouteContext) -> str:
    return f"{'|'.join(sorted(route.methods or ()))} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_every_route_names_who_may_use_it(route: RouteContext) -> None:
    marks = set(access(route.dependant))
    assert len(marks) == 1, f"{name(route)} takes {sorted(marks) or 'no visit'}; it takes exactly one"


def test_there_are_no_routes_this_test_cannot_see() -> None:
    assert len(ROUTES) > 100
    assert not [route.path for route in EVERY if not isinstance(route.original_route, APIRoute)]


@pytest.mark.parametrize("route", [one for one in ROUTES if not set(access(one.dependant)) & OPEN], ids=name)
async def test_a_stranger_gets_nothing_from_it(route: RouteContext, tools: Tools) -> None:
    APP.state.tools = tools
    path = route.path_format or ""
    for part in route.param_convertors:
        path = path.replace("{" + part + "}", "00000000-0000-0000-0000-000000000000")
    method = sorted((route.methods or set()) - {"HEAD"})[0]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url=HOME) as stranger:
        answer = await stranger.request(method, path)
    turned_away = {401, 403} if path.startswith(("/api/", "/hooks/")) else {303, 401, 403}
    # An address that names nothing may be refused before anybody is asked who they are.
    assert answer.status_code in turned_away | {404, 422}, answer.text
    if answer.status_code == 303:
        assert "sign-in" in answer.headers["location"]
