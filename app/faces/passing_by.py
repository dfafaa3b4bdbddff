"""Let a request pass by the routers that cannot be meant.

FastAPI looks for a route by trying them all in order, and once more for every router in a router: with two hundred
routes that costs as much as half a page. A router whose routes all begin alike says no by that beginning.
"""

import os
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

Matches = Callable[[Scope], tuple[Match, Scope]]


def pass_by(router: APIRouter) -> None:
    """Do so for every router included in this one, however deep. To be called once, when all routes are there."""
    for included in router.routes:
        inside = getattr(included, "original_router", None)
        contexts = getattr(included, "effective_route_contexts", None)
        if inside is None or contexts is None:
            continue
        # By reference, so the same router included twice (there is none) would have to fit both.
        inside.matches = _only_below(_beginning([_path(one) for one in contexts()]), type(inside).matches.__get__(inside))
        pass_by(inside)


def _path(context: Any) -> str:
    whole = getattr(context.starlette_route, "path", None) or getattr(context, "path", None)
    return str(whole or getattr(context.original_route, "path", "") or "")


def _beginning(paths: list[str]) -> str:
    """What all these addresses begin with, before anything that varies."""
    return os.path.commonprefix([path.partition("{")[0] for path in paths])  # noqa: RUF071 (letters, not folders, are what is meant)


def _only_below(beginning: str, matches: Matches) -> Matches:
    def matches_below(scope: Scope) -> tuple[Match, Scope]:
        # The slash FastAPI may add or take away (redirect_slashes) must still find its route.
        if not (scope["path"].removeprefix(scope.get("root_path", "")) + "/").startswith(beginning):
            return Match.NONE, {}
        return matches(scope)

    return matches_below
