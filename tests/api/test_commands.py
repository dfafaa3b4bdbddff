"""Commands over the API: once under a key, not over a change, only by whom they are for."""

import asyncio
import io
from datetime import timedelta
from uuid import UUID

import httpx
import pikepdf
import pytest

from app.kit import clock
from tests.api.conftest import AsCitizen, AsOfficer
from tests.factories import COMMUNE, Make

CODE = "9.000001"


def a_pdf() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


async def begun(client: httpx.AsyncClient) -> str:
    answer = await client.post("/dossiers", json={"procedure": CODE, "office_id": COMMUNE})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def filled(client: httpx.AsyncClient) -> str:
    """A draft with everything it needs."""
    dossier = await begun(client)
    saved = await client.put(f"/dossiers/{dossier}/answers/purpose", json={"values": {"purpose": "Để thử"}})
    assert saved.status_code == 200, saved.text
    sent = await client.post(f"/dossiers/{dossier}/papers/proof", files={"file": ("giay.pdf", a_pdf())})
    assert sent.status_code == 201, sent.text
    chosen = await client.put(f"/dossiers/{dossier}/return", json={"way": "online"})
    assert chosen.status_code == 200, chosen.text
    return dossier


async def is_as_it_stands(client: httpx.AsyncClient, answer: httpx.Response) -> None:
    """A command answers with what was written; whoever then reads the dossier reads the same."""
    assert answer.status_code == 200, answer.text
    read = await client.get(f"/dossiers/{answer.json()['id']}")
    assert (answer.json(), answer.headers["etag"]) == (read.json(), read.headers["etag"])


@pytest.fixture
async def applicant(make: Make, citizen: AsCitizen) -> httpx.AsyncClient:
    return await citizen(await make.citizen())


async def test_a_dossier_goes_from_draft_to_result_over_the_api(
    applicant: httpx.AsyncClient, officer: AsOfficer, make: Make, stranger: httpx.AsyncClient
) -> None:
    dossier = await filled(applicant)
    handed_in = await applicant.post(f"/dossiers/{dossier}/submit")
    await is_as_it_stands(applicant, handed_in)
    submitted = handed_in.json()
    assert (submitted["state"], submitted["national_code"]) == ("submitted", 1)
    for role, action in (("reception", "receive"), ("specialist", "draft"), ("leader", "sign"), ("clerk", "seal")):
        client = await officer(role)
        step = (await client.get(f"/dossiers/{submitted['code']}/steps")).json()["items"][0]
        if step["checklist"]:
            judged = await client.put(f"/dossiers/{dossier}/checklist", json={"verdicts": {"proof": {"verdict": "ok"}}})
            assert judged.status_code == 200, judged.text
        body = {"action": action, "previewed_sha256": step["preview_sha256"]}
        done = await client.post(f"/dossiers/{dossier}/steps/{step['task_no']}", json=body)
        await is_as_it_stands(client, done)
        await make.worked()
    result = (await applicant.get(f"/dossiers/{dossier}")).json()
    assert (result["state"], result["national_code"]) == ("returned", 10)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", UUID(dossier))
    issued = (await applicant.get(f"/dossiers/{dossier}/results")).json()["items"][0]
    paper = await applicant.get(issued["href"].removeprefix("/api/v1"))
    assert paper.content.startswith(b"%PDF-")
    assert (await stranger.get(f"/verify/{issued['verify_key']}")).json()["verdict"] == "registered"
    assert (await stranger.post("/verify", files={"file": ("kq.pdf", paper.content)})).json()["verdict"] == "valid"


