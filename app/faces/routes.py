"""Routes that FastAPI reads when somebody first comes to them.

FastAPI takes a route apart when it is written down (its parameters, their checks, what it depends on) and twice more when
its router is put into another. For two hundred routes that was a fifth of the start, for pages most processes are never
asked for. Here a route keeps what it was told, is found by its path and its methods, and becomes FastAPI's own at the first
request; a route put into another router is one route with a longer path. What is wrong with a route shows when it is read:
tests/test_access.py reads them all.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response, params
from fastapi.routing import APIRoute, _effective_route_context_var
from starlette.routing import compile_path, get_name

from app.faces.straight import handler_of
from app.faces.straight_writing import writing_handler_of

_OF_THE_PATH: Final = ("path_regex", "path_format", "param_convertors")
_READ: Final = frozenset(APIRoute.__annotations__) | {"app", "form_limits"}


class LateRoute(APIRoute):
    """A route of which FastAPI knows nothing yet."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        self._read = False
        self.path, self.endpoint, self.told = path, endpoint, told
        self.name = told["name"] or get_name(endpoint)
        self.methods = {one.upper() for one in told["methods"] or ("GET",)}
        self.include_in_schema = told["include_in_schema"]

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not there: of its path, or of what FastAPI makes of the route."""
        if name in _OF_THE_PATH:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
        elif name in _READ and not self._read:
            self._read = True
            super().__init__(self.path, self.endpoint, **self.told)
        return object.__getattribute__(self, name)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's, or the short way for a function that says it is `straight`, or `straight_writing`."""
        context = _effective_route_context_var.get()  # what the routers it was put into add
        read = context if context is not None and context.original_route is self else self
        return handler_of(read.dependant) or writing_handler_of(read.dependant) or super().get_route_handler()


class Router(APIRouter):
    """An APIRouter of late routes."""

    def __init__(self, **wishes: Any) -> None:
        super().__init__(route_class=LateRoute, **wishes)

    def include_router(  # type: ignore[override]
        self, router: APIRouter, *, prefix: str = "", dependencies: Sequence[params.Depends] = ()
    ) -> None:
        """Take over the routes of another Router, with what this one says about its own; others go in as ever."""
        late = [route for route in router.routes if isinstance(route, LateRoute)]
        if len(late) < len(router.routes):
            super().include_router(router, prefix=prefix, dependencies=dependencies)
            return
        for route in late:
            told = {**route.told, "dependencies": [*dependencies, *route.told["dependencies"]]}
            del told["dependency_overrides_provider"]  # whoever includes says it
            self.add_api_route(prefix + route.path, route.endpoint, **told)
