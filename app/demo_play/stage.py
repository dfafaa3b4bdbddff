"""The stage of the play: the office's real parts, and where each dossier of a story stands.

What comes next in a dossier is read from the dossier, never remembered: a play that was interrupted goes on where it
stopped, and nothing is played twice.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from app.demo_play.stories import Story
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.journal.service import STEP_NAME
from app.kit import clock
from app.kit.db import Db
from app.org import people
from app.org.people import SignedOfficer
from app.worker import carry_out, wake_timers

NAMESPACE: Final = uuid5(NAMESPACE_OID, "motcua.demo")
MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that waits for somebody."""

    name: str
    role: str
    task_no: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A dossier as it stands in the middle of its story."""

    id: UUID
    office_id: int
    state: str
    last_at: datetime
    due_at: datetime | None
    events: Counter[str]
    finished: Counter[str]      # times each step was finished
    steps: tuple[OpenStep, ...]
    questions: tuple[Any, ...]  # open consultations
    owed: int
    messages: int
    delivery: Any               # the delivery by post, or None
    wakes_at: datetime | None   # when something happens by itself: a timer, a job that is tried again

    @property
    def lines(self) -> int:
        return sum(self.events.values())


def submission_key(story: Story) -> UUID:
    """By which a story finds its dossier again."""
    return uuid5(NAMESPACE, story.key)


class Stage:
    """The offices, their officers, and the moment it is in the play."""

    def __init__(self, tools: Tools, offices: dict[str, int], now: datetime, post_url: str = "") -> None:
        self.tools, self.offices, self.now, self.post_url = tools, offices, now, post_url
        self._officers: dict[str, SignedOfficer] = {}

    def begins(self, story: Story) -> datetime:
        """When a story begins: so many working days before the last whole one, so that every hour gives the same play."""
        calendar, day = self.tools.calendar, self.now.astimezone(clock.LOCAL).date()
        if calendar.is_working_day(day) and self.now < calendar.closing(day):
            day -= timedelta(days=1)
        left = story.ago
        while not calendar.is_working_day(day) or left > 0:
            left -= calendar.is_working_day(day)
            day -= timedelta(days=1)
        hour, minute = (int(part) for part in story.at.split(":"))
        begins = datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.LOCAL)
        return min(begins, self.now - timedelta(minutes=20 + len(story.key)))

    def pause(self, story: Story, scene: Scene, step: str) -> int:
        """Office minutes until somebody gets to it: always the same for the same point of the same story."""
        dice = random.Random(f"{story.key}/{scene.lines}/{step}")
        return story.slow.get(step, dice.randint(12, 75))

    async def officer(self, role: str, word: str, procedure: str = "") -> SignedOfficer:
        """Who does the work of a lane in an office; permits are the land officer's where there is one."""
        login = f"{role}@{word}"
        if role == "specialist" and procedure == "1.013225" and word == "tanmai":
            login = "land@tanmai"
        if login not in self._officers:
            async with self.tools.database.transaction(offices=self.offices.values()) as db:
                found = await people.officer(db, await db.value("SELECT id FROM officer WHERE login = $1", login))
            assert found is not None, f"nobody signs in as {login}"
            self._officers[login] = found
        return self._officers[login]

    async def scene(self, story: Story) -> Scene | None:
        """Where the story's dossier stands; None before it begins."""
        async with self.tools.database.transaction(offices=[self.offices[story.office]]) as db:
            return await _scene(db, submission_key(story))

    async def catch_up(self, moment: datetime) -> None:
        """What the worker would have done by `moment`: timers at their own time, and queued work."""
        while True:
            async with self.tools.database.transaction(offices=self.offices.values()) as db:
                due = await db.value("SELECT min(due_at) FROM timer")
            if due is None or due > moment:
                break
            with clock.at(due + timedelta(seconds=1)):
                await wake_timers(self.tools)
            await self.work(due + timedelta(seconds=2))
        await self.work(moment)

    async def work(self, moment: datetime) -> None:
        """Do what is queued and due by `moment`. Text messages are left to the worker: their broker is slow."""
        done: set[int] = set()
        while True:
            async with self.tools.database.transaction(offices=self.offices.values()) as db:
                rows = await db.rows(_QUEUED, moment, MOST_TRIES, list(done))
            if not rows:
                return
            done |= {row["id"] for row in rows}
            with clock.at(moment):
                await asyncio.gather(*(carry_out(self.tools, row["id"]) for row in rows))

    async def get_stuck(self, dossier_id: UUID, trouble: str) -> None:
        """The dossier's first letter cannot be delivered, however often it is tried."""
        async with self.tools.database.transaction(offices=self.offices.values()) as db:
            job_id = await db.value(
                "SELECT id FROM job WHERE dossier_id = $1 AND name = 'send_notice' AND state = 'waiting'"
                " ORDER BY id LIMIT 1", dossier_id,
            )
            if job_id is not None:
                await jobs.postpone(db, job_id, trouble=trouble, attempt=jobs.MOST_ATTEMPTS)


_QUEUED = """
SELECT j.id FROM job j LEFT JOIN notice n ON n.id::text = j.payload->>'notice_id'
WHERE j.state = 'waiting' AND j.run_at <= $1 AND j.attempts < $2 AND j.id <> ALL($3)
  AND (n.id IS NULL OR n.channel <> 'sms') ORDER BY j.id LIMIT 4
"""

_WAKES = """
SELECT min(at) FROM (
  SELECT due_at AS at FROM timer WHERE dossier_id = $1
  UNION ALL SELECT run_at FROM job j LEFT JOIN notice n ON n.id::text = j.payload->>'notice_id'
  WHERE j.dossier_id = $1 AND j.state = 'waiting' AND j.attempts < $2 AND n.id IS NULL) AS waiting
"""


async def _scene(db: Db, key: UUID) -> Scene | None:
    row = await db.row("SELECT * FROM dossier WHERE submission_key = $1", key)
    if row is None:
        return None
    dossier_id = row["id"]
    lines = await db.rows(
        f"SELECT event, actor_kind, {STEP_NAME} AS step, at FROM journal_line j WHERE dossier_id = $1 ORDER BY id",
        dossier_id,
    )
    steps = await db.rows("SELECT name, role, task_no FROM step WHERE dossier_id = $1 ORDER BY task_no", dossier_id)
    return Scene(
        id=dossier_id, office_id=row["office_id"], state=row["state"], due_at=row["due_at"],
        # The payment platform calls back by today's clock, not by the story's.
        last_at=max([row["created_at"], *(line["at"] for line in lines if line["actor_kind"] != "outside")]),
        events=Counter(line["event"] for line in lines),
        finished=Counter(line["step"] for line in lines if line["event"] == "step.finished"),
        steps=tuple(OpenStep(step["name"], step["role"], step["task_no"]) for step in steps),
        questions=tuple(await db.rows(
            "SELECT * FROM consultation WHERE dossier_id = $1 AND state = 'asked' ORDER BY asked_at, kind", dossier_id
        )),
        owed=int(await db.value(
            "SELECT COALESCE(sum(amount), 0) FROM fee WHERE dossier_id = $1 AND state = 'owed'", dossier_id
        )),
        messages=int(await db.value("SELECT count(*) FROM message WHERE dossier_id = $1", dossier_id)),
        delivery=await db.row("SELECT * FROM delivery WHERE dossier_id = $1 AND way = 'post'", dossier_id),
        wakes_at=await db.value(_WAKES, dossier_id, MOST_TRIES),
    )
