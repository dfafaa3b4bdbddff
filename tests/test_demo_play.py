"""The demonstration's past is played through the real code path, and never twice."""

from collections import Counter
from pathlib import Path

import pytest

from app.demo_play import found
from app.demo_play.stage import Stage, play_all
from app.demo_play.stories import stories
from app.dossiers.tools import Tools
from app.kit import clock
from tests.factories import OFFICES, PASSWORD


@pytest.mark.slow
async def test_the_play_fills_every_state_and_goes_on_where_it_stopped(tools: Tools) -> None:
    offices = await found(tools.database, PASSWORD)
    stage = Stage(tools, offices, clock.now())
    told = stories()
    import time
    t=time.monotonic()
    acts = await play_all(stage, told)
    print(acts, time.monotonic()-t)
    async with tools.database.transaction(offices=OFFICES) as db:
        states = Counter({r["state"]: r["n"] for r in await db.rows("SELECT state, count(*) AS n FROM dossier GROUP BY 1")})
        print(states)
        jobs = await db.rows("SELECT name, state, count(*), max(trouble) FROM job GROUP BY 1,2 ORDER BY 1")
        for j in jobs: print(tuple(j))
        for j in await db.rows("SELECT name, role, count(*) FROM step GROUP BY 1,2"): print(tuple(j))
    assert await play_all(stage, told) == 0
