"""Anybody may ask when an answer is due; the answer is what the command says."""

import json
from itertools import pairwise

import httpx
import pytest
from typer.testing import CliRunner

from app.api import deadline
from app.citizens.models import Citizen
from app.cli import app
from tests.api.conftest import AsCitizen
from tests.dossiers.situations import received
from tests.factories import Make


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    deadline.ASKING._tries.clear()


@pytest.mark.parametrize(("received", "term", "reading", "due"), [
    ("2026-06-05T10:00", "3 working-days", "days", "2026-06-10T17:00:00+07:00"),
    ("2026-06-05T10:00", "3 working-days", "hours", "2026-06-10T10:00:00+07:00"),
    ("2026-02-13T16:50", "3 working-days", "days", "2026-02-25T17:00:00+07:00"),
    ("2026-06-05T03:00:00Z", "3 working-days", "days", "2026-06-10T17:00:00+07:00"),
    ("2026-06-04T15:20", "same-day", "days", "2026-06-05T17:00:00+07:00"),
])
async def test_a_due_moment_is_told_to_anybody(
    stranger: httpx.AsyncClient, received: str, term: str, reading: str, due: str
) -> None:
    answer = await stranger.get("/deadline", params={"received": received, "term": term, "reading": reading})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["due"] == due
    assert (told["spans"][0]["start"], told["spans"][-1]["end"]) == (told["received"], due)
    assert all(one["end"] == two["start"] for one, two in pairwise(told["spans"]))


async def test_the_command_says_the_same(stranger: httpx.AsyncClient) -> None:
    told = (await stranger.get("/deadline", params={"received": "2026-02-13T16:50", "term": "12 working-hours"})).json()
    words = ["deadline", "--received", "2026-02-13T16:50", "--term", "12 working-hours", "--json"]
    command = json.loads(CliRunner().invoke(app, words).stdout)
    assert told["due"] == command["due"]
    names = ("start", "end", "counted", "minutes", "days", "rule", "why", "source")
    assert [[one[name] for name in names] for one in told["spans"]] == [
        [one[name] for name in names] for one in command["spans"]
    ]


async def test_an_unescaped_offset_is_meant_as_one(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/deadline?received=2026-06-05T10:00+07:00&term=3+working-days")
    assert answer.json()["due"] == "2026-06-10T17:00:00+07:00"


async def test_an_office_is_counted_by_its_own_calendar(stranger: httpx.AsyncClient) -> None:
    asked = {"received": "2026-06-05T10:00", "term": "3 working-days"}
    assert (await stranger.get("/deadline", params={**asked, "office": "H99.08.22"})).status_code == 200
    assert (await stranger.get("/deadline", params={**asked, "office": "H00.00"})).status_code == 404


@pytest.mark.parametrize("wrong", [
    {"term": "3"}, {"term": "3 moons"}, {"term": "-1 working-days"}, {"term": ""}, {"reading": "moons"},
    {"received": "yesterday"}, {"received": "2026-06-05"}, {"received": "1999-01-01T10:00"}, {"received": ""},
    {"received": "0001-01-01T00:00+14:00"}, {"received": "9999-12-31T23:59"}, {"cutoff": "25:00"}, {"cutoff": "15:00:01"},
    {"term": "9" * 50 + " working-days"},
])
async def test_bad_questions_are_refused_with_words(stranger: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    answer = await stranger.get("/deadline", params={"received": "2026-06-05T10:00", "term": "3 working-days", **wrong})
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["detail"] or told["errors"]


async def test_who_asks_too_often_waits(stranger: httpx.AsyncClient) -> None:
    asked = {"received": "2026-06-05T10:00", "term": "3 working-days"}
    for _ in range(60):
        assert (await stranger.get("/deadline", params=asked)).status_code == 200
    assert (await stranger.get("/deadline", params=asked)).status_code == 422


async def test_it_is_described(stranger: httpx.AsyncClient) -> None:
    document = (await stranger.get("/openapi.json")).json()
    operation = document["paths"]["/api/v1/deadline"]["get"]
    assert {one["name"] for one in operation["parameters"]} == {"received", "term", "reading", "office", "cutoff"}
    assert not operation.get("security")


async def test_the_applicant_is_told_roles_and_no_names(make: Make, citizen: AsCitizen) -> None:
    dossier = await received(make)
    case, officer = await make.case(dossier), await make.officer("reception")
    async with make.database.transaction(citizen=case.applicant_id) as db:
        person = await db.get(Citizen, case.applicant_id)
    assert person is not None
    told = await (await citizen(person)).get(f"/dossiers/{dossier}/deadline")
    assert told.status_code == 200, told.text
    assert told.json()["lines"][0]["who"] == "Cán bộ tiếp nhận, Xã Tân Mai"
    assert officer.name not in told.text
