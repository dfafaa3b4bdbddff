"""The commune at work: every act at its own moment, the worker awake or asleep, the calendar changing underneath.

The cheapest real path: what no drawing waits for (printed forms, letters, text messages) is queued and left lying; what
a drawing waits for (results, signatures, seals) is really made. Nobody outside is connected.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from app.deadlines import changes
from app.demo_play.acts import Act, _answer, _pay
from app.demo_play.beginning import begin, submit
from app.demo_play.stage import Scene, Stage
from app.demo_play.steps import do_step, mend
from app.demo_play.stories import Story
from app.dossiers import wishes
from app.dossiers.case import open_case
from app.dossiers.effects import EFFECTS
from app.dossiers.models import DossierState
from app.dossiers.states import ENDED
from app.dossiers.tools import Tools
from app.journal.service import Actor
from app.kit import clock
from app.kit.errors import Refusal
from app.org.people import SignedOfficer
from app.worker import carry_out, ring_alarms, wake_timers
from tests.year.plans import DAY, Plan

AT_WORK = tuple(sorted({*EFFECTS, "look_at_calendar_change", "recount_calendar"}))


@dataclass(frozen=True)
class Change:
    """A decision about the calendar that comes into force at `at`."""

    at: datetime
    scope: str
    content: str
    decision: str


CHANGES = (
    Change(datetime(2026, 4, 6, 9, 5, tzinfo=clock.LOCAL), "VN",
           '[[day]]\non = 2026-04-10\nkind = "holiday"\nname = "Nghỉ lễ (thử)"\n', "QĐ 1/QĐ-THỬ"),
    Change(datetime(2026, 7, 15, 14, 0, tzinfo=clock.LOCAL), "H99.08.22",
           '[[day]]\non = 2026-07-17\nkind = "local-closure"\nname = "Nghỉ tránh bão (thử)"\n', "QĐ 2/QĐ-THỬ"),
    Change(datetime(2026, 10, 5, 8, 0, tzinfo=clock.LOCAL), "VN",
           '[[day]]\non = 2026-10-10\nkind = "worked"\nname = "Làm bù (thử)"\n', "QĐ 3/QĐ-THỬ"),
)
ASLEEP = ((datetime(2026, 5, 11, 12, 0, tzinfo=clock.LOCAL), datetime(2026, 5, 14, 9, 0, tzinfo=clock.LOCAL)),
          (datetime(2026, 11, 6, 16, 0, tzinfo=clock.LOCAL), datetime(2026, 11, 9, 8, 0, tzinfo=clock.LOCAL)))


class Commune(Stage):
    """The stage of a year. `evenings`: local days at whose end `look` is called."""

    def __init__(self, tools: Tools, offices: dict[str, int], ends: datetime, evenings: Sequence[date], look: Any) -> None:
        super().__init__(tools, offices, ends)
        self.office = offices["tanmai"]
        self.changes = list(CHANGES)
        self.evenings = [datetime.combine(day, time(19, 30), clock.LOCAL) for day in sorted(evenings)]
        self.look = look
        self.refused: list[str] = []
        self.stumbled = Counter[str]()  # whose acts were refused so often is left alone
        self.tried: set[tuple[str, str]] = set()

    async def officer(self, role: str, word: str, procedure: str = "") -> SignedOfficer:
        """A small commune: one stands at the counter, examines, and may approve what only a head may."""
        return await super().officer("boss" if role in ("reception", "specialist", "head") else role, word)

    async def live(self, told: Sequence[Plan]) -> int:
        """The whole year; how many acts."""
        queue: list[tuple[datetime, int, Plan]] = [(plan.arrives, n, plan) for n, plan in enumerate(told)]
        heapq.heapify(queue)
        acts = 0
        while queue:
            moment, n, plan = heapq.heappop(queue)
            if moment >= self.now:
                continue
            await self.advance(moment)
            act = await self.next(plan, moment)
            if act is None:
                continue
            if act.at > moment:
                heapq.heappush(queue, (act.at, n, plan))
                continue
            if act.do is not None:
                with clock.at(moment):
                    await self._do(act, plan, moment)
                acts += 1
                assert acts < 60 * len(told), f"{plan.story.key} goes round in circles at {moment}"
                await self.work(moment + timedelta(seconds=5))
            # Whatever comes next, comes a little later.
            following = await self.next(plan, moment) if self.stumbled[plan.story.key] < 4 else None
            if following is not None:
                heapq.heappush(queue, (max(following.at, moment + timedelta(seconds=10)), n, plan))
        await self.advance(self.now)
        return acts

    async def _do(self, act: Act, plan: Plan, moment: datetime) -> None:
        assert act.do is not None
        try:
            await act.do()
        except Refusal as refused:
            self.stumbled[plan.story.key] += 1
            self.refused.append(f"{plan.story.key} {moment:%d/%m %H:%M} {type(refused).__name__}: {refused.words()}")

    async def advance(self, moment: datetime) -> None:
        """What happens by itself until `moment`, in its order: timers, jobs, evenings, changes of the calendar."""
        while True:
            change = self.changes[0].at if self.changes else None
            evening = self.evenings[0] if self.evenings else None
            first = min((at for at in (change, evening) if at is not None and at <= moment), default=None)
            if first is None:
                break
            await self.catch_up(first)
            if first == change:
                await self._change(self.changes.pop(0))
            else:
                self.evenings.pop(0)
                with clock.at(first):
                    await ring_alarms(self.tools)
                    await self.look(first)
        await self.catch_up(moment)

    async def catch_up(self, moment: datetime) -> None:
        """A timer fires at its own time, or when the worker wakes up; the oldest first."""
        if _asleep(moment):
            return
        while True:
            async with self.tools.database.transaction(offices=self.offices.values()) as db:
                due = await db.value("SELECT min(due_at) FROM timer")
            if due is None or due >= moment:
                break
            woken = max([due + timedelta(seconds=1), *(until for since, until in ASLEEP if since <= due < until)])
            with clock.at(min(woken, moment)):
                fired = await wake_timers(self.tools)
            assert fired, f"a timer of {due} does not fire at {woken}"
            await self.work(min(woken, moment) + timedelta(seconds=1))
        await self.work(moment)

    async def work(self, moment: datetime) -> None:
        """The jobs somebody's drawing waits for."""
        if _asleep(moment):
            return
        tried: set[int] = set()
        while True:
            async with self.tools.database.transaction(offices=self.offices.values()) as db:
                rows = await db.rows(
                    "SELECT id FROM job WHERE state = 'waiting' AND run_at <= $1 AND name = ANY($2) AND id <> ALL($3)"
                    " ORDER BY id", moment, AT_WORK, list(tried),
                )
            if not rows:
                return
            tried |= {row["id"] for row in rows}
            with clock.at(moment):
                for row in rows:
                    await carry_out(self.tools, row["id"])

    async def _change(self, change: Change) -> None:
        tools, offices = self.tools, list(self.offices.values())
        head = await super().officer("head", "tanmai")
        with clock.at(change.at):
            async with tools.database.transaction(offices=offices) as db:
                proposed = await changes.propose(
                    db, tools.calendars.decrees, scope=change.scope, content=change.content, decision=change.decision,
                    by=head.id, office_id=self.office,
                )
        await self.work(change.at + timedelta(seconds=20))
        with clock.at(change.at + timedelta(seconds=30)):
            async with tools.database.transaction(offices=offices) as db:
                seen = await changes.change_of(db, proposed.id)
                await changes.apply(
                    db, tools.calendars.decrees, proposed.id, by=head.id, office_id=self.office, moved=seen.moved
                )
            async with tools.database.transaction(offices=offices) as db:
                assert await tools.calendars.refresh(db)
        for seconds in (35, 50, 70):
            await self.work(change.at + timedelta(seconds=seconds))

    async def next(self, plan: Plan, moment: datetime) -> Act | None:
        """What comes next in this dossier's life, read from where it stands."""
        story = plan.story
        scene = await self.scene(story)
        if scene is None:
            return Act(plan.arrives, lambda: begin(self, story))
        if scene.state == DossierState.DRAFT:
            return Act(scene.last_at + timedelta(minutes=4), lambda: submit(self, story, scene))
        if DossierState(scene.state) in ENDED:
            return None
        wished = self._wish(plan, scene)
        if wished is not None:
            return wished
        step = scene.steps[0] if scene.steps else None
        if step is not None:
            minutes = plan.slow.get(step.name, 40)
            act = replace(story, choices=dict(story.choices))
            return Act(self._later(scene, minutes), lambda: do_step(self, act, scene, step))
        async with self.tools.database.transaction(offices=[self.office]) as db:
            wakes = await db.value(
                "SELECT min(at) FROM (SELECT due_at AS at FROM timer WHERE dossier_id = $1 UNION ALL SELECT run_at FROM job"
                " WHERE dossier_id = $1 AND state = 'waiting' AND name = ANY($2)) AS waiting", scene.id, AT_WORK,
            )
        if wakes is None:
            return None
        awake = [until for since, until in ASLEEP if since <= max(moment, wakes) < until]
        return Act(max([wakes, moment, *awake]) + timedelta(minutes=1))

    def _wish(self, plan: Plan, scene: Scene) -> Act | None:
        story = plan.story
        asked = scene.events["supplement.requested"]
        if scene.state == DossierState.SUPPLEMENT_REQUESTED:
            minutes = plan.answers[asked - 1] if asked <= len(plan.answers) else DAY
            return None if minutes is None else Act(self._later(scene, minutes), lambda: mend(self, story, scene))
        finished = sum(scene.finished.values())
        undecided = scene.state in (DossierState.SUBMITTED, DossierState.RECEIVED, DossierState.IN_PROGRESS)
        if plan.ends and finished >= plan.ends_after and undecided and self._once(story, "ends"):
            return Act(self._later(scene, 25), lambda: self._end(plan, scene))
        if plan.extended and scene.events["dossier.received"] and undecided and self._once(story, "extended"):
            return Act(self._later(scene, 15), lambda: self._extend(scene))
        if scene.questions and scene.owed % 2 == 0:
            return Act(self._later(scene, DAY // 2), lambda: _answer(self, scene))
        if scene.owed and scene.state != DossierState.SUBMITTED and self._once(story, "paid"):
            return Act(self._later(scene, 6), lambda: _pay(self, story, scene))
        return None

    def _once(self, story: Story, what: str) -> bool:
        """Each wish is asked for twice (once to see when, once to do it) and never again."""
        for turn in ("seen", "done"):
            if (story.key, what + turn) not in self.tried:
                self.tried.add((story.key, what + turn))
                return True
        return False

    def _later(self, scene: Scene, minutes: int) -> datetime:
        return self.tools.calendars.of(self.office).add_working_minutes(scene.last_at, minutes)

    async def _end(self, plan: Plan, scene: Scene) -> None:
        head = await super().officer("head", "tanmai")
        async with self.tools.database.transaction(offices=[scene.office_id]) as db:
            case = await open_case(db, self.tools, scene.id)
            if plan.ends == "withdrawn":
                by = Actor("citizen", case.applicant_id)
                await wishes.withdraw(db, self.tools, case, by=by, reason="Tôi chưa cần nữa.")
            else:
                await wishes.stop(db, self.tools, case, officer=head, reason="Theo đề nghị (mẫu).")

    async def _extend(self, scene: Scene) -> None:
        calendar, head = self.tools.calendars.of(self.office), await super().officer("head", "tanmai")
        async with self.tools.database.transaction(offices=[scene.office_id]) as db:
            case = await open_case(db, self.tools, scene.id)
            if case.due_at is None:
                return
            day = calendar.working_day_after(case.due_at.astimezone(clock.LOCAL).date(), 3)
            await wishes.extend(
                db, self.tools, case, officer=head, new_due=calendar.closing(day), reason="Phải tra cứu thêm (mẫu).",
                basis="Nghị định 118/2025/NĐ-CP, Điều 19 khoản 9",
            )


def _asleep(moment: datetime) -> bool:
    return any(since <= moment < until for since, until in ASLEEP)
