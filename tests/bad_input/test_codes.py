"""Wrong, absent and foreign codes: one answer for what is not there and for what is somebody else's."""

import re
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from tests.bad_input.conftest import World
from tests.outages.office import Answer, door_of

WRONG = (
    "H99.08.22-261111-9999",
    "H01.08.22-261111-0001",
    "000.00.18.H26-261111-0001",
    "không phải mã",
    "H99",
    "9" * 60,
    "😀",
)


def bare(answer: Answer, *said: str) -> str:
    """A page without its trace, its token and what was typed."""
    text = answer.text
    for one in said:
        text = text.replace(one, "")
    return re.sub(r'value="[^"]*"', "", text)


async def test_tracking_says_the_same_of_a_wrong_a_foreign_and_an_absent_code(world: World) -> None:
    door = await world.door("nobody")
    right = world.known["dossier_code"]
    answers = {code: await door.form("/track", code=code, digits="0000") for code in (*WRONG[:-1], right)}
    assert {answer.status for answer in answers.values()} == {422}
    sentences = {bare(answer, code, code.upper()) for code, answer in answers.items()}
    assert all("Không mở được hồ sơ với mã và 4 số này" in answer.text for answer in answers.values())
    assert len({len(one) // 200 for one in sentences}) == 1


@pytest.mark.parametrize("code", WRONG)
async def test_verifying_an_unknown_code_says_that_it_is_not_ours(world: World, code: str) -> None:
    door = await world.door("nobody")
    by_key = await door.knock("GET", f"/verify/{quote(code)}")
    by_code = await door.knock("GET", "/verify", query=f"code={quote(code)}")
    assert (by_key.status, by_code.status) == (404, 404)
    assert "govuk-heading" in by_key.text


@pytest.mark.parametrize("code", [one for one in WRONG if one != "H99"])
async def test_searching_for_what_is_not_there_finds_nothing_and_says_so(world: World, code: str) -> None:
    door = await world.door("officer")
    answer = await door.knock("GET", "/desk/search", query=urlencode({"words": code, "q": code}))
    assert answer.status == 200
    assert "/desk/dossiers/" not in answer.text


async def test_a_neighbours_dossier_and_one_that_never_was_get_the_same_answer(world: World) -> None:
    neighbour = await world.make.officer("reception", "phuluong")
    desk, citizen = await door_of(world.app, world.database, officer=neighbour.id), await world.door("citizen")
    somebody_elses, never = world.known["submitted"], str(uuid4())
    for door, place in ((citizen, "/dossiers"), (desk, "/desk/dossiers"), (desk, "/desk/intake")):
        foreign, absent = (
            await door.knock("GET", f"{place}/{somebody_elses}"),
            await door.knock("GET", f"{place}/{never}"),
        )
        assert (foreign.status, absent.status) == (404, 404)
        assert "Không mở được hồ sơ này" in foreign.text
        assert bare(foreign, somebody_elses, foreign.headers["x-request-id"]) == bare(
            absent, never, absent.headers["x-request-id"]
        )


@pytest.mark.parametrize(
    "scan",
    [
        "", "   ", "không phải thẻ", "|||||||", "000199004821|123456789|Tạ Quang Nhẫn|99999999|Nam|Xã|01012020",
        "000199004821||Tạ Quang Nhẫn||||", "1|2", "x" * 5000, "\x00|\x00", "000199004821|" * 60, "H99.08.22-261111-9999",
    ],
)  # fmt: skip
async def test_an_absurd_scan_at_the_counter_is_told_so(world: World, scan: str) -> None:
    door = await world.door("officer")
    answer = await door.form("/desk/intake", scan=scan, by="scan")
    assert answer.status in (200, 303, 404, 422)
    if answer.status != 303:
        assert "govuk" in answer.text
