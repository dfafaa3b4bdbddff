"""Many web and worker processes, killed in turn under load: nothing is lost, nothing is done twice."""

import asyncio
from pathlib import Path

import pytest

from tests.scale.counting import settled, wrongs
from tests.scale.fleet import WEBS, WORKERS, fleet
from tests.scale.playing import Play

CLIENTS, BETWEEN, PATIENCE = 6, 12, 300.0
VICTIMS = (WEBS[0], WORKERS[0], WEBS[1], WORKERS[1])


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE + 60)
async def test_of_two_webs_and_two_workers_each_may_die_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    """By events, not by the clock: the next one dies when so many more requests were answered since the last came back."""
    async with asyncio.timeout(PATIENCE), fleet(tmp_path, fast=True) as office:
        play = Play(office.port, office.people)
        clients = [asyncio.create_task(play.client(n)) for n in range(CLIENTS)]
        kills = []
        for victim in VICTIMS:
            seen = play.answered.total()
            while play.answered.total() < seen + BETWEEN:  # noqa: ASYNC110 (the clients' work; each is told when it breaks)
                await asyncio.sleep(0.01)
            kills.append(await office.kill(victim))
        play.stopped = True
        await asyncio.gather(*clients)
        await settled(office)
        assert [one.name for one in kills] == list(VICTIMS)
        assert play.unexplained(kills) == []
        assert all(life.done for life in play.lives)
        assert await wrongs(office, play.lives) == []
