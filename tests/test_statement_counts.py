"""How many statements and commits the daily routes cost. A ceiling is what was measured; it may be lowered, not raised.

The goal for a completed step is at most 5 statements, BEGIN and COMMIT among them, and 1 commit (docs/speed.md): BEGIN,
who asks, dossier with its step, one write, COMMIT; by the verb alone BEGIN says in the same breath who asks. What a
procedure adds to a step (a clock, a slip, a notice) comes on top. Everything a connection is told is counted, also what a
driver says by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import httpx
import pytest

from app.dossiers.progress import Ask, act
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres
from app.kit.db import open_database
from app.main import create_app
from app.sessions import service as sessions
from app.settings import Settings
from tests.dossiers.situations import sealed
from tests.dossiers.test_life import CODE, given, received
from tests.factories import OFFICES, Make

HOME = "http://motcua.test"


@dataclass
class Counted:
    """The application on a connection that is listened to."""

    tools: Tools
    client: httpx.AsyncClient
    said: list[str] = field(default_factory=list)

    async def cost_of_last(self) -> tuple[int, int]:
        """Statements and commits since the last look."""
        await asyncio.sleep(0)  # the driver tells us a moment later
        told, self.said[:] = list(self.said), []
        return len(told), sum(one.startswith("COMMIT") for one in told)


@pytest.fixture
async def counted(postgres: EmbeddedPostgres, tools: Tools) -> AsyncIterator[Counted]:
    """One connection, its statements written down."""
    database = await open_database(postgres.app_dsn, smallest=1, largest=1)
    listened = replace(tools, database=database)
    app = create_app(Settings(demo=True, second_factor=False, public_url=HOME))
    app.state.tools = listened
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        one = Counted(listened, client)
        async with database.pool.acquire() as connection:
            connection.add_query_logger(lambda record: one.said.append(record.query.strip()))
        yield one
    await database.close()


async def signed_in(make: Make, role: str) -> dict[str, str]:
    officer = await make.officer(role)
    async with make.database.transaction() as db:
        return {"authorization": f"Bearer {await sessions.open_session(db, 'officer', officer_id=officer.id)}"}


async def cost_of_act(counted: Counted, make: Make, dossier_id: UUID, step: str, action: str, role: str) -> tuple[int, int]:
    """The verb as a route uses it: one transaction by an officer who was recognised before."""
    officer, task_no = await make.officer(role), await make.step(dossier_id, step)
    reason = "Sai mục đích" if action == "send_back" else None
    await counted.cost_of_last()
    async with counted.tools.database.transaction(offices=officer.offices) as db:
        await act(db, counted.tools, dossier_id, task_no, Ask(action, reason=reason), by=officer)
    return await counted.cost_of_last()


async def test_a_step_that_only_goes_on_is_read_once_and_written_once(counted: Counted, make: Make) -> None:
    costs = []
    for _ in range(2):  # the first one also reads the procedure
        dossier_id = await received(make)
        await make.act(dossier_id, "draft_result", "draft", "specialist")
        await make.worked()
        costs.append(await cost_of_act(counted, make, dossier_id, "sign_result", "send_back", "leader"))
    assert costs[-1] == (4, 1)


async def test_receiving_a_dossier_stays_cheap(counted: Counted, make: Make) -> None:
    costs = []
    for _ in range(2):
        dossier_id = await make.submitted(CODE, given())
        await make.judged(dossier_id)
        costs.append(await cost_of_act(counted, make, dossier_id, "check_papers", "receive", "reception"))
    statements, commits = costs[-1]
    assert statements <= 4
    assert commits == 1


@pytest.mark.parametrize(
    ("page", "role", "most"),
    [("/desk", "specialist", (2, 0)), ("/desk/dossiers/{}", "specialist", (12, 1)), ("/api/v1/steps", "specialist", (1, 0))],
)
async def test_a_page_of_the_desk_stays_cheap(
    counted: Counted, make: Make, page: str, role: str, most: tuple[int, int]
) -> None:
    dossier_id, headers = await received(make), await signed_in(make, role)
    for _ in range(2):
        await counted.cost_of_last()
        answer = await counted.client.get(page.format(dossier_id), headers=headers)
        assert answer.status_code == 200, answer.text
    statements, commits = await counted.cost_of_last()
    assert (statements <= most[0], commits) == (True, most[1])


async def test_a_step_over_the_api_stays_cheap(counted: Counted, make: Make) -> None:
    headers = await signed_in(make, "leader")
    for _ in range(2):
        dossier_id = await received(make)
        await make.act(dossier_id, "draft_result", "draft", "specialist")
        await make.worked()
        task_no = await make.step(dossier_id, "sign_result")
        await counted.cost_of_last()
        answer = await counted.client.post(
            f"/api/v1/dossiers/{dossier_id}/steps/{task_no}", headers=headers,
            json={"action": "send_back", "reason": "Sai mục đích"},
        )
        assert answer.status_code == 200, answer.text
    statements, commits = await counted.cost_of_last()
    assert statements <= 5
    assert commits == 1


async def test_a_submission_over_the_api_stays_cheap(counted: Counted, make: Make) -> None:
    applicant = await make.citizen()
    async with make.database.transaction() as db:
        headers = {"authorization": f"Bearer {await sessions.open_session(db, 'citizen', citizen_id=applicant.id)}"}
    for _ in range(2):
        dossier_id = await make.draft(CODE, given(), applicant)
        await counted.cost_of_last()
        answer = await counted.client.post(f"/api/v1/dossiers/{dossier_id}/submit", headers=headers)
        assert answer.status_code == 200, answer.text
    statements, commits = await counted.cost_of_last()
    assert statements <= 8
    assert commits == 1


async def test_the_progress_page_stays_cheap(counted: Counted, make: Make) -> None:
    dossier_id = await received(make)
    case = await make.case(dossier_id)
    async with make.database.transaction(citizen=case.applicant_id) as db:
        number = await db.value("SELECT personal_number FROM citizen WHERE id = $1", case.applicant_id)
    for _ in range(2):
        await counted.cost_of_last()
        answer = await counted.client.post("/track", data={"code": case.code, "digits": number[-4:]})
        assert answer.status_code == 200, answer.text
    statements, commits = await counted.cost_of_last()
    assert statements <= 11  # one of them the deadline ledger, which says why it is due then
    assert commits == 1


async def test_nothing_of_a_transaction_stays_with_its_connection(counted: Counted) -> None:
    """Connections go back to the pool without being reset: settings, locks and listeners must end with the transaction."""
    async with counted.tools.database.transaction(offices=[2], presents="x") as db:
        await db.run("SELECT pg_advisory_xact_lock(1)")
    async with counted.tools.database.pool.acquire() as connection:
        left = await connection.fetchrow(
            "SELECT current_setting('motcua.offices', true) AS offices,"
            " current_setting('motcua.presented', true) AS presented,"
            " (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks,"
            " (SELECT count(*) FROM pg_listening_channels()) AS channels"
        )
    assert tuple(left) == ("", "", 0, 0)


async def test_handing_a_result_over_stays_cheap(counted: Counted, make: Make) -> None:
    asked = Ask("hand_over", {"collector": "Tạ Quang Nhẫn", "paper": "Căn cước"})
    for _ in range(2):
        dossier_id = await sealed(make)
        async with make.database.transaction(offices=OFFICES) as db:
            await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", dossier_id)
        officer, task_no = await make.officer("reception"), await make.step(dossier_id, "return_result")
        await counted.cost_of_last()
        async with counted.tools.database.transaction(offices=officer.offices) as db:
            await act(db, counted.tools, dossier_id, task_no, asked, by=officer)
    assert await counted.cost_of_last() == (4, 1)
