"""Pages opened all day, without FastAPI's machinery between the address and the function.

FastAPI reads such a route as every other: its document, its access (tests/test_access), its parameters and how they are
checked. But at each request it would open two stacks, a scope for cancelling and a cache for what the function depends on,
which is one visit. Here that visit stands around the function as a context, and the parameters are read by the same fields.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams

from app.faces.access import LOOKS, REMEMBERS
from app.kit.looking import NotConfirmed

STRAIGHT: Final = "__motcua_straight__"
LOOKING: Final = "__motcua_looking__"
Function = TypeVar("Function", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def straight(function: Function) -> Function:
    """Mark a route's function: it reads, depends on one visit, takes parameters of the query, and answers a Response."""
    setattr(function, STRAIGHT, True)
    return function


def looks(function: Function) -> Function:
    """As `straight`, for what neither writes nor needs two statements to be of one transaction (app/kit/looking)."""
    setattr(function, LOOKING, True)
    return straight(function)


def visit_of(dependant: Dependant) -> tuple[Callable[..., AbstractAsyncContextManager[Any]], str]:
    """How the visit of a straight route is opened, and what its function calls it.

    Whatever else the route depends on would be passed over: such a route must not start.
    """
    (visit,) = dependant.dependencies
    assert visit.call is not None
    assert visit.name is not None
    assert visit.scope == "function"
    assert not any((visit.dependencies, dependant.cookie_params, dependant.response_param_name,
                    dependant.background_tasks_param_name))
    return asynccontextmanager(visit.call), visit.name


def handler_of(dependant: Dependant) -> Handler | None:
    """What answers the requests of such a route; None for every other."""
    function = dependant.call
    if not getattr(function, STRAIGHT, False):
        return None
    assert function is not None
    assert not any((dependant.path_params, dependant.body_params, dependant.header_params))
    opened, visit_name = visit_of(dependant)
    request_name, fields = dependant.request_param_name, dependant.query_params
    looking = getattr(function, LOOKING, False)
    plain = request_params_to_args(fields, QueryParams())  # an address without a query: all as the function says

    async def answer(request: Request) -> Response:
        # As with FastAPI, what is wrong with a parameter is said to those only who may come in.
        async with opened(request) as come:
            asked = request.scope["query_string"]
            values, errors = request_params_to_args(fields, request.query_params) if asked else plain
            if errors:
                raise RequestValidationError(errors)
            values = {**values, visit_name: come}
            if request_name is not None:
                values[request_name] = request
            answered: Response = await function(**values)
            return answered

    async def look_and_answer(request: Request) -> Response:
        setattr(request.state, LOOKS, True)
        for remembers in (True, False):
            setattr(request.state, REMEMBERS, remembers)
            request.state.visit, request.state.csrf_token = None, ""  # nothing stays of whom we only believed
            with suppress(NotConfirmed):  # then from the beginning, and who it is is asked first
                return await answer(request)
        raise AssertionError

    return look_and_answer if looking else answer
