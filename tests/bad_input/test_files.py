"""Files nobody can use, at every place that takes files: said in words, and what was stored before stays."""

import io
from collections.abc import AsyncIterator

import pytest

from app.documents.rules import LARGEST
from app.main import LARGEST_BODY
from tests.bad_input.conftest import World
from tests.documents import files
from tests.dossiers.situations import CODE, a_pdf
from tests.factories import COMMUNE, OFFICES, Given
from tests.outages.office import Answer, Door

BAD = {
    "0 bytes": ("trong.pdf", b"", "không có nội dung"),
    "wrong type": ("thu.docx", files.archive(), "không đọc được"),
    "too big": ("to.jpg", b"\xff\xd8\xff" + bytes(LARGEST), "lớn hơn 20 MB"),
    "with a password": ("khoa.pdf", files.encrypted(), "có mật khẩu"),
    "cut off": ("cut.pdf", files.pdf(20)[:900], "bị hỏng"),
    "a cut picture": ("cut.jpg", files.picture()[:2000], "bị hỏng"),
    "two endings": ("don.pdf.exe", files.pdf(), "không phải ảnh hay PDF thật"),
    "a script inside": ("ma.pdf", files.scripted(), "mã lệnh"),
    "a program inside": ("kem.pdf", files.with_attachment(), "mã lệnh"),
    "a drawing with a script": ("ve.svg", files.SVG, "không phải ảnh hay PDF thật"),
    "a page in disguise": ("trang.pdf", files.HTML_PDF, "không phải ảnh hay PDF thật"),
}


def with_file(field: str, name: str, data: bytes, **others: str) -> bytes:
    body = io.BytesIO()
    for key, value in others.items():
        body.write(f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    body.write(f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode())
    body.write(data + b"\r\n--x--\r\n")
    return body.getvalue()


async def send(door: Door, path: str, body: bytes, *, broken_off: bool = False) -> Answer:
    told = {"content-type": "multipart/form-data; boundary=x"}
    return await door.knock("POST", path, body=body, headers=told, broken_off=broken_off)


async def kept(world: World, dossier_id: str) -> list[str]:
    async with world.database.transaction(offices=OFFICES) as db:
        rows = await db.rows(
            "SELECT name FROM document WHERE dossier_id = $1::text::uuid AND kind = 'paper' AND removed_at IS NULL",
            dossier_id,
        )
    return [row["name"] for row in rows]


@pytest.fixture
async def counter(world: World) -> tuple[Door, str]:
    """A draft at the counter with one paper scanned, and its officer."""
    given = Given({"purpose": {"purpose": "Để thử"}}, {"proof": a_pdf()})
    draft = await world.make.draft(CODE, given)
    async with world.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET assisted_by = $2 WHERE id = $1", draft, world.officer_id)
    return await world.door("officer"), str(draft)


@pytest.mark.parametrize("kind", BAD)
async def test_the_counter_refuses_it_in_words_and_keeps_what_it_had(
    world: World, counter: tuple[Door, str], kind: str
) -> None:
    door, draft = counter
    name, data, words = BAD[kind]
    answer = await send(door, f"/desk/intake/{draft}", with_file("f-proof", name, data, **{"k-proof": "original"}))
    assert answer.status == 422
    assert words in answer.text
    assert await kept(world, draft) == ["giay-to.pdf"]


@pytest.mark.parametrize("kind", BAD)
async def test_a_scan_of_the_case_file_is_refused_in_words(world: World, kind: str) -> None:
    given = Given({"purpose": {"purpose": "Để thử"}}, {"proof": a_pdf()})
    door, dossier_id = await world.door("officer"), str(await world.make.submitted(CODE, given))
    before = await kept(world, dossier_id)
    name, data, words = BAD[kind]
    answer = await send(door, f"/desk/dossiers/{dossier_id}/papers/proof/files", with_file("file", name, data))
    assert answer.status in (303, 422)
    page = answer if answer.status == 422 else await door.knock("GET", answer.headers["location"].split("?")[0])
    assert words in page.text
    assert await kept(world, dossier_id) == before


@pytest.mark.parametrize("who", ["citizen", "officer"])
async def test_a_body_over_the_limit_is_refused_before_it_is_read(world: World, who: str, counter: tuple[Door, str]) -> None:
    paths = {"citizen": f"/dossiers/{world.known['dossier_id']}/papers/proof", "officer": f"/desk/intake/{counter[1]}"}
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield with_file("paper", "to.pdf", b"")[:-9]
        while read < 4 * LARGEST_BODY:
            read += 1 << 20
            yield bytes(1 << 20)

    told = {"content-type": "multipart/form-data; boundary=x"}
    door = await world.door(who)
    by_length = await door.knock("POST", paths[who], body=b"x", headers={**told, "content-length": str(LARGEST_BODY + 1)})
    by_count = await door.knock("POST", paths[who], body=endless(), headers=told)
    for answer in (by_length, by_count):
        assert answer.status == 413
        assert "Tệp này chưa được lưu" in answer.text
        assert "content-security-policy" in answer.headers
    assert read <= LARGEST_BODY + (2 << 20)


async def test_a_file_that_broke_off_on_the_way_is_not_taken(world: World, counter: tuple[Door, str]) -> None:
    citizen, dossier_id = await world.door("citizen"), world.known["dossier_id"]
    before = await kept(world, dossier_id)
    half = with_file("paper", "nua.pdf", a_pdf())[:300]
    answer = await send(citizen, f"/dossiers/{dossier_id}/papers/proof", half, broken_off=True)
    assert answer.status == 400
    officer, draft = counter
    assert (await send(officer, f"/desk/intake/{draft}", half, broken_off=True)).status == 400
    assert await kept(world, dossier_id) == before
    assert await kept(world, draft) == ["giay-to.pdf"]
