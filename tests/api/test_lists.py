"""Lists are written straight from their rows; what they say is still what the document describes."""

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
    answer = await (await officer(role)).get(path)
    assert answer.headers["content-type"] == "application/json"
    read = shape.model_validate_json(answer.content)
    assert answer.text == read.model_dump_json()
    assert handed_in.json()["code"] in {one["code"] for one in answer.json()["items"]}
