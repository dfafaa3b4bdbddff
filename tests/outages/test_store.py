"""The store of papers is away, full or damaged: said at the paper, what was there stays, and it goes on by itself."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from app.dossiers.tools import Tools
from app.worker import carry_out
from storage import FolderStore, ObjectStore, open_store
from tests.dossiers.situations import CODE, a_pdf, given
from tests.factories import OFFICES, Given, Make
from tests.outages.conftest import Office
from tests.outages.office import Answer, Door
from tests.storage.conftest import supervised, why_not
from tests.storage.servers import Supervised


async def draft_of(office: Office, **papers: bytes) -> tuple[Door, UUID]:
    citizen = await office.make.citizen()
    answered = Given({"purpose": {"purpose": "Để thử"}}, papers, channel="online")
    return await office.citizen(citizen), await office.make.draft(CODE, answered, citizen)


async def send(door: Door, dossier_id: UUID, data: bytes, name: str = "giay.pdf") -> Answer:
    head = f'--x\r\nContent-Disposition: form-data; name="paper"; filename="{name}"\r\n\r\n'.encode()
    return await door.knock(
        "POST", f"/dossiers/{dossier_id}/papers/proof", body=head + data + b"\r\n--x--\r\n",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )  # fmt: skip


async def kept(office: Office, dossier_id: UUID) -> int:
    async with office.database.transaction(offices=OFFICES) as db:
        return int(await db.value(
            "SELECT count(*) FROM document WHERE dossier_id = $1 AND kind = 'paper' AND removed_at IS NULL", dossier_id
        ))  # fmt: skip


def folder_of(office: Office) -> Path:
    return office.folder / "objects"


async def test_a_file_sent_while_the_store_is_away_is_not_taken_and_the_earlier_one_stays(calm: Office) -> None:
    door, dossier_id = await draft_of(calm, proof=a_pdf())
    folder_of(calm).rename(calm.folder / "elsewhere")
    folder_of(calm).mkdir()
    refused = await send(door, dossier_id, a_pdf(2))
    assert refused.status == 503
    assert refused.headers["retry-after"]
    assert "CHƯA được lưu" in refused.text
    assert "giay-to.pdf" in refused.text
    folder_of(calm).rmdir()
    (calm.folder / "elsewhere").rename(folder_of(calm))
    assert await kept(calm, dossier_id) == 1
    assert (await send(door, dossier_id, a_pdf(2))).status == 303
    assert await kept(calm, dossier_id) == 2


async def test_no_code_is_given_while_the_papers_cannot_be_seen(calm: Office) -> None:
    door, dossier_id = await draft_of(calm, proof=a_pdf())
    folder_of(calm).rename(calm.folder / "elsewhere")
    refused = await door.form(f"/dossiers/{dossier_id}/submit", declared="1")
    assert refused.status == 503
    (calm.folder / "elsewhere").rename(folder_of(calm))
    assert (await calm.make.case(dossier_id)).code is None
    assert (await door.form(f"/dossiers/{dossier_id}/submit", declared="1")).status == 303
    assert (await calm.make.case(dossier_id)).code is not None


async def test_damaged_bytes_are_never_shown_and_never_submitted(calm: Office) -> None:
    door, dossier_id = await draft_of(calm, proof=a_pdf())
    async with calm.database.transaction(offices=OFFICES) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1", dossier_id)
    for file in folder_of(calm).rglob("*"):
        if file.is_file() and file.read_bytes().startswith(b"%PDF"):
            file.write_bytes(file.read_bytes().replace(b"595", b"695"))
    for page in ("file", "preview"):
        answer = await door.knock("GET", f"/dossiers/{dossier_id}/papers/{document}/{page}")
        assert answer.status == 422
        assert "trong kho bị hỏng" in answer.text


async def test_a_paper_that_is_lost_is_named_when_one_submits(calm: Office) -> None:
    door, dossier_id = await draft_of(calm, proof=a_pdf())
    async with calm.database.transaction(offices=OFFICES) as db:
        await calm.tools.store.delete(await db.value("SELECT object_key FROM document WHERE dossier_id = $1", dossier_id))
    refused = await door.form(f"/dossiers/{dossier_id}/submit", declared="1")
    assert refused.status == 422
    assert "giay-to.pdf" in refused.text
    assert (await calm.make.case(dossier_id)).code is None


async def test_printing_waits_for_the_store_and_happens_once(calm: Office) -> None:
    dossier_id = await calm.make.submitted(CODE, given())
    folder_of(calm).rename(calm.folder / "elsewhere")
    await calm.make.worked()
    async with calm.database.transaction(offices=OFFICES) as db:
        waiting = await db.rows(
            "SELECT id, state, trouble FROM job WHERE dossier_id = $1 AND name = 'print_form'", dossier_id
        )
    assert {row["state"] for row in waiting} == {"waiting"}
    assert all("Kho giấy tờ" in row["trouble"] for row in waiting)
    (calm.folder / "elsewhere").rename(folder_of(calm))
    for row in [*waiting, *waiting]:
        await carry_out(calm.tools, row["id"])
    async with calm.database.transaction(offices=OFFICES) as db:
        printed = await db.rows(
            "SELECT component, count(*) FROM document WHERE dossier_id = $1 AND kind = 'form' GROUP BY 1", dossier_id
        )
    assert printed
    assert {row["count"] for row in printed} == {1}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted: run as root, with permission to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def over(office: Office, store: ObjectStore) -> Office:
    """The same office with another store."""
    tools: Tools = replace(office.tools, store=store)
    office.app.state.tools = tools
    return replace(office, make=Make(office.database, tools))


async def test_a_full_store_says_so_keeps_what_it_has_and_takes_files_again_when_there_is_room(
    calm: Office, small_disk: Path
) -> None:
    office = over(calm, FolderStore(small_disk / "objects"))
    door, dossier_id = await draft_of(office, proof=a_pdf())
    big = a_pdf().replace(b"%%EOF", b"%" + b"x" * 400_000 + b"\n%%EOF")
    refused = await send(door, dossier_id, big)
    assert refused.status == 503
    assert "đã đầy nên tệp CHƯA được lưu" in refused.text
    assert await kept(office, dossier_id) == 1
    await asyncio.to_thread(
        subprocess.run, ["mount", "-o", "remount,size=4m", str(small_disk)], check=True, capture_output=True
    )  # fmt: skip
    assert (await send(door, dossier_id, big)).status == 303


@pytest.fixture(scope="module", params=["radosgw", "minio"])
def s3(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    if reason := why_not(request.param):
        pytest.skip(reason)
    server = supervised(request.param, tmp_path_factory.mktemp(f"outage-{request.param}") / "server", mortal=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def over_s3(calm: Office, s3: Supervised) -> AsyncIterator[Office]:
    store = open_store(s3.server.url("papers"))
    await store.prepare()
    yield over(calm, store)
    await store.close()


async def test_a_real_s3_server_that_is_killed_and_comes_back(over_s3: Office, s3: Supervised) -> None:
    door, dossier_id = await draft_of(over_s3, proof=a_pdf())
    async with over_s3.database.transaction(offices=OFFICES) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1", dossier_id)
    paper = f"/dossiers/{dossier_id}/papers/{document}/file"
    s3.kill_gateway()
    refused, unread = await send(door, dossier_id, a_pdf(2)), await door.knock("GET", paper)
    s3.revive_gateway()
    assert refused.status == 503
    assert "CHƯA được lưu" in refused.text
    assert unread.status == 503
    assert (await door.knock("GET", paper)).body.startswith(b"%PDF")
    assert (await send(door, dossier_id, a_pdf(2))).status == 303


async def test_a_store_at_a_wrong_address_is_a_clear_page(calm: Office) -> None:
    door, dossier_id = await draft_of(calm, proof=a_pdf())
    async with calm.database.transaction(offices=OFFICES) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1", dossier_id)
    store = open_store("s3://key:wrong@127.0.0.1:9/papers?secure=0")
    over(calm, store)
    answer = await door.knock("GET", f"/dossiers/{dossier_id}/papers/{document}/file")
    ready = await Door(calm.app).knock("GET", "/readyz")
    await store.close()
    assert (answer.status, ready.status) == (503, 503)
    assert "Kho giấy tờ" in answer.text
