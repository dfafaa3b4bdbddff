"""PostgreSQL dies, is full, or lets nobody in: a clear page, nothing lost, and work goes on by itself."""

import asyncio
import json
import random
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.dossiers.situations import CODE, given
from tests.factories import COMMUNE, OFFICES
from tests.outages.conftest import Office, says_it_is_down
from tests.outages.mortal import MortalPostgres, until, worker
from tests.outages.office import Door, door_of


async def draft_of(office: Office) -> tuple[Door, UUID]:
    citizen = await office.make.citizen()
    dossier_id = await office.make.draft(CODE, given(channel="online"), citizen)
    return await office.citizen(citizen), dossier_id


async def typed(office: Office, dossier_id: UUID) -> str:
    async with office.database.transaction(offices=OFFICES) as db:
        value = await db.value("SELECT value FROM answer WHERE dossier_id = $1 AND question = 'purpose'", dossier_id)
    return str(value["purpose"])


async def test_requests_while_the_server_is_killed_are_told_so_and_lose_nothing_that_was_acknowledged(
    office: Office, postgres_to_kill: MortalPostgres
) -> None:
    people = [await draft_of(office) for _ in range(4)]
    kept: dict[UUID, str] = {}
    answers = []

    async def type_on(door: Door, dossier_id: UUID) -> None:
        for n in range(12):
            text = f"lần {n}"
            answer = await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose=text)
            answers.append(answer)
            if answer.status == 303:
                kept[dossier_id] = text
            if len(answers) == 15:
                postgres_to_kill.kill()

    await asyncio.gather(*(type_on(door, dossier_id) for door, dossier_id in people))
    assert {answer.status for answer in answers} == {303, 503}
    for answer in answers:
        if answer.status == 503:
            says_it_is_down(answer)
    await postgres_to_kill.revive()

    async def served() -> bool:
        return (await people[0][0].knock("GET", f"/dossiers/{people[0][1]}/answer/purpose")).status == 200

    await until(served)
    for dossier_id, text in kept.items():
        assert int((await typed(office, dossier_id)).split()[1]) >= int(text.split()[1])


async def test_machines_are_told_in_their_own_words(office: Office, postgres_to_kill: MortalPostgres) -> None:
    postgres_to_kill.kill()
    answer = await Door(office.app).knock("GET", "/api/v1/procedures")
    ready = await Door(office.app).knock("GET", "/readyz")
    alive = await Door(office.app).knock("GET", "/livez")
    await postgres_to_kill.revive()
    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
    assert json.loads(answer.body)["trace"] == answer.headers["x-request-id"]
    assert answer.headers["retry-after"]
    assert (ready.status, json.loads(ready.body)["database"], alive.status) == (503, "down", 200)


async def test_a_server_that_lets_nobody_in_is_away_and_then_there_again(
    office: Office, postgres_to_kill: MortalPostgres
) -> None:
    door, dossier_id = await draft_of(office)
    away = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motcua_app'"
    await postgres_to_kill.as_superuser("ALTER ROLE motcua_app CONNECTION LIMIT 0", away)
    says_it_is_down(await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose="một"))
    await postgres_to_kill.as_superuser("ALTER ROLE motcua_app NOLOGIN CONNECTION LIMIT -1")
    says_it_is_down(await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose="hai"))
    await postgres_to_kill.as_superuser("ALTER ROLE motcua_app LOGIN")
    assert (await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose="ba")).status == 303
    assert await typed(office, dossier_id) == "ba"


async def test_a_standby_that_only_reads_is_away(office: Office, postgres_to_kill: MortalPostgres) -> None:
    door, dossier_id = await draft_of(office)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'motcua_app'"
    await postgres_to_kill.as_superuser("ALTER ROLE motcua_app SET default_transaction_read_only = on", end)
    says_it_is_down(await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose="một"))
    await postgres_to_kill.as_superuser("ALTER ROLE motcua_app RESET default_transaction_read_only", end)
    assert (await door.form(f"/dossiers/{dossier_id}/answer/purpose", purpose="hai")).status == 303


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted: run as root, with permission to mount")
    (folder / "space").mkdir(mode=0o700)
    yield folder / "space"
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


