"""A session ends while somebody types: what was typed is there again after signing in, and nothing was done meanwhile."""

import re
from urllib.parse import parse_qs, urlsplit

from app.sessions import service as sessions
from tests.bad_input.conftest import World
from tests.dossiers.situations import CODE, given
from tests.factories import OFFICES, PASSWORD, Make
from tests.outages.office import Answer, Door


async def end(world: World, door: Door) -> None:
    """The session is over, on the server; the browser does not know."""
    async with world.database.transaction() as db:
        found = await sessions.find(db, door.word)
        assert found is not None
        await sessions.close(db, found)


def moved_on(door: Door, answer: Answer) -> str:
    """The address a redirect leads to; the new cookie is kept."""
    assert answer.status == 303, answer.text
    if cookie := re.search(r"motcua=([^;]+)", answer.headers.get("set-cookie", "")):
        door.word = cookie[1]
    return answer.headers["location"]


async def signed_in_again(world: World, door: Door, sign_in: str) -> Answer:
    """Through the desk's sign-in and on to where it leads."""
    page = await door.knock("GET", urlsplit(sign_in).path, query=urlsplit(sign_in).query)
    token = re.search(r'name="csrf_token" value="([^"]*)"', page.text)
    door.token = token[1] if token else ""
    there = parse_qs(urlsplit(sign_in).query)["next"][0]
    entered = await door.form("/desk/sign-in", login="moi-viec@tanmai", password=PASSWORD, next=there)
    assert moved_on(door, entered) == there
    return await door.knock("GET", there)


async def step_of(world: World, make: Make) -> tuple[str, str]:
    dossier_id = await make.submitted(CODE, given())
    async with world.database.transaction(offices=OFFICES) as db:
        task_no = await db.value("SELECT task_no FROM step WHERE dossier_id = $1", dossier_id)
    return f"/desk/steps/{dossier_id}/{task_no}/act/refuse", str(dossier_id)


async def test_an_officers_reason_is_there_again(world: World) -> None:
    door = await world.door("officer")
    path, dossier_id = await step_of(world, world.make)
    await end(world, door)
    refused = await door.form(path, reason="Không thuộc thẩm quyền của xã Tân Mai")
    page = await signed_in_again(world, door, moved_on(door, refused))
    assert "Không thuộc thẩm quyền của xã Tân Mai" in page.text
    async with world.database.transaction(offices=OFFICES) as db:
        assert await db.value("SELECT state FROM dossier WHERE id = $1::text::uuid", dossier_id) == "submitted"


async def test_an_officers_message_is_there_again_and_only_once(world: World) -> None:
    door = await world.door("officer")
    _, dossier_id = await step_of(world, world.make)
    await end(world, door)
    page = await signed_in_again(
        world, door, moved_on(door, await door.form(f"/desk/dossiers/{dossier_id}/messages", body="Mời ông đến quầy"))
    )
    assert page.text.count("Mời ông đến quầy") == 1
    assert "Mời ông đến quầy" not in (await door.knock("GET", f"/desk/dossiers/{dossier_id}/messages")).text


async def test_a_deed_without_a_page_of_its_own_leads_back_to_a_page_that_opens(world: World) -> None:
    door = await world.door("officer")
    path, _ = await step_of(world, world.make)
    await end(world, door)
    page = await signed_in_again(world, door, moved_on(door, await door.form(path.replace("act/refuse", "claim"))))
    assert page.status == 200


async def test_the_page_of_another_dossier_does_not_get_it(world: World) -> None:
    door = await world.door("officer")
    path, _ = await step_of(world, world.make)
    other, _ = await step_of(world, world.make)
    await end(world, door)
    await signed_in_again(world, door, moved_on(door, await door.form("/desk/stuck/1/again", reason="Bí mật")))
    for one in (path, other):
        assert "Bí mật" not in (await door.knock("GET", one)).text


async def test_a_citizens_answers_are_there_again(world: World) -> None:
    door, dossier_id = await world.door("citizen"), world.known["dossier_id"]
    page = f"/dossiers/{dossier_id}/answer/purpose"
    await end(world, door)
    leaving = moved_on(door, await door.form(page, purpose="Để xin học bổng", **{"born-year": "1941"}))
    assert leaving == f"/sign-in?next={page}"
    async with world.database.transaction() as db:
        visitor = await sessions.find(db, door.word)
        assert visitor is not None
        word = await sessions.open_session(db, "citizen", citizen_id=world.citizen.id, note=visitor.note)
    again = await Door(world.app, word).knock("GET", page)
    assert "Để xin học bổng" in again.text
    assert 'value="1941"' in again.text
    assert "Những gì bạn vừa gõ vẫn còn" in again.text


async def test_a_form_too_long_to_keep_is_not_kept_but_leads_to_sign_in_all_the_same(world: World) -> None:
    door = await world.door("citizen")
    await end(world, door)
    answer = await door.form(f"/dossiers/{world.known['dossier_id']}/answer/purpose", purpose="x" * 200_000)
    assert answer.status == 303
    assert "set-cookie" not in answer.headers
