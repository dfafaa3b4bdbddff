"""A form from another site, without its token, or of a session that is over changes nothing and is told so."""

import pytest

from app.sessions import service as sessions
from tests.bad_input.conftest import World
from tests.bad_input.every_route import Way, ways
from tests.outages.office import Door

OPEN = ("/sign-in/", "/hooks/", "/api/")  # not our forms: a provider's way back, machines with keys of their own


def every_form(world: World) -> list[Way]:
    return [way for way in ways(world.app) if way.method != "GET" and not way.path.startswith(OPEN)]


async def door_for(world: World, way: Way) -> Door:
    return await world.door("citizen" if way.who == "public" else way.who)


@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "https://xau.example"}, {"origin": "null"}, {"origin": "http://["}, {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"}, {"origin": "http://motcua.test.xau.example"}, {"origin": "http://motcua.test:81"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_form_from_elsewhere_is_refused_on_every_route(world: World, foreign: dict[str, str]) -> None:
    for way in every_form(world):
        door = await door_for(world, way)
        answer = await door.knock("POST", way.filled(world.known), body=b"a=1", headers={
            "content-type": "application/x-www-form-urlencoded", **foreign,
        })  # fmt: skip
        assert answer.status == 403, way
        assert "Trang này đã mở quá lâu hoặc mở từ nơi khác" in answer.text, way


@pytest.mark.parametrize("token", ["", "wrong", "\xff"])
async def test_a_form_without_its_token_is_refused_on_every_route(world: World, token: str) -> None:
    for way in every_form(world):
        door = await door_for(world, way)
        door.token = ""
        body = f"csrf_token={token}".encode() if token else b"a=1"
        answer = await door.knock("POST", way.filled(world.known), body=body, headers={
            "content-type": "application/x-www-form-urlencoded", "x-csrf-token": "",
        })  # fmt: skip
        assert answer.status == 403, way
        assert "Hãy tải lại trang rồi gửi lại" in answer.text, way


async def test_a_form_of_a_session_that_was_left_does_nothing(world: World) -> None:
    door, dossier_id = await world.door("citizen"), world.known["dossier_id"]
    page, token = f"/dossiers/{dossier_id}/answer/purpose", door.token
    assert (await door.form("/sign-out")).status == 303
    replayed = await door.form(page, purpose="phát lại")
    assert replayed.headers["location"].startswith("/sign-in")
    door = await world.door("citizen")
    door.token = token  # the old page's token in a new session
    refused = await door.form(page, purpose="phát lại")
    assert refused.status == 403
    assert "Hãy tải lại trang rồi gửi lại" in refused.text
    assert "phát lại" not in (await door.knock("GET", page)).text


async def test_a_session_left_at_the_desk_is_over_for_every_word_of_it(world: World) -> None:
    door = await world.door("officer")
    assert (await door.form("/desk/sign-out")).status == 303
    async with world.database.transaction() as db:
        assert await sessions.find(db, door.word) is None
    assert (await door.knock("GET", "/desk")).headers["location"].startswith("/desk/sign-in")
