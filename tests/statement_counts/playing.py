"""Every route played once with a valid request; what each said to PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from tests.bad_input.every_route import ways
from tests.statement_counts.ear import Cost
from tests.statement_counts.house import Ask, House
from tests.statement_counts.looking import LOOKS

Deed = Callable[[House], Awaitable[Ask]]
DEEDS: Final[dict[str, Deed]] = {}


def deed(route: str) -> Callable[[Deed], Deed]:
    """A route that does something: brings the office to where it may be done, and says what is sent."""

    def keep(make: Deed) -> Deed:
        DEEDS[route] = make
        return make

    return keep


def every_route(house: House) -> list[str]:
    """All routes of the application, as it says itself."""
    return [str(way) for way in ways(house.app)]


async def looked_at(house: House, route: str) -> Cost:
    """One page, opened as people open it."""
    by, path = LOOKS[route]
    await house.nothing_to_tell()
    answer, cost = await house.ask("GET", Ask(by, path.format(**house.known)))
    require_done(route, answer)
    return cost


async def done(house: House, route: str) -> Cost:
    """One deed, done as people do it."""
    asked = await DEEDS[route](house)
    await house.nothing_to_tell()
    answer, cost = await house.ask(route.split(" ")[0], asked)
    require_done(route, answer)
    return cost


def require_done(route: str, answer: httpx.Response) -> None:
    """A count of a refusal would be no count of the route."""
    away = answer.status_code == 303 and "/sign-in" in answer.headers.get("location", "") and "sign" not in route
    shown = answer.status_code < 400 or "refusal" in route  # the gallery shows what a refusal looks like
    assert shown, f"{route}: {answer.status_code} {answer.text[:2000]}"
    assert not away, f"{route} was led to sign-in"
