"""Every page of the desk in Chromium: no axe violation, no sideways scroll on a phone, nothing from elsewhere."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page

from app.signatures.keyring import Keyring
from tests.browser import Visit, looked_at
from tests.dossiers.situations import CODE, given, received, sealed, supplement_asked
from tests.factories import PASSWORD, Make
from tests.live import Live


async def enter(page: Page, home: str, login: str) -> None:
    """Sign an officer in as people do."""
    await page.goto(f"{home}/desk/sign-in")
    await page.get_by_label("Tên đăng nhập").fill(login)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(f"{home}/desk")


def offline(live: Live) -> Make:
    """The same office, signing without time-stamps and revocation answers: nobody stands there in these tests."""
    return Make(live.make.database, replace(live.make.tools, keyring=Keyring(live.settings.keys_folder or Path())))


@pytest.fixture(scope="module")
async def cases(live: Live) -> dict[str, UUID]:
    """One dossier in each situation the pages differ in."""
    make = offline(live)
    drafted, signed = await received(make), await received(make)
    for one in (drafted, signed):
        await make.act(one, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(signed, "sign_result", "sign", "leader")
    await make.worked()
    return {
        "new": await make.submitted(CODE, given()), "supplement": await supplement_asked(make), "to_sign": drafted,
        "to_seal": signed,
        "sealed": await sealed(make), "post": await sealed(make, return_way="post"),
    }


def addresses(cases: dict[str, UUID]) -> dict[str, list[str]]:
    """Every page by who opens it."""
    tabs = ["", "/form", "/papers", "/journal", "/messages", "/consultations", "/results", "/fees", "/return"]
    every = [f"/desk/dossiers/{cases['sealed']}{tab}" for tab in tabs]
    for one in ("new", "supplement"):
        every += [f"/desk/dossiers/{cases[one]}{tab}" for tab in ("", "/papers", "/results")]
    return {
        "reception@tanmai": [
            "/desk", "/desk?queue=free", "/desk?queue=supplement", "/desk?queue=mine", "/desk/intake",
            "/desk/intake?by=hand",
            "/desk/return", "/desk/return?way=post", "/desk/search", "/desk/search?q=ta+quang", "/desk/search?q=khongco",
            "/desk/alerts", "/overview/stuck", "/desk/consultations", "/desk/register", *every,
        ],
        "leader@tanmai": [
            f"/desk/sign?see={cases['to_sign']}", f"/desk/dossiers/{cases['sealed']}/revoke",
            f"/desk/dossiers/{cases['to_sign']}",
        ],
        "clerk@tanmai": [f"/desk/seal?see={cases['to_seal']}"],
        "head@tanmai": [f"/desk/dossiers/{cases['to_sign']}/{wish}" for wish in ("extend", "stop", "withdraw")],
        "supervisor@h99": ["/desk", f"/desk/dossiers/{cases['new']}"],
    }


async def test_every_page_is_accessible_and_fits(live: Live, visit: Visit, cases: dict[str, UUID]) -> None:
    wrong = []
    for login, paths in addresses(cases).items():
        watched = await visit(f"{live.home}/desk/sign-in")
        page = watched.page
        await enter(page, live.home, login)
        for path in paths:
            answer = await page.goto(live.home + path)
            assert answer is not None
            found = [*await looked_at(page, path), *watched.told(live.home)]
            if answer.status != 200:
                found.append(f"status {answer.status}")
            wrong += [f"{login} {path}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)


async def test_the_desk_speaks_english_to_those_who_want_it(live: Live, visit: Visit, cases: dict[str, UUID]) -> None:
    watched = await visit(f"{live.home}/desk/sign-in")
    await enter(watched.page, live.home, "reception@tanmai")
    await watched.page.goto(f"{live.home}/language/en?back=/desk")
    told = {"/desk": "To do", f"/desk/dossiers/{cases['new']}/papers": "Judge the papers", "/desk/intake": "Reception"}
    for path, words in told.items():
        await watched.page.goto(live.home + path)
        assert words in await watched.page.content()
