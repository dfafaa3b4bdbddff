"""When a register stays silent, the package says how the dossier goes on (1.001193: ask the commune instead)."""

from dataclasses import replace
from uuid import UUID

from app.dossiers import drafts
from app.engine import turns
from app.gateways.population import HttpPopulation
from app.jobs import service as jobs
from app.kit import clock
from app.worker import carry_out
from tests.factories import COMMUNE, Make
from tests.simulators.standing import SECRET, free_port

BIRTH = "1.001193"


async def looking_up(make: Make) -> tuple[UUID, int]:
    """A received birth registration whose parents' marriage is being looked up, and the job that does it."""
    citizen = await make.citizen()
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen.id) as db:
        dossier_id = await drafts.start_draft(
            db, make.tools, procedure_code=BIRTH, office_id=COMMUNE, citizen=citizen, channel="counter"
        )
        loaded = await make.tools.catalogue.current(db, BIRTH, clock.today())
        turn = turns.begin(loaded.drawing, {"channel": "counter", "return_way": "counter", "parents_married": "yes"})
        turn = turns.complete(loaded.drawing, turn.state, turn.opened[0].no, {"verdict": "accepted"})
        task = next(one for one in turn.opened if one.name == "look_up_marriage")
        await db.run(
            "INSERT INTO process (dossier_id, office_id, version, state) VALUES ($1, $2, 1, $3)",
            dossier_id, COMMUNE, turn.state,
        )
        await db.run("UPDATE dossier SET state = 'received', code = $2, submitted_at = $3, received_at = $3 WHERE id = $1",
                     dossier_id, f"H99.08.22-{dossier_id.hex[:12]}", clock.now())
        for parent in ("mother", "father"):
            await db.run(
                "INSERT INTO answer (dossier_id, question, office_id, value, saved_at, serial)"
                " VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (dossier_id, question) DO UPDATE SET value = $4",
                dossier_id, parent, COMMUNE, {"personal_number": "000090000001"}, clock.now(),
            )
        job_id = await jobs.queue(
            db, "look_up_marriage", key=f"{dossier_id}:{task.no}", office_id=COMMUNE, dossier_id=dossier_id, task_no=task.no
        )
    assert job_id is not None
    return dossier_id, job_id


async def test_after_the_tries_of_the_package_its_fallback_is_taken_and_written_down(make: Make) -> None:
    dossier_id, job_id = await looking_up(make)
    silent = HttpPopulation(f"http://127.0.0.1:{free_port()}", SECRET)
    tools = replace(make.tools, population=silent)
    states = []
    for _ in range(5):
        await carry_out(tools, job_id)
        async with make.database.transaction(offices=[COMMUNE]) as db:
            states.append(await db.value("SELECT state FROM job WHERE id = $1", job_id))
    await silent.close()
    assert states == ["waiting", "waiting", "waiting", "done", "done"]
    async with make.database.transaction(offices=[COMMUNE]) as db:
        lines = [row["event"] for row in await db.rows(
            "SELECT event FROM journal_line WHERE dossier_id = $1 AND event LIKE 'effect.%' OR dossier_id = $1"
            " AND event = 'consultation.asked' ORDER BY id", dossier_id
        )]
        asked = await db.value("SELECT state FROM consultation WHERE dossier_id = $1", dossier_id)
    assert lines == ["effect.given_up", "consultation.asked"]
    assert asked == "asked"
