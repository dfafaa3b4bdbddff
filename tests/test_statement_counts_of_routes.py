"""What every route of the application says to PostgreSQL, beside the kept table (tests/statement_counts/table.toml)."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.statement_counts import doing_api, doing_desk, doing_overview, doing_portal, filled, kept, more, playing
from tests.statement_counts.ear import Cost
from tests.statement_counts.house import Ask, House, opened
from tests.statement_counts.looking import LOOKS

__all__ = ["doing_api", "doing_desk", "doing_overview", "doing_portal"]  # their deeds are known by being imported

# Pages that begin or end something by being opened, or that answer while they read.
MORE_THAN_LOOKING = {
    "GET /sign-in": "the browser's session begins, so that it is known again when it comes back",
    "GET /sign-in/back": "the citizen's own session begins; the provider is asked between two transactions",
    "GET /dossiers/{dossier_id}/pay/back": "the platform is asked how the payment stands, and what it says is kept",
    "GET /overview/reports/{form}/csv": "is sent while it is read, in a transaction that lives as long as the answer",
}
# A route that truly cannot be played, and why.
NOT_PLAYED: dict[str, str] = {}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> AsyncIterator[House]:
    """An office of its own, filled; nothing is counted yet."""
    async with opened(tmp_path_factory.mktemp("counted"), keys) as one:
        await filled.fill(one)
        await filled.half_in(one)
        await filled.ask(one, "GET", Ask("nobody", "/"))  # every procedure has been read once
        yield one


@pytest.fixture(scope="module")
async def looks(house: House) -> dict[str, Cost]:
    """Every page, opened once."""
    return {route: await playing.looked_at(house, route) for route in LOOKS}


@pytest.fixture(scope="module")
async def grown(house: House, looks: dict[str, Cost]) -> dict[str, Cost]:
    """Every page, opened again when all lists are long."""
    await more.add_more(house)
    return {route: await playing.looked_at(house, route) for route in looks}


@pytest.fixture(scope="module")
async def deeds(house: House, grown: dict[str, Cost]) -> dict[str, Cost]:
    """Everything that can be done, done once."""
    return {route: await playing.done(house, route) for route in playing.DEEDS}


def test_every_route_is_played_or_says_why_not(house: House) -> None:
    known = {*LOOKS, *playing.DEEDS, *NOT_PLAYED}
    assert set(playing.every_route(house)) == known, "a new route needs a line in looking.py or a deed in doing_*.py"


def test_no_route_says_more_than_is_kept(looks: dict[str, Cost], deeds: dict[str, Cost]) -> None:
    counted = looks | deeds
    if os.environ.get("MOTCUA_KEEP_COUNTS"):
        kept.write(counted, NOT_PLAYED)
    table = kept.read()
    told = [kept.compare(route, cost, table.get(route)) for route, cost in counted.items()]
    gone = {*table} - {*counted, *NOT_PLAYED}
    told += [f"{route} is kept, but there is no such route. Drop it: {kept.WRITE}" for route in gone]
    assert not any(told), "\n".join(one for one in told if one)


def test_a_page_costs_the_same_with_three_rows_and_with_thirty(looks: dict[str, Cost], grown: dict[str, Cost]) -> None:
    told = [
        f"{route}: {len(looks[route].statements)} statements, {len(cost.statements)} with longer lists:"
        f" {kept.shortened(cost.says)}"
        for route, cost in grown.items()
        if len(cost.statements) != len(looks[route].statements)
    ]
    assert not told, "\n".join(told)


def test_a_page_is_one_transaction_that_writes_nothing(looks: dict[str, Cost], deeds: dict[str, Cost]) -> None:
    told = [
        f"{route}: {cost.begins} transactions, writes {list(cost.writes)}"
        for route, cost in (looks | deeds).items()
        if route.startswith("GET ") and route not in MORE_THAN_LOOKING and (cost.begins > 1 or cost.writes)
    ]
    assert not told, "\n".join(told)
