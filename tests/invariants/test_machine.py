"""A dossier under random commands, legal or not (R31): each is done or refused in words, and the books agree after it.

More of it at night: MOTCUA_MACHINE_EXAMPLES=500.
"""

import asyncio
import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.documents import service as documents
from app.dossiers import intake, wishes
from app.dossiers.asking import Ask
from app.dossiers.case import Case, open_case
from app.dossiers.checklist import judge, lines
from app.dossiers.payments import take_at_counter
from app.dossiers.progress import act
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Refusal
from app.org.people import SignedOfficer
from app.results import service as results
from app.steps import service as steps
from app.worker import wake_timers
from tests.dossiers.situations import CODE, a_pdf, given
from tests.factories import COMMUNE
from tests.invariants.checker import check, read
from tests.invariants.conftest import House

EXAMPLES = int(os.environ.get("MOTCUA_MACHINE_EXAMPLES", "25"))
ROLES = ("reception", "specialist", "head", "leader", "clerk")
ACTIONS = {
    "check_papers": ("receive", "ask_supplement", "refuse"), "draft_result": ("draft", "refuse"),
    "sign_result": ("sign", "send_back"), "seal_result": ("seal",), "return_result": ("hand_over",),
    "hand_to_post": ("hand_to_post",),
}
OF_STEP = {"check_papers": "reception", "draft_result": "specialist", "sign_result": "leader", "seal_result": "clerk",
           "return_result": "reception", "hand_to_post": "reception"}