async def test_a_key_used_twice_has_one_effect_and_one_answer(applicant: httpx.AsyncClient) -> None:
    body, key = {"procedure": CODE, "office_id": COMMUNE}, {"idempotency-key": "mot-lan"}
    first = await applicant.post("/dossiers", json=body, headers=key)
    again = await applicant.post("/dossiers", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert len((await applicant.get("/dossiers")).json()["items"]) == 1


async def test_a_key_used_at_the_same_time_has_one_effect(applicant: httpx.AsyncClient) -> None:
    body, key = {"procedure": CODE, "office_id": COMMUNE}, {"idempotency-key": "cung-luc"}
    answers = await asyncio.gather(*(applicant.post("/dossiers", json=body, headers=key) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await applicant.get("/dossiers")).json()["items"]) == 1


async def test_a_key_used_for_something_else_is_refused(applicant: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "khac"}
    await applicant.post("/dossiers", json={"procedure": CODE, "office_id": COMMUNE}, headers=key)
    other = await applicant.post("/dossiers", json={"procedure": "1.004873", "office_id": COMMUNE}, headers=key)
    assert (other.status_code, other.json()["title"]) == (422, "KeyUsedOtherwise")


async def test_the_same_key_of_two_people_is_two_keys(make: Make, citizen: AsCitizen) -> None:
    body, key = {"procedure": CODE, "office_id": COMMUNE}, {"idempotency-key": "chung"}
    one, two = await citizen(await make.citizen()), await citizen(await make.citizen())
    first, second = await one.post("/dossiers", json=body, headers=key), await two.post("/dossiers", json=body, headers=key)
    assert first.json()["id"] != second.json()["id"]


async def test_a_refused_command_may_be_mended_under_its_key(applicant: httpx.AsyncClient) -> None:
    key, dossier = {"idempotency-key": "sua"}, await begun(applicant)
    refused = await applicant.post(f"/dossiers/{dossier}/submit", headers=key)
    assert refused.status_code == 422
    await applicant.put(f"/dossiers/{dossier}/answers/purpose", json={"values": {"purpose": "Để thử"}})
    await applicant.post(f"/dossiers/{dossier}/papers/proof", files={"file": ("giay.pdf", a_pdf())})
    await applicant.put(f"/dossiers/{dossier}/return", json={"way": "online"})
    assert (await applicant.post(f"/dossiers/{dossier}/submit", headers=key)).status_code == 200


async def test_nothing_is_written_over_a_change_that_was_not_seen(applicant: httpx.AsyncClient) -> None:
    dossier = await filled(applicant)
    seen = (await applicant.get(f"/dossiers/{dossier}")).headers["etag"]
    await applicant.put(f"/dossiers/{dossier}/return", json={"way": "counter"})
    late = await applicant.put(f"/dossiers/{dossier}/return", json={"way": "online"}, headers={"if-match": seen})
    assert late.status_code == 412
    assert (await applicant.get(f"/dossiers/{dossier}")).json()["return_way"] == "counter"


async def test_an_etag_just_read_is_good_for_a_change(applicant: httpx.AsyncClient) -> None:
    dossier = await filled(applicant)
    seen = (await applicant.get(f"/dossiers/{dossier}")).headers["etag"]
    changed = await applicant.put(f"/dossiers/{dossier}/return", json={"way": "counter"}, headers={"if-match": seen})
    assert changed.status_code == 200
    assert changed.headers["etag"] != seen


async def test_a_page_with_a_mistake_says_which_field(applicant: httpx.AsyncClient) -> None:
    dossier = await begun(applicant)
    answer = await applicant.put(f"/dossiers/{dossier}/answers/purpose", json={"values": {"purpose": ""}})
    assert answer.status_code == 422
    assert "purpose" in answer.json()["errors"]


async def test_a_step_done_twice_is_told_to_the_second(
    applicant: httpx.AsyncClient, officer: AsOfficer
) -> None:
    dossier = await filled(applicant)
    await applicant.post(f"/dossiers/{dossier}/submit")
    client = await officer("reception")
    step = (await client.get(f"/dossiers/{dossier}/steps")).json()["items"][0]
    body = {"action": "refuse", "reason": "Không thuộc thẩm quyền"}
    address = f"/dossiers/{dossier}/steps/{step['task_no']}"
    await is_as_it_stands(client, await client.post(address, json=body))
    assert (await client.post(address, json=body)).status_code == 409


async def test_the_counter_files_for_a_person_whose_birth_is_known_by_year(officer: AsOfficer) -> None:
    client = await officer("reception")
    person = {"name": "Đinh Thị Mẫu Năm", "personal_number": "000141777002", "birth": {"year": 1941}}
    answer = await client.post("/counter/dossiers", json={
        "procedure": CODE, "citizen": person, "consent": {"how": "spoken"},
    })
    assert answer.status_code == 201, answer.text
    assert (answer.json()["assisted"], answer.json()["channel"]) == (True, "counter")


@pytest.mark.parametrize(("handed", "status"), [
    (None, 422), (timedelta(minutes=-5), 422), (timedelta(days=31), 422), (timedelta(hours=2), 201),
])
async def test_what_came_by_post_says_when_the_post_handed_it_over(
    officer: AsOfficer, handed: timedelta | None, status: int
) -> None:
    client = await officer("reception")
    answer = await client.post("/counter/dossiers", json={
        "procedure": CODE, "channel": "post", "consent": {"how": "written"},
        "citizen": {"name": "Đinh Thị Mẫu Năm", "personal_number": "000141777003"},
        "handed_at": (clock.now() - handed).isoformat() if handed is not None else None,
    })
    assert answer.status_code == status, answer.text


async def test_money_over_the_counter_pays_what_is_owed(applicant: httpx.AsyncClient, officer: AsOfficer) -> None:
    dossier = await filled(applicant)
    await applicant.post(f"/dossiers/{dossier}/submit")
    client = await officer("reception")
    before = (await client.get(f"/dossiers/{dossier}/fees")).json()
    paid = await client.post(f"/dossiers/{dossier}/payments", json={"method": "counter"})
    assert (before["owed"], paid.json()["money"]["owed"], paid.json()["money"]["paid"]) == (15000, 0, 15000)
    assert len(paid.json()["money"]["receipts"]) == 1


async def test_people_write_to_each_other(applicant: httpx.AsyncClient, officer: AsOfficer) -> None:
    dossier = await filled(applicant)
    await applicant.post(f"/dossiers/{dossier}/submit")
    client = await officer("specialist")
    assert (await applicant.post(f"/dossiers/{dossier}/messages", json={"body": "Xin hỏi"})).status_code == 201
    assert (await client.post(f"/dossiers/{dossier}/messages", json={"body": "Xin đáp"})).status_code == 201
    thread = (await applicant.get(f"/dossiers/{dossier}/messages")).json()["items"]
    assert [one["author_kind"] for one in thread] == ["citizen", "officer"]


async def test_a_received_dossier_explains_its_term(make: Make, officer: AsOfficer) -> None:
    from tests.dossiers.test_life import received

    dossier = await received(make)
    told = (await (await officer("head")).get(f"/dossiers/{dossier}/deadline")).json()
    assert told["spans"][0]["start"] == told["received_at"]
    assert told["current_due"].endswith("+07:00")
    assert told["lines"][0]["kind"] == "start"
    assert told["lines"][0]["who"]
    assert told["differences"] == []
    assert told["shares"]
