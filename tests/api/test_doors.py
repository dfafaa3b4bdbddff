"""Who gets in where, and what strangers learn: nothing."""

import httpx
import pytest

from tests.api.conftest import AsCitizen, AsOfficer
from tests.api.test_commands import begun, filled
from tests.factories import Make


async def test_a_stranger_gets_problem_json(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/dossiers")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "SignInNeeded"


async def test_a_wrong_password_opens_nothing(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/session", json={"login": "reception@tanmai", "password": "sai"})
    assert (answer.status_code, answer.json()["title"]) == (422, "SignInRefused")


async def test_a_token_that_signed_out_is_good_for_nothing(officer: AsOfficer) -> None:
    client = await officer("reception")
    assert (await client.delete("/session")).status_code == 204
    assert (await client.get("/session")).status_code == 401


async def test_another_citizens_dossier_is_not_there(make: Make, citizen: AsCitizen) -> None:
    dossier = await begun(await citizen(await make.citizen()))
    other = await citizen(await make.citizen())
    assert (await other.get(f"/dossiers/{dossier}")).status_code == 404


async def test_a_citizens_draft_is_not_there_for_the_office(make: Make, citizen: AsCitizen, officer: AsOfficer) -> None:
    dossier = await begun(await citizen(await make.citizen()))
    client = await officer("reception")
    assert (await client.get(f"/dossiers/{dossier}")).status_code == 404
    listed = (await client.get("/dossiers", params={"state": "draft"})).json()["items"]
    assert dossier not in {one["id"] for one in listed}


async def test_another_communes_dossier_is_not_there(make: Make, citizen: AsCitizen, officer: AsOfficer) -> None:
    applicant = await citizen(await make.citizen())
    dossier = await filled(applicant)
    code = (await applicant.post(f"/dossiers/{dossier}/submit")).json()["code"]
    neighbour = await officer("reception", "phuluong")
    for ref in (dossier, code):
        for path in ("", "/papers", "/journal", "/checklist", "/steps", "/results", "/fees", "/messages", "/answers"):
            assert (await neighbour.get(f"/dossiers/{ref}{path}")).status_code == 404, path


async def test_an_applicant_never_reads_the_journal(make: Make, citizen: AsCitizen) -> None:
    applicant = await citizen(await make.citizen())
    dossier = await begun(applicant)
    assert (await applicant.get(f"/dossiers/{dossier}/journal")).status_code == 401


async def test_tracking_says_the_same_of_wrong_and_of_absent(
    make: Make, citizen: AsCitizen, stranger: httpx.AsyncClient
) -> None:
    person = await make.citizen()
    applicant = await citizen(person)
    dossier = await filled(applicant)
    code = (await applicant.post(f"/dossiers/{dossier}/submit")).json()["code"]
    right = await stranger.post("/tracking", json={"code": code, "digits": (person.personal_number or "")[-4:]})
    wrong = await stranger.post("/tracking", json={"code": code, "digits": "9999"})
    absent = await stranger.post("/tracking", json={"code": "H99.08.22-200101-0001", "digits": "9999"})
    assert (right.json()["state"], "name" in right.text) == ("submitted", False)
    assert (wrong.status_code, wrong.json()["detail"]) == (absent.status_code, absent.json()["detail"])


@pytest.mark.parametrize("body", [
    {"procedure": "9.000001", "office_id": 2, "extra": 1}, {"procedure": "9.000001"}, {"procedure": "\x00", "office_id": 2},
    {"procedure": "9.000001", "office_id": 10**30}, [], "text", None,
])
async def test_a_body_of_another_shape_is_refused(make: Make, citizen: AsCitizen, body: object) -> None:
    client = await citizen(await make.citizen())
    answer = await client.post("/dossiers", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_pages_follow_each_other_without_gap_or_repeat(officer: AsOfficer) -> None:
    client = await officer("reception")
    seen: list[str] = []
    address: str | None = "/api/v1/dossiers"
    while address:
        page = (await client.get(f"http://motcua.test{address}")).json()
        seen += [one["id"] for one in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIxIiwiMiJd", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwiMSJd"])
async def test_a_cursor_that_is_not_ours_is_refused(officer: AsOfficer, cursor: str) -> None:
    client = await officer("reception")
    assert (await client.get("/dossiers", params={"after": cursor})).status_code == 422


async def test_a_cookie_without_the_sessions_secret_changes_nothing(
    make: Make, citizen: AsCitizen, stranger: httpx.AsyncClient
) -> None:
    known = await citizen(await make.citizen())
    word = known.headers["authorization"].removeprefix("Bearer ")
    body, cookie = {"procedure": "9.000001", "office_id": 2}, {"cookie": f"motcua={word}"}
    assert (await stranger.post("/dossiers", json=body, headers=cookie)).status_code == 403
    secret = (await stranger.get("/session", headers=cookie)).json()["csrf_token"]
    allowed = await stranger.post("/dossiers", json=body, headers={**cookie, "x-csrf-token": secret})
    assert allowed.status_code == 201
