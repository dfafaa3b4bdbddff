"""2.1 and 4.x again from journal and ledger alone, by other code, on random small histories played by the verbs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from app.documents import service as documents
from app.kit import clock
from app.kit.db import Db
from app.quality.costs import Which, behind
from app.quality.period import Period, parse_period
from tests.dossiers.situations import CODE, a_pdf, given
from tests.dossiers.test_wishes import answered, extended, stopped, withdrawn
from tests.factories import COMMUNE, OFFICES, Make

MAY = parse_period("2026-05")
ENDS = {"result_ready", "refused", "withdrawn", "stopped"}


@dataclass
class Told:
    """What the journal and the ledger say of a dossier."""

    received: datetime | None = None
    ended: datetime | None = None
    ended_as: str = ""
    due: datetime | None = None
    requests: int = 0
    issued: bool = False

    def late(self, as_of: datetime) -> bool:
        """Not in the words of app.quality: one moment against another."""
        if self.requests >= 2:
            return True
        assert self.due is not None
        return (self.ended or as_of) > self.due


async def tell(db: Db, dossier_id: UUID) -> Told:
    told = Told()
    for line in await db.rows("SELECT at, event, facts FROM journal_line WHERE dossier_id = $1 ORDER BY id", dossier_id):
        if line["event"] == "dossier.received":
            told.received = line["at"]
        elif line["event"] == "supplement.requested":
            told.requests += 1
        elif line["event"] == "result.issued":
            told.issued = True
        elif line["event"] == "dossier.state_changed" and line["facts"]["after"] in ENDS and told.ended is None:
            told.ended, told.ended_as = line["at"], line["facts"]["after"]
    ledger = "SELECT kind, due_after FROM deadline_line WHERE dossier_id = $1 ORDER BY line_no"
    for line in await db.rows(ledger, dossier_id):
        if line["kind"] != "end" and line["due_after"] is not None:
            told.due = line["due_after"]
    return told


class Life:
    """Plays one dossier's random life; every moment is the office's."""

    def __init__(self, make: Make, random: Random) -> None:
        self.make, self.random = make, random
        self.at = datetime(2026, 5, random.randint(4, 27), random.randint(8, 16), random.randint(0, 59), tzinfo=clock.LOCAL)

    def later(self, most_hours: int) -> None:
        self.at += timedelta(minutes=self.random.randint(1, most_hours * 60))

    async def play(self) -> UUID:
        make, random = self.make, self.random
        with clock.at(self.at):
            dossier_id = await make.submitted(CODE, given(channel=random.choice(["online", "counter"])))
        for n in range(random.choice([0, 0, 0, 1, 2])):
            await self.supplement(dossier_id, "head" if n else "reception")
        self.later(20)
        with clock.at(self.at):
            await make.judged(dossier_id)
            await make.act(dossier_id, "check_papers", "receive", "reception")
        if random.random() < 0.3:
            with clock.at(self.at + timedelta(minutes=5)):
                await extended(make, dossier_id)
        self.later(200)
        with clock.at(self.at):
            await self.finish(dossier_id)
        return dossier_id

    async def supplement(self, dossier_id: UUID, role: str) -> None:
        make = self.make
        with clock.at(self.at):
            await make.judged(dossier_id, proof="wrong")
            await make.act(dossier_id, "check_papers", "ask_supplement", role, reason="Mờ, theo Điều 17")
        self.later(30)
        with clock.at(self.at):
            case = await make.case(dossier_id)
            async with make.database.transaction(offices=[COMMUNE]) as db:
                await documents.attach(
                    db, make.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component="proof", name="lai.pdf",
                    data=a_pdf(self.random.randint(2, 40)), added_by=case.applicant_id,
                )
            await answered(make, dossier_id)

    async def finish(self, dossier_id: UUID) -> None:
        make = self.make
        end = self.random.choice(["seal", "seal", "seal", "refuse", "stop", "withdraw", "leave", "leave"])
        if end == "seal":
            for step, action, role in (("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"),
                                       ("seal_result", "seal", "clerk")):
                await make.act(dossier_id, step, action, role)
                await make.worked()
        elif end == "refuse":
            await make.act(dossier_id, "draft_result", "refuse", "specialist", reason="Không đủ điều kiện")
        elif end == "stop":
            await stopped(make, dossier_id, "head")
        elif end == "withdraw":
            await withdrawn(make, dossier_id)


async def ids(db: Db, make: Make, lens: str, which: Which, mine: set[UUID], period: Period = MAY) -> set[UUID]:
    found, _ = await behind(db, make.tools, lens, OFFICES, period, which=which, limit=100_000)
    return {one.id for one in found} & mine


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_sets_of_the_index_follow_from_journal_and_ledger(make: Make, seed: int) -> None:
    random = Random(seed)
    mine = {await Life(make, random).play() for _ in range(8)}
    async with make.database.transaction(offices=OFFICES) as db:
        told = {one: await tell(db, one) for one in mine}
        received = {one for one, it in told.items() if it.received and MAY.starts <= it.received < MAY.ends}
        late = {one for one in received if told[one].late(MAY.ends)}
        results = {one for one, it in told.items()
                   if it.ended_as == "result_ready" and it.ended and MAY.starts <= it.ended < MAY.ends}
        assert await ids(db, make, "on_time", "all", mine) == received
        assert await ids(db, make, "on_time", "cost", mine) == late
        assert await ids(db, make, "on_time", "good", mine) == received - late
        assert await ids(db, make, "electronic_result", "all", mine) == results
        assert await ids(db, make, "electronic_result", "good", mine) == {one for one in results if told[one].issued}
        assert await ids(db, make, "digitised", "good", mine) == {one for one in results if told[one].issued}
        assert await ids(db, make, "digitised_papers", "good", mine) == received
    assert late
    assert received - late
    assert results
