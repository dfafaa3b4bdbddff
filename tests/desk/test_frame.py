"""Whoever is signed in at the desk has the officers' frame on every page, also on one that says no."""

import re
from uuid import UUID

import pytest

from app.faces.officers import OVERVIEW
from tests.desk.conftest import SignIn
from tests.factories import COMMUNE, Make

WAY = '<nav aria-label="Chính">'
NOBODYS = UUID(int=9)


@pytest.mark.parametrize(("path", "status"), [
    ("/no-such-page", 404), (f"/desk/dossiers/{NOBODYS}", 404), ("/desk/dossiers/x", 404), ("/overview", 403),
    ("/overview/steps?after=x", 403),
])
async def test_a_refusal_keeps_the_officers_way_about(at_desk: SignIn, path: str, status: int) -> None:
    page = await (await at_desk("reception")).get(path)
    assert page.status_code == status
    assert 'href="/desk/intake"' in page.text.split(WAY)[1].split("</nav>")[0]
    assert "Thoát" in page.text
    assert 'href="/sign-in"' not in page.text


async def test_a_stranger_sees_no_officers_way(house: object, at_desk: SignIn) -> None:
    desk = await at_desk("head")
    desk.client.cookies.clear()
    assert 'href="/desk' not in (await desk.get("/no-such-page")).text


async def test_a_form_of_another_session_is_refused_in_the_frame_of_who_sent_it(at_desk: SignIn) -> None:
    desk = await at_desk("head")
    page = await desk.client.post("/overview/steps/assign", data={"csrf_token": "another"})
    assert page.status_code == 403
    assert 'href="/overview"' in page.text.split(WAY)[1].split("</nav>")[0]


async def test_the_header_counts_what_this_officer_must_know(at_desk: SignIn, make: Make) -> None:
    head = await make.officer("head")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("DELETE FROM alert WHERE office_id = $1", COMMUNE)
        for n, (role, officer) in enumerate((("head", None), ("head", head.id), ("clerk", None))):
            await db.run(
                "INSERT INTO alert (id, office_id, kind, key, role, officer_id, facts, at)"
                " VALUES (gen_random_uuid(), $1, 'stuck', $2, $3, $4, '{}', now())", COMMUNE, f"frame:{n}", role, officer,
            )
    page = await (await at_desk("head")).get("/overview")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("DELETE FROM alert WHERE key LIKE 'frame:%'")
    found = re.search(r'href="/desk">Việc của tôi <span class="mc-count">(\d+)', page.text)
    assert found is not None
    assert found[1] == "2"


@pytest.mark.parametrize("href", [href for href, _ in OVERVIEW])
async def test_every_entry_of_the_overview_opens_its_page_and_marks_itself(at_desk: SignIn, href: str) -> None:
    page = await (await at_desk("head")).get(href)
    assert page.status_code == 200
    assert f'<a href="{href}" aria-current="page">' in page.text