class Office(RuleBasedStateMachine):
    """One dossier of the small test procedure, and everybody who may do something to it."""

    house: House
    loop: asyncio.AbstractEventLoop
    officers: dict[str, SignedOfficer]

    def wait(self, work: Awaitable[Any]) -> Any:
        """The machine runs in a thread of its own; the office in the test's loop."""
        return asyncio.run_coroutine_threadsafe(_awaited(work), self.loop).result(60)

    def tell(self, work: Awaitable[Any]) -> bool:
        """Do it, or be refused in words with nothing changed. Anything else is a bug."""
        before = self.wait(self._footprint())
        refused: Refusal | None = None
        try:
            self.wait(work)
        except Refusal as told:
            refused = told
        if refused is not None:
            assert refused.words("vi")
            assert refused.words("en")
            assert self.wait(self._footprint()) == before, f"{type(refused).__name__} left something behind"
        return refused is None

    async def _footprint(self) -> tuple[Any, ...]:
        async with self._db() as db:
            row = await db.row(
                "SELECT d.state, d.version, p.version AS process, d.due_at, d.code,"
                " (SELECT count(*) FROM journal_line WHERE dossier_id = $1) AS lines,"
                " (SELECT count(*) FROM job WHERE dossier_id = $1) AS jobs,"
                " (SELECT count(*) FROM notice WHERE dossier_id = $1) AS notices,"
                " (SELECT count(*) FROM deadline_line WHERE dossier_id = $1) AS ledger"
                " FROM dossier d LEFT JOIN process p ON p.dossier_id = d.id WHERE d.id = $1", self.id,
            )
        assert row is not None
        return tuple(row.values())

    def _db(self) -> Any:
        return self.house.tools.database.transaction(offices=[COMMUNE])

    async def _case(self, db: Db) -> Case:
        return await open_case(db, self.house.tools, self.id)

    @initialize(
        channel=st.sampled_from(["counter", "online", "post"]), way=st.sampled_from(["counter", "online"]),
        early=st.sampled_from([True, True, True, False]),
    )
    def draft(self, channel: str, way: str, early: bool) -> None:
        self.id: UUID = self.wait(self.house.make.draft(CODE, given(channel=channel, return_way=way)))
        self.last_task = 0
        if early:
            self.submit()

    @rule()
    def submit(self) -> None:
        async def do() -> str:
            async with self._db() as db:
                case = await self._case(db)
                return await intake.submit(db, self.house.tools, case, by=Actor("citizen", case.applicant_id))

        if self.tell(do()):
            assert self.wait(do()) == self.wait(do())

    @rule(verdict=st.sampled_from(["ok", "ok", "missing", "wrong"]))
    def judge_papers(self, verdict: str) -> None:
        self._judge(verdict)

    def _judge(self, verdict: str) -> None:
        async def do() -> None:
            async with self._db() as db:
                case = await self._case(db)
                for line in await lines(db, case):
                    await judge(db, case, line.component.id, verdict, "Bị mờ", self.officers["reception"].id)  # type: ignore[arg-type]

        self.tell(do())

    @rule(times=st.integers(1, 5), other=st.sampled_from([0, 0, 0, 1, 2]))
    def go_on(self, times: int, other: int) -> None:
        """The right officers at the open steps, prepared as they should be; the last of the actions may be another."""
        for n in range(times):
            self._work()
            found = self.wait(self._open_step())
            if found is None:
                return
            actions = ACTIONS[found[1]]
            action = actions[other % len(actions)] if n == times - 1 else actions[0]
            if found[1] == "check_papers":
                self._judge("wrong" if action == "ask_supplement" else "ok")
            if found[1] == "return_result":
                self.pay()
            self._act(found[0], found[1], action, OF_STEP[found[1]])

    @rule(
        step=st.sampled_from(sorted(ACTIONS)), role=st.sampled_from(ROLES), stale=st.booleans(), blind=st.booleans(),
        action=st.sampled_from(["bribe", *sorted({one for many in ACTIONS.values() for one in many})]),
    )
    def try_anything(self, step: str, role: str, action: str, stale: bool, blind: bool) -> None:
        """Any officer, any action, perhaps at a step long done, perhaps without having looked."""
        found = None if stale else self.wait(self._open_step())
        self._act(found[0] if found else self.last_task, step, action, role, blind=blind)

    async def _open_step(self) -> tuple[int, str] | None:
        async with self._db() as db:
            row = await db.row("SELECT task_no, name FROM step WHERE dossier_id = $1 ORDER BY task_no LIMIT 1", self.id)
        return (row["task_no"], row["name"]) if row else None

    def _act(self, task_no: int, step: str, action: str, role: str, *, blind: bool = False) -> None:
        async def do() -> None:
            officer = self.officers[role]
            async with self.house.tools.database.transaction(offices=officer.offices) as db:
                kind = {"sign": "leader", "seal": "seal"}.get(action)
                seen = await results.preview_digest(db, self.id, kind) if kind and not blind else None
                fields = {"collector": "Tạ Quang Nhẫn", "paper": "Căn cước"}
                ask = Ask(action, given=fields, reason=None if blind else "Theo quy định", previewed_sha256=seen)
                await act(db, self.house.tools, self.id, task_no, ask, by=officer)

        if self.tell(do()):
            self.last_task = task_no

    @rule()
    def machines_work(self) -> None:
        self._work()

    def _work(self) -> None:
        self.wait(self.house.make.worked())

    @rule(mended=st.booleans())
    def answer_the_supplement(self, mended: bool) -> None:
        async def do() -> None:
            async with self._db() as db:
                case = await self._case(db)
                if mended:
                    await documents.attach(
                        db, self.house.tools.store, office_id=COMMUNE, dossier_id=self.id, component="proof",
                        name="lai.pdf", data=a_pdf(2), added_by=case.applicant_id,
                    )
                await wishes.answer_supplement(db, self.house.tools, case, by=Actor("citizen", case.applicant_id))

        self.tell(do())

    @rule()
    def time_runs_out(self) -> None:
        async def do() -> None:
            async with self._db() as db:
                past = clock.now() - timedelta(minutes=1)
                await db.run("UPDATE timer SET due_at = $2 WHERE dossier_id = $1", self.id, past)
            await wake_timers(self.house.tools)

        self.wait(do())

    @rule(who=st.sampled_from(["citizen", "specialist", "head"]))
    def withdraw_or_stop(self, who: str) -> None:
        async def do() -> None:
            async with self._db() as db:
                case = await self._case(db)
                if who == "citizen":
                    await wishes.withdraw(db, self.house.tools, case, by=Actor("citizen", case.applicant_id), reason=None)
                else:
                    await wishes.stop(db, self.house.tools, case, officer=self.officers[who], reason="Theo luật")

        self.tell(do())

    @rule(days=st.integers(-2, 30), role=st.sampled_from(["head", "specialist"]))
    def extend(self, days: int, role: str) -> None:
        async def do() -> None:
            async with self._db() as db:
                case = await self._case(db)
                calendar = self.house.tools.calendar
                day = calendar.working_day_after((clock.now() + timedelta(days=days)).date(), 0)
                await wishes.extend(
                    db, self.house.tools, case, officer=self.officers[role], new_due=calendar.closing(day),
                    reason="Chờ xác minh", basis="Điều 19 khoản 9",
                )

        self.tell(do())

    @rule()
    def pay(self) -> None:
        async def do() -> None:
            async with self._db() as db:
                await take_at_counter(db, self.house.tools, await self._case(db), officer=self.officers["reception"])

        self.tell(do())

    @rule(role=st.sampled_from(ROLES), back=st.booleans())
    def claim(self, role: str, back: bool) -> None:
        async def do() -> None:
            found, officer = await self._open_step(), self.officers[role]
            async with self._db() as db:
                if back:
                    await steps.release(db, self.id, found[0] if found else 0, officer_id=officer.id)
                else:
                    await steps.claim(
                        db, self.id, found[0] if found else 0, officer_id=officer.id, roles=officer.roles
                    )

        self.tell(do())

    @invariant()
    def what_is_over_waits_for_nobody(self) -> None:
        async def look() -> tuple[Any, ...]:
            async with self._db() as db:
                row = await db.row(
                    "SELECT d.state, p.ended, (SELECT count(*) FROM step WHERE dossier_id = d.id) AS steps"
                    " FROM dossier d LEFT JOIN process p ON p.dossier_id = d.id WHERE d.id = $1", self.id,
                )
            assert row is not None
            return tuple(row.values())

        if hasattr(self, "id"):
            state, ended, open_steps = self.wait(look())
            over = state in ("returned", "refused", "refused_at_intake", "withdrawn", "stopped")
            assert over == (ended is not None)
            assert not (over and open_steps)

    def teardown(self) -> None:
        if hasattr(self, "id"):
            self._work()
            facts = self.wait(read(self.house.superuser_dsn, self.house.store, {}, finished=True))
            assert check(facts) == []


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


async def test_no_order_of_commands_breaks_an_invariant(house: House) -> None:
    officers = {role: await house.make.officer(role) for role in ROLES}
    known = {"house": house, "loop": asyncio.get_running_loop(), "officers": officers}
    machine = type("OneOffice", (Office,), known)
    told = settings(
        max_examples=EXAMPLES, stateful_step_count=20, deadline=None, derandomize=EXAMPLES <= 25, database=None,
        suppress_health_check=list(HealthCheck), print_blob=True,
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=told)
    async with house.tools.database.transaction(offices=[COMMUNE]) as db:
        reached = [row["state"] for row in await db.rows("SELECT DISTINCT state FROM dossier")]
    assert "returned" in reached, f"it went nowhere: {reached}"
    assert len(reached) >= 4, f"it went nowhere: {reached}"
