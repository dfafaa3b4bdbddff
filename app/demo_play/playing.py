"""Play every story, act by act, in the order of their moments."""

import asyncio
import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.demo_play.acts import next_act
from app.demo_play.stage import Stage
from app.demo_play.stories import Story
from app.kit import clock


async def play_all(stage: Stage, told: Iterable[Story], *, most: int | None = None) -> int:
    """Play every story up to the present, or `most` acts of them; how many acts were played."""
    queue: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(told):
        scene = await stage.scene(story)
        moment = stage.begins(story) if scene is None else scene.last_at
        heapq.heappush(queue, (moment, number, story))
    played = 0
    while queue and played != most:
        moment, number, story = heapq.heappop(queue)
        await stage.catch_up(moment)
        act = await next_act(stage, story, moment)
        if act is None or act.at > stage.now:
            continue
        if act.do is not None and act.at <= moment:
            with clock.at(moment):
                await act.do()
            played += 1
            await stage.work(moment + timedelta(seconds=5))
            heapq.heappush(queue, (moment + timedelta(seconds=10), number, story))
        else:
            heapq.heappush(queue, (max(act.at, moment + timedelta(seconds=10)), number, story))
        await asyncio.sleep(0)
    if not queue:
        await stage.catch_up(stage.now)
    return played
