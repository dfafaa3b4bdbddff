"""The application for tests in this process, built once a worker for each set of settings.

FastAPI takes a third of a second to put our routes together; three hundred tests ask for them. Every test gets the
application with a state of its own.
"""

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from app.dossiers.tools import Tools
from app.main import _refusals, create_app
from app.observing import set_up_logs
from app.settings import Settings

_whole: list[tuple[Settings, FastAPI]] = []
_parts: dict[tuple[int, ...], FastAPI] = {}


def whole_house(settings: Settings, tools: Tools) -> FastAPI:
    """What `create_app(settings)` makes, with these tools and nothing an earlier test left in its state."""
    built = next((app for known, app in _whole if known == settings), None)
    if built is None:
        built = create_app(settings)
        _whole.append((settings, built))
    set_up_logs(settings.log_level)
    return _furnished(built, settings, tools)


def part_of_the_house(tools: Tools, *routers: APIRouter) -> FastAPI:
    """Some of the routes only, with the refusals of the whole; nobody but the test asks whether a route is open."""
    names = tuple(id(router) for router in routers)  # they live as long as their modules
    if names not in _parts:
        _parts[names] = FastAPI(openapi_url=None)
        for router in routers:
            _parts[names].include_router(router)
        _refusals(_parts[names], Settings())
    return _furnished(_parts[names], Settings(), tools)


def _furnished(app: FastAPI, settings: Settings, tools: Tools) -> FastAPI:
    app.state = State({"settings": settings, "tools": tools})
    return app