async def test_a_full_disk_takes_nothing_new_harms_nothing_old_and_goes_on_when_there_is_room(
    office: Office, postgres_to_kill: MortalPostgres, small_disk: Path
) -> None:
    dossier_id = await office.make.submitted(CODE, given())
    door = await door_of(office.app, office.database, citizen=(await office.make.case(dossier_id)).applicant_id)
    await command("chown", f"--reference={postgres_to_kill.folder / 'data'}", str(small_disk))
    await postgres_to_kill.as_superuser(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    await postgres_to_kill.as_superuser(
        "ALTER TABLE message SET TABLESPACE small", "CREATE TABLE filling (bytes text) TABLESPACE small",
        "CREATE TABLE rest (bytes text) TABLESPACE small",
    )  # fmt: skip
    await postgres_to_kill.as_superuser("ALTER TABLE filling ALTER bytes SET STORAGE PLAIN")
    with pytest.raises(Exception, match="No space left"):
        await postgres_to_kill.as_superuser("INSERT INTO filling SELECT repeat('x', 7000) FROM generate_series(1, 900)")
    try:
        filled = False
        while not filled:
            try:
                await postgres_to_kill.as_superuser("INSERT INTO rest SELECT repeat('x', 7000)")
            except Exception:
                filled = True
        answers = [await door.form(f"/dossiers/{dossier_id}/messages", body=uncompressible(n)) for n in range(4)]
        refused = [one for one in answers if one.status != 303]
        assert refused
        for one in refused:
            says_it_is_down(one)
        await command("mount", "-o", "remount,size=8m", str(small_disk.parent))
        assert (await door.form(f"/dossiers/{dossier_id}/messages", body="đã có chỗ")).status == 303
        async with office.database.transaction(offices=OFFICES) as db:
            written = await db.value("SELECT count(*) FROM message WHERE dossier_id = $1", dossier_id)
        assert written == len(answers) - len(refused) + 1
    finally:
        await postgres_to_kill.as_superuser(
            "ALTER TABLE message SET TABLESPACE pg_default", "DROP TABLE IF EXISTS filling", "DROP TABLE IF EXISTS rest",
        )  # fmt: skip
        await postgres_to_kill.as_superuser("DROP TABLESPACE small")


async def command(*words: str) -> None:
    await asyncio.to_thread(subprocess.run, words, check=True, capture_output=True)


def uncompressible(seed: int) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=1900))


async def test_one_request_too_many_for_the_pool_is_told_so(office: Office) -> None:
    door, dossier_id = await draft_of(office)
    async with asyncio.TaskGroup() as holding:
        all_held, done = asyncio.Barrier(7), asyncio.Event()
        for _ in range(6):
            holding.create_task(hold(office, all_held, done))
        await all_held.wait()
        try:
            says_it_is_down(await door.knock("GET", f"/dossiers/{dossier_id}"))
        finally:
            done.set()
    assert (await door.knock("GET", f"/dossiers/{dossier_id}")).status == 200


async def hold(office: Office, all_held: asyncio.Barrier, done: asyncio.Event) -> None:
    async with office.database.transaction() as db:
        await db.value("SELECT 1")
        await all_held.wait()
        await done.wait()


async def test_people_who_send_slowly_hold_no_connection(office: Office) -> None:
    door, dossier_id = await draft_of(office)
    going = asyncio.Event()
    slow = [asyncio.create_task(door.slowly(f"/dossiers/{dossier_id}/answer/purpose", going)) for _ in range(8)]
    assert (await door.knock("GET", f"/dossiers/{dossier_id}")).status == 200
    going.set()
    assert {answer.status for answer in await asyncio.gather(*slow)} == {303}


async def test_the_worker_outlives_the_database_and_does_everything_once(
    office: Office, postgres_to_kill: MortalPostgres, tmp_path: Path, keys: Path
) -> None:
    before = [await office.make.submitted(CODE, given()) for _ in range(3)]
    environment = {
        "MOTCUA_DATABASE_URL": postgres_to_kill.server.app_dsn, "MOTCUA_STORE_URL": f"folder://{tmp_path / 'objects'}",
        "MOTCUA_SECRET_KEY": "x" * 40, "MOTCUA_WORKFLOWS_FOLDER": "workflows", "MOTCUA_WORKER_METRICS_PORT": "0",
        "MOTCUA_METRICS_PORT": "0", "MOTCUA_DEMO": "1", "MOTCUA_KEYS_FOLDER": str(keys), "MOTCUA_POOL_MOST": "4",
    }  # fmt: skip

    async def some_done() -> bool:
        async with office.database.transaction(offices=OFFICES) as db:
            return bool(await db.value("SELECT 1 FROM job WHERE dossier_id = ANY($1) AND state = 'done'", before))

    async with worker(environment, tmp_path / "worker.log") as process:
        await until(some_done)
        after = [await office.make.submitted(CODE, given()) for _ in range(3)]
        postgres_to_kill.kill()
        await postgres_to_kill.revive()
        after += [await office.make.submitted(CODE, given()) for _ in range(2)]
        every = [*before, *after]

        async def all_done() -> bool:
            async with office.database.transaction(offices=OFFICES) as db:
                return not await db.value(
                    "SELECT 1 FROM job WHERE dossier_id = ANY($1) AND state = 'waiting' LIMIT 1", every
                )

        await until(all_done)
        assert process.poll() is None, (tmp_path / "worker.log").read_text()[-2000:]
    async with office.database.transaction(offices=[COMMUNE]) as db:
        stuck = await db.value("SELECT count(*) FROM job WHERE dossier_id = ANY($1) AND state <> 'done'", every)
        twice = await db.rows(
            "SELECT dossier_id, component FROM document WHERE dossier_id = ANY($1) AND kind = 'form'"
            " GROUP BY 1, 2 HAVING count(*) > 1",
            every,
        )
    assert (stuck, twice) == (0, [])
