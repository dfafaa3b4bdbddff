"""Find the route of a request by the pieces of its address.

FastAPI looks for a route by trying them all in order, and once more for every router in a router: with two hundred
routes that costs as much as the statements of a step. Signposts stand before that search. Whatever they do not know for
certain (no such address, another method, a slash too many, a route added later) goes on to it: they make the way
shorter, never another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

_ANY: Final = "{}"  # stands for a piece that varies


@dataclass(slots=True)
class _Post:
    """Where the ways part: by the next piece of the address, or here at a route. Routes keep their order."""

    onward: dict[str, "_Post"] = field(default_factory=dict)
    here: list[tuple[int, Any]] = field(default_factory=list)


class Signposts:
    """Around the search of `router`; put up once, when its routes are there."""

    def __init__(self, router: APIRouter) -> None:
        self.router, self.search = router, router.middleware_stack
        self._first, self._endless = _Post(), list[tuple[int, Any]]()
        for order, route in enumerate(_flat(router)):
            self._put_up(order, route)
        router.middleware_stack = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, told = self._find(scope) if scope["type"] == "http" else (None, {})
        if route is None:
            await self.search(scope, receive, send)
            return
        scope.update(told)
        scope["route"] = getattr(route, "original_route", route)
        scope.setdefault("router", self.router)
        await route.app(scope, receive, send)

    def _put_up(self, order: int, route: Any) -> None:
        path = str(getattr(getattr(route, "starlette_route", None), "path", "") or route.path)
        if ":path}" in path:
            self._endless.append((order, route))
            return
        post = self._first
        for piece in path.split("/"):
            post = post.onward.setdefault(_ANY if "{" in piece else piece, _Post())
        post.here.append((order, route))

    def _find(self, scope: Scope) -> tuple[Any, Scope]:
        """The first route, in their order, that takes this address with this method, as FastAPI would find it."""
        pieces = scope["path"].removeprefix(scope.get("root_path", "")).split("/")
        for _, route in sorted([*_standing_at(self._first, pieces, 0), *self._endless], key=lambda one: one[0]):
            match, told = route.matches(scope)
            if match is Match.FULL:
                return (route, told) if isinstance(getattr(route, "original_route", route), APIRoute) else (None, {})
        return None, {}


def _standing_at(post: _Post, pieces: list[str], place: int) -> Iterator[tuple[int, Any]]:
    if place == len(pieces):
        yield from post.here
        return
    for name in (pieces[place], _ANY):
        further = post.onward.get(name)
        if further is not None:
            yield from _standing_at(further, pieces, place + 1)


def _flat(router: APIRouter) -> Iterator[Any]:
    """Every route as FastAPI comes to it, those of included routers with what their inclusion adds."""
    for route in router.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        yield from contexts() if contexts is not None else [route]
