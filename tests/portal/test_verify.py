"""A document is valid, changed, revoked or not ours; the register decides, byte for byte."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.kit import clock
from app.portal import verify
from app.results import service as results
from app.settings import Settings
from app.signatures.keyring import Keyring
from signing import TrustRoots
from tests.factories import COMMUNE, Make
from tests.houses import whole_house
from tests.portal.conftest import HOME, Browser
from tests.portal.situations import a_pdf, issued


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    verify.TRIES._tries.clear()


@pytest.fixture
async def anybody(make: Make, keys: Path) -> AsyncIterator[Browser]:
    """Somebody with a file; the office has the anchors of the development PKI (its signatures carry no time-stamp)."""
    trust = TrustRoots.from_pem((keys.parent / "root.pem").read_bytes())
    app = whole_house(Settings(demo=True, public_url=HOME), replace(make.tools, keyring=Keyring(keys, None, trust)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        yield Browser(client)


@pytest.fixture
async def result(make: Make) -> dict[str, object]:
    """An issued result: its row and its bytes."""
    dossier = await issued(make, await make.citizen())
    async with make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row("SELECT r.*, d.object_key FROM result r JOIN document d ON d.id = r.document_id"
                           " WHERE r.dossier_id = $1", dossier)
        assert row is not None
    return {**dict(row), "pdf": await make.tools.store.get(row["object_key"])}


async def judged(anybody: Browser, pdf: object, path: str = "/verify") -> str:
    answer = await anybody.post(path, files={"document": ("van-ban.pdf", pdf, "application/pdf")})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_very_file_is_ours(anybody: Browser, result: dict[str, object]) -> None:
    page = await judged(anybody, result["pdf"])
    assert "Đúng tệp cơ quan đã cấp" in page
    assert str(result["store_code"]) in page
    assert "Tạ Quang Nhẫn" not in page


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
async def test_one_changed_byte_is_never_valid(anybody: Browser, result: dict[str, object], place: float) -> None:
    pdf = bytearray(result["pdf"])  # type: ignore[call-overload]
    pdf[int(len(pdf) * place)] ^= 1
    for path in ("/verify", f"/verify/{result['verify_key']}"):
        page = await judged(anybody, bytes(pdf), path)
        assert "Văn bản thật" not in page
        assert "Đúng tệp" not in page
    assert "Tệp này đã bị thay đổi" in page


async def test_appended_bytes_are_a_change(anybody: Browser, result: dict[str, object]) -> None:
    page = await judged(anybody, bytes(result["pdf"]) + b"\n%%EOF\n")  # type: ignore[call-overload]
    assert "Tệp này đã bị thay đổi" in page


async def test_a_file_of_somebody_else_is_not_ours(anybody: Browser) -> None:
    page = await judged(anybody, a_pdf())
    assert "Không phải văn bản do chúng tôi cấp" in page
    nonsense = await judged(anybody, b"khong phai pdf")
    assert "Không phải văn bản do chúng tôi cấp" in nonsense


async def test_the_qr_and_the_store_code_open_what_the_register_says(anybody: Browser, result: dict[str, object]) -> None:
    for path in (f"/verify/{result['verify_key']}", f"/verify?code={str(result['store_code']).lower()}"):
        page = await anybody.shown(path)
        assert "đang có hiệu lực" in page
        assert str(result["number_text"]) in page
        assert "Tạ Quang Nhẫn" not in page
    assert (await anybody.get("/verify/khong-co-ma-nay")).status_code == 404
    assert (await anybody.get("/verify?code=H99.00-1-KQ1")).status_code == 404


async def test_a_revoked_result_stays_visible_as_revoked(anybody: Browser, make: Make, result: dict[str, object]) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await results.revoke(db, result["id"], why="Cấp sai thẩm quyền", at=clock.now())  # type: ignore[arg-type]
    for page in (await judged(anybody, result["pdf"]), await anybody.shown(f"/verify/{result['verify_key']}")):
        assert "Văn bản đã bị thu hồi" in page
        assert "Cấp sai thẩm quyền" in page


async def test_no_file_is_said_and_trying_is_limited(anybody: Browser) -> None:
    assert (await anybody.post("/verify")).status_code == 422
    answers = [(await anybody.get("/verify/nothing")).status_code for _ in range(40)]
    assert answers[-1] == 429


async def test_without_trust_anchors_the_register_still_answers(make: Make, result: dict[str, object], keys: Path) -> None:
    app = whole_house(Settings(demo=True, public_url=HOME), replace(make.tools, keyring=Keyring(keys)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        assert "Đúng tệp cơ quan đã cấp" in await judged(Browser(client), result["pdf"])
