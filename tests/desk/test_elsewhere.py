"""Handed in at one commune for another: one code, the other's dossier, its clock, and no look into its desk."""

from datetime import datetime
from uuid import UUID

import httpx
import pytest

from app.deadlines import service as deadlines
from app.kit import clock
from app.kit.clock import LOCAL
from tests.desk.conftest import Desk, SignIn
from tests.desk.test_intake import PROOF, WHOLE, card
from tests.dossiers.situations import CODE, received
from tests.factories import COMMUNE, NEIGHBOUR, Make

COPIES = "2.000815"
TAN_MAI = "Xã Tân Mai"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def begun(desk: Desk, code: str = CODE, **more: str) -> httpx.Response:
    """At the neighbour's counter: a person is scanned, and a form opened for the commune of these tests."""
    await desk.get("/desk/intake")
    assert (await desk.post("/desk/intake", scan=card())).status_code == 303
    return await desk.post(
        "/desk/intake", do="start", procedure=code, consent="printed", phone="0912000111",
        **{"office": str(COMMUNE), **more},
    )


async def drafted(desk: Desk) -> UUID:
    started = await begun(desk)
    assert started.status_code == 303, started.text
    return UUID(started.headers["location"].rsplit("/", 1)[1])


async def handed_in(desk: Desk) -> UUID:
    dossier_id = await drafted(desk)
    await desk.get(f"/desk/intake/{dossier_id}")
    sent = await desk.post(f"/desk/intake/{dossier_id}", files=PROOF, do="receive", **WHOLE)
    assert sent.status_code == 303, sent.text
    return dossier_id


async def test_it_is_the_competent_offices_with_one_code_and_no_term_runs_yet(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception", office="phuluong")
    with clock.at(local("2026-11-11T15:20")):
        dossier_id = await handed_in(desk)
        done = await desk.get(f"/desk/intake/{dossier_id}/done")
        slip = await desk.get(f"/desk/intake/{dossier_id}/receipt.pdf")
    case = await make.case(dossier_id)
    assert (case.office_id, case.support_office_id) == (COMMUNE, NEIGHBOUR)
    assert case.code is not None
    assert case.code in done.text
    assert "Chưa hẹn ngày trả" in done.text
    assert slip.content.startswith(b"%PDF-")
    assert (case.received_at, case.due_at) == (None, None)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await deadlines.due(db, dossier_id) is None
        due = await db.value("SELECT due_at FROM step WHERE dossier_id = $1 AND name = 'check_papers'", dossier_id)
    assert due == local("2026-11-12T07:00")  # after 15:00: the start of the next working day (R4)


async def test_the_term_begins_when_the_competent_office_receives_it(at_desk: SignIn, make: Make) -> None:
    with clock.at(local("2026-11-11T09:00")):
        dossier_id = await handed_in(await at_desk("reception", office="phuluong"))
    with clock.at(local("2026-11-12T08:00")):
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    case = await make.case(dossier_id)
    assert case.received_at == local("2026-11-12T08:00")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        (line,) = await deadlines.lines_of(db, dossier_id)
    assert line.fact.cause == "received_here"
    assert "Nghị định 309/2026/NĐ-CP, Điều 17 khoản 3" in line.source


async def test_the_competent_office_reads_where_it_was_handed_in(at_desk: SignIn) -> None:
    dossier_id = await handed_in(await at_desk("reception", office="phuluong"))
    page = await (await at_desk("reception")).get(f"/desk/dossiers/{dossier_id}")
    assert "Nộp tại" in page.text
    assert "Xã Phú Lương" in page.text


async def test_the_helping_office_sees_what_it_handed_in_and_nothing_else(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception", office="phuluong")
    dossier_id, other = await handed_in(desk), await received(make)
    listed = await desk.get("/desk/intake/elsewhere")
    case, hidden = await make.case(dossier_id), await make.case(other)
    assert case.display_code in listed.text
    assert hidden.display_code not in listed.text
    assert (await desk.get(f"/desk/dossiers/{dossier_id}")).status_code == 404
    assert (await desk.get(f"/desk/intake/{other}")).status_code == 404
    assert case.display_code not in (await desk.get("/desk?queue=drafts")).text
    async with make.database.transaction(offices=[NEIGHBOUR]) as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id) == 0
    async with make.database.transaction(offices=[NEIGHBOUR], presents="handed_in") as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE id = $1", other) == 0
        assert await db.value("SELECT count(*) FROM journal_line WHERE dossier_id = $1", dossier_id) == 0
        assert await db.run("UPDATE dossier SET title = 'x' WHERE id = $1", dossier_id) == 0


async def test_the_draft_is_the_helping_offices_to_finish(at_desk: SignIn) -> None:
    dossier_id = await drafted(await at_desk("reception", office="phuluong"))
    assert (await (await at_desk("reception")).get(f"/desk/intake/{dossier_id}")).status_code == 404
    page = await (await at_desk("reception", office="phuluong")).get(f"/desk/intake/{dossier_id}")
    assert f"Tiếp nhận giúp {TAN_MAI}" in page.text


@pytest.mark.parametrize(("more", "said"), [
    ({"code": COPIES}, "chỉ nộp tại cơ quan có thẩm quyền"), ({"office": "999"}, "Hãy chọn cơ quan giải quyết"),
    ({"office": "1"}, "Hãy chọn cơ quan giải quyết"),
])
async def test_what_is_not_on_the_list_is_not_taken_in_for_another(at_desk: SignIn, more: dict[str, str], said: str) -> None:
    refused = await begun(await at_desk("reception", office="phuluong"), **more)
    assert refused.status_code == 422
    assert said in refused.text


async def test_it_counts_once_in_the_competent_office_only(at_desk: SignIn, make: Make) -> None:
    async with make.database.transaction(offices=[COMMUNE, NEIGHBOUR]) as db:
        before = dict(await db.rows("SELECT office_id, count(*) FROM dossier GROUP BY 1"))
    await handed_in(await at_desk("reception", office="phuluong"))
    async with make.database.transaction(offices=[COMMUNE, NEIGHBOUR]) as db:
        after = dict(await db.rows("SELECT office_id, count(*) FROM dossier GROUP BY 1"))
    assert after == {**before, COMMUNE: before.get(COMMUNE, 0) + 1}
