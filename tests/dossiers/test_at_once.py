"""Two tabs, two officers, two workers, fifty citizens at once: one effect, and whoever came second is told."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest

from app.dossiers import intake, wishes
from app.dossiers.asking import Ask
from app.dossiers.case import open_case
from app.dossiers.payments import take_at_counter
from app.dossiers.progress import act
from app.journal.service import Actor
from app.kit import clock
from app.kit.errors import Conflict
from app.org.people import SignedOfficer
from app.steps import service as steps
from app.worker import carry_out
from tests.dossiers.situations import CODE, given, received
from tests.factories import COMMUNE, Make

DRAWN_TODAY = "SELECT COALESCE(max(last), 0) FROM code_serial WHERE office_id = $1 AND day = $2"


async def together(*work: Awaitable[Any]) -> tuple[list[Any], list[Conflict]]:
    """Do it all at once: what was done, and what was refused because somebody was faster. Anything else fails."""
    done: list[Any] = []
    told: list[Conflict] = []
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, Conflict):
            told.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            done.append(outcome)
    return done, told


async def do(make: Make, dossier_id: UUID, task_no: int, ask: Ask, officer: SignedOfficer) -> None:
    async with make.database.transaction(offices=officer.offices) as db:
        await act(db, make.tools, dossier_id, task_no, ask, by=officer)


async def submit(make: Make, dossier_id: UUID) -> str:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        case = await open_case(db, make.tools, dossier_id)
        return await intake.submit(db, make.tools, case, by=Actor("citizen", case.applicant_id))


async def count(make: Make, sql: str, *args: object) -> int:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return int(await db.value(sql, *args))


async def finished(make: Make, dossier_id: UUID) -> int:
    return await count(
        make, "SELECT count(*) FROM journal_line WHERE dossier_id = $1 AND event = 'step.finished'", dossier_id
    )


@pytest.mark.parametrize("action", ["receive", "refuse"])
async def test_two_officers_at_one_step_do_it_once(make: Make, action: str) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    task_no = await make.step(dossier_id, "check_papers")
    both = (await make.officer("reception"), await make.colleague("reception"))
    ask = Ask(action, reason="Không thuộc thẩm quyền")
    done, told = await together(*(do(make, dossier_id, task_no, ask, officer) for officer in both))
    assert (len(done), len(told)) == (1, 1)
    assert told[0].words()
    assert await finished(make, dossier_id) == 1


async def test_one_officer_in_two_tabs_wanting_two_things_gets_one(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    task_no, officer = await make.step(dossier_id, "check_papers"), await make.officer("reception")
    done, _ = await together(
        do(make, dossier_id, task_no, Ask("receive"), officer),
        do(make, dossier_id, task_no, Ask("refuse", reason="Không thuộc thẩm quyền"), officer),
    )
    assert len(done) == 1
    assert (await make.case(dossier_id)).state.value in ("received", "refused_at_intake")
    assert await finished(make, dossier_id) == 1


async def test_submitting_twice_at_once_gives_one_code(make: Make) -> None:
    dossier_id = await make.draft(CODE, given())
    codes, told = await together(*(submit(make, dossier_id) for _ in range(5)))
    assert not told
    assert len(set(codes)) == 1
    sent = await count(
        make, "SELECT count(*) FROM journal_line WHERE dossier_id = $1 AND event = 'dossier.submitted'", dossier_id
    )
    assert sent == 1


async def test_fifty_at_once_get_fifty_codes_in_a_row(make: Make) -> None:
    citizen = await make.citizen()
    drafts = [await make.draft(CODE, given(), citizen) for _ in range(50)]
    before = await count(make, DRAWN_TODAY, COMMUNE, clock.today())
    codes, told = await together(*(submit(make, one) for one in drafts))
    assert not told
    assert sorted(int(code[-4:]) for code in codes) == list(range(before + 1, before + 51))


async def test_a_submission_that_fails_gives_its_serial_back(make: Make) -> None:
    drafts = [await make.draft(CODE, given()) for _ in range(6)]

    async def submit_and_fall(dossier_id: UUID) -> None:
        async with make.database.transaction(offices=[COMMUNE]) as db:
            case = await open_case(db, make.tools, dossier_id)
            await intake.submit(db, make.tools, case, by=Actor("citizen", case.applicant_id))
            raise InterruptedError("by the test")

    before = await count(make, DRAWN_TODAY, COMMUNE, clock.today())
    outcomes = await asyncio.gather(
        *(submit(make, one) if n % 2 else submit_and_fall(one) for n, one in enumerate(drafts)), return_exceptions=True
    )
    codes = [one for one in outcomes if isinstance(one, str)]
    assert sorted(int(code[-4:]) for code in codes) == [before + 1, before + 2, before + 3]


async def test_a_number_book_under_parallel_issue_has_no_gap_and_no_twin(make: Make) -> None:
    made = [await received(make) for _ in range(8)]
    for one in made:
        await make.act(one, "draft_result", "draft", "specialist")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        jobs = [row["id"] for row in await db.rows(
            "SELECT id FROM job WHERE dossier_id = ANY($1) AND name = 'make_result'", made
        )]
        before = await db.value(
            "SELECT COALESCE(max(last), 0) FROM register_book WHERE office_id = $1 AND book = 'test'", COMMUNE
        )
    await asyncio.gather(*(carry_out(make.tools, job) for job in (*jobs, *jobs[:3])))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        numbers = [row["number"] for row in await db.rows(
            "SELECT number FROM result WHERE dossier_id = ANY($1) ORDER BY number", made
        )]
    assert numbers == list(range(before + 1, before + 9))


async def test_two_workers_with_one_signing_make_one_signature(make: Make) -> None:
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(dossier_id, "sign_result", "sign", "leader")
    job = await count(make, "SELECT id FROM job WHERE dossier_id = $1 AND name = 'apply_signature'", dossier_id)
    await asyncio.gather(*(carry_out(make.tools, job) for _ in range(3)))
    assert await count(make, "SELECT count(*) FROM signature WHERE dossier_id = $1", dossier_id) == 1
    assert await count(
        make, "SELECT count(*) FROM journal_line WHERE dossier_id = $1 AND event = 'leader.applied'", dossier_id
    ) == 1
    assert await make.step(dossier_id, "seal_result")


async def test_money_taken_by_two_tills_at_once_is_taken_once(make: Make) -> None:
    dossier_id = await received(make)
    case = await make.case(dossier_id)

    async def take(officer: SignedOfficer) -> None:
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await take_at_counter(db, make.tools, case, officer=officer)

    done, told = await together(take(await make.officer("reception")), take(await make.colleague("reception")))
    assert (len(done), len(told)) == (1, 1)
    captured = "SELECT count(*) FROM payment WHERE dossier_id = $1 AND state = 'captured'"
    assert await count(make, captured, dossier_id) == 1
    assert await count(make, "SELECT count(*) FROM fee_receipt WHERE dossier_id = $1", dossier_id) == 1


async def test_of_two_who_claim_a_step_one_has_it_and_the_other_reads_the_name(make: Make) -> None:
    dossier_id = await received(make)
    task_no = await make.step(dossier_id, "draft_result")
    both = (await make.officer("specialist"), await make.colleague("specialist"))

    async def claim(officer: SignedOfficer) -> UUID:
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await steps.claim(db, dossier_id, task_no, officer_id=officer.id, roles=officer.roles)
        return officer.id

    done, told = await together(*(claim(one) for one in both))
    assert (len(done), len(told)) == (1, 1)
    assert next(one.name for one in both if one.id == done[0]) in told[0].words()


async def test_a_withdrawal_against_a_reception_leaves_one_truth(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    task_no, officer = await make.step(dossier_id, "check_papers"), await make.officer("reception")

    async def withdraw() -> None:
        async with make.database.transaction(offices=[COMMUNE]) as db:
            case = await open_case(db, make.tools, dossier_id)
            await wishes.withdraw(db, make.tools, case, by=Actor("citizen", case.applicant_id), reason="Đổi ý")

    done, told = await together(do(make, dossier_id, task_no, Ask("receive"), officer), withdraw())
    assert len(done) >= 1
    case = await make.case(dossier_id)
    assert (case.state.value == "withdrawn") == (case.ended is not None)
    assert len(done) + len(told) == 2
