"""Lists are written straight from their rows; what they say is still what the document describes."""

import httpx
import pytest

from app.api.dossier_views import Dossiers
from app.api.shapes import Page
from app.api.steps import Worklist
from tests.api.conftest import AsCitizen, AsOfficer
from tests.api.test_commands import filled
from tests.factories import Make


@pytest.mark.parametrize(("path", "role", "shape"), [
    ("/steps", "reception", Worklist), ("/dossiers", "head", Dossiers),
])
async def test_a_list_is_what_its_model_would_write(
    citizen: AsCitizen, officer: AsOfficer, make: Make, path: str, role: str, shape: type[Page]
) -> None:
    applicant = await citizen(await make.citizen())
    handed_in = await applicant.post(f"/dossiers/{await filled(applicant)}/submit")
    assert handed_in.status_code == 200, handed_in.text
    desk, met = await officer(role), set[str]()
    following = path
    while following:
        answer = await desk.get(following)
        assert answer.headers["content-type"] == "application/json"
        assert answer.text == shape.model_validate_json(answer.content).model_dump_json()
        met |= {one["code"] for one in answer.json()["items"]}
        following = (answer.json()["next"] or "").removeprefix("/api/v1")
    assert handed_in.json()["code"] in met


async def test_a_citizen_reads_their_own_list_in_the_same_shape(citizen: AsCitizen, make: Make) -> None:
    applicant = await citizen(await make.citizen())
    dossier = await filled(applicant)
    answer = await applicant.get("/dossiers")
    assert answer.text == Dossiers.model_validate_json(answer.content).model_dump_json()
    assert [one["id"] for one in answer.json()["items"]] == [dossier]


@pytest.mark.parametrize("path", ["/steps?queue=whose", "/dossiers?state=lost", "/steps?procedure=" + "9" * 21])
async def test_a_list_says_which_parameter_is_wrong_to_those_who_may_come_in(
    officer: AsOfficer, stranger: httpx.AsyncClient, path: str
) -> None:
    assert (await stranger.get(path)).status_code == 401
    answer = await (await officer("reception")).get(path)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].split(".")[:2] == ["query", path.partition("?")[2].partition("=")[0]]
