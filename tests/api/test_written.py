"""Commands that are answered without models and checked without FastAPI's machinery say what they always said."""

from typing import Any

import pytest

from app.api.dossier_views import DossierView
from tests.api.conftest import AsCitizen, AsOfficer
from tests.api.test_commands import filled
from tests.factories import Make


async def handed_in(citizen: AsCitizen, make: Make) -> dict[str, Any]:
    applicant = await citizen(await make.citizen())
    answer = await applicant.post(f"/dossiers/{await filled(applicant)}/submit")
    assert answer.status_code == 200, answer.text
    assert answer.text == DossierView.model_validate_json(answer.content).model_dump_json()
    read = await applicant.get(f"/dossiers/{answer.json()['id']}")
    assert (read.text, read.headers["etag"]) == (answer.text, answer.headers["etag"])
    told: dict[str, Any] = answer.json()
    return told


async def test_what_a_command_answers_is_what_its_model_would_write(
    citizen: AsCitizen, officer: AsOfficer, make: Make
) -> None:
    told = await handed_in(citizen, make)
    await make.judged(told["id"])
    desk = await officer("reception")
    answer = await desk.post(f"/dossiers/{told['id']}/steps/{told['steps'][0]['task_no']}", json={"action": "receive"})
    assert answer.status_code == 200, answer.text
    assert answer.text == DossierView.model_validate_json(answer.content).model_dump_json()
    read = await desk.get(f"/dossiers/{told['id']}")
    assert (read.text, read.headers["etag"]) == (answer.text, answer.headers["etag"])


@pytest.mark.parametrize(("place", "sent", "status", "where"), [
    ("1", {"json": {"action": "receive", "why": "?"}}, 422, "body.why"),
    ("1", {"json": {}}, 422, "body.action"),
    ("1", {"content": b""}, 422, "body"),
    ("1", {"content": b'{"action":', "headers": {"content-type": "application/json"}}, 422, "body.10"),
    ("1", {"content": b'{"action": "receive"}', "headers": {"content-type": "text/plain"}}, 422, "body"),
    ("1", {"json": {"action": "receive"}, "headers": {"if-match": "x" * 61}}, 422, "header.If-Match"),
    ("first", {"json": {"action": "receive"}}, 404, "path.task_no"),
    ("-1", {"json": {"action": "receive"}}, 404, "path.task_no"),
])
async def test_a_command_says_which_part_of_it_is_wrong(
    officer: AsOfficer, place: str, sent: dict[str, Any], status: int, where: str
) -> None:
    answer = await (await officer("reception")).post(f"/dossiers/H99.08.22-261109-0042/steps/{place}", **sent)
    assert answer.status_code == status, answer.text
    assert [one["where"] for one in answer.json()["errors"]] == [where]


async def test_json_by_another_name_is_json(officer: AsOfficer) -> None:
    desk = await officer("reception")
    for kind in ("application/json; charset=utf-8", "application/problem+json"):
        answer = await desk.post(
            "/dossiers/H99.08.22-261109-0042/steps/1", content=b'{"action": "receive"}', headers={"content-type": kind}
        )
        assert (answer.status_code, answer.json()["title"]) == (404, "DossierNotFound")


async def test_bytes_that_are_no_text_are_refused(officer: AsOfficer) -> None:
    desk, json = await officer("reception"), {"content-type": "application/json"}
    answer = await desk.post("/dossiers/H99.08.22-261109-0042/steps/1", content=b'{"action": "\xff"}', headers=json)
    assert answer.status_code == 400


async def test_a_key_keeps_an_answer_that_was_written_straight(
    citizen: AsCitizen, officer: AsOfficer, make: Make
) -> None:
    told = await handed_in(citizen, make)
    await make.judged(told["id"])
    desk = await officer("reception")
    path, keyed = f"/dossiers/{told['id']}/steps/{told['steps'][0]['task_no']}", {"idempotency-key": "one"}
    first = await desk.post(path, json={"action": "receive"}, headers=keyed)
    again = await desk.post(path, json={"action": "receive"}, headers=keyed)
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (200, first.json(), "true")
