"""What stands outside and says nothing: a pay page, the post, an agency. Each found, said, and left when it answers."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.dossiers import payments, posting
from app.gateways.payment import HttpPayment
from app.gateways.post import PostEvent, ShipmentState
from app.kit import clock
from app.procedures.service import publish_all
from app.sentinel.causes import OUTSIDE_LATE, PARCEL_LATE, PAY_PAGE_LATE, PAYMENT_LATE, Cause
from app.worker import look_around
from tests.alerts.situations import rows, value
from tests.dossiers.situations import CODE, given, sealed
from tests.dossiers.test_consultations import answer, consulted
from tests.dossiers.test_payments import decide
from tests.factories import OFFICES, Make
from tests.sentinel.conftest import SignIn
from tests.sentinel.test_faults import OPEN
from tests.simulators.standing import SECRET, Standing, free_port, stand

ROOT = Path(__file__).parent.parent.parent
MINUTE = timedelta(minutes=1)
BACK = "http://motcua.test/paid"


@pytest.fixture(scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    standing = await stand("payment", tmp_path_factory.mktemp("payment") / "book.sqlite", "--calm",
                           "--callback-url", f"http://127.0.0.1:{free_port()}")
    yield standing
    await standing.stop()


@pytest.fixture
async def connected(make: Make, platform: Standing) -> AsyncIterator[Make]:
    """The office with a line to the payment platform."""
    line = HttpPayment(platform.url, SECRET)
    yield Make(make.database, replace(make.tools, payment=line))
    await line.close()


async def begun(connected: Make) -> tuple[UUID, str]:
    """A citizen stands on the pay page, whose address this is."""
    dossier_id = await connected.submitted(CODE, given())
    async with connected.database.transaction(offices=OFFICES) as db:
        case = await connected.case(dossier_id)
        return dossier_id, await payments.start_online(db, connected.tools, case, return_url=BACK)


async def came_back(make: Make, dossier_id: UUID) -> str | None:
    async with make.database.transaction(offices=OFFICES) as db:
        return await payments.back_from_platform(db, make.tools, await make.case(dossier_id))


async def of_outside(make: Make, dossier_id: UUID) -> list[dict[str, object]]:
    await look_around(make.tools)
    return [one for one in await rows(make, OPEN, dossier_id) if one["cause"] == Cause.OUTSIDE_SILENT.value]


async def leads_on(sign_in: SignIn, finding: dict[str, object], button: str) -> None:
    """The page of what stands still has this button, and it leads to a page."""
    desk = await sign_in("head")
    page = (await desk.get(f"/overview/stuck?cause={Cause.OUTSIDE_SILENT.value}")).text
    part = next(one for one in page.split("<tr ") if str(finding["dossier_id"]) in one)
    where = next(href for href, words in re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', part, re.S) if button in words)
    assert (await desk.get(where)).status_code == 200


async def test_a_payment_nobody_knows_the_end_of(make: Make, sign_in: SignIn, connected: Make) -> None:
    dossier_id, pay_page = await begun(connected)
    away = HttpPayment(f"http://127.0.0.1:{free_port()}", SECRET)
    assert await came_back(Make(make.database, replace(make.tools, payment=away)), dossier_id) == "unknown"
    await away.close()
    with clock.at(clock.now() + PAYMENT_LATE - MINUTE):
        assert await of_outside(make, dossier_id) == []
    with clock.at(clock.now() + PAYMENT_LATE + MINUTE):
        (finding,) = await of_outside(make, dossier_id)
        await leads_on(sign_in, finding, "Xem khoản nộp")
        await decide(pay_page, "pay")
        assert await came_back(connected, dossier_id) == "captured"
        assert await of_outside(make, dossier_id) == []


async def test_a_pay_page_that_was_opened_and_left(make: Make, connected: Make) -> None:
    dossier_id, _ = await begun(connected)
    with clock.at(clock.now() + PAY_PAGE_LATE - MINUTE):
        assert await of_outside(make, dossier_id) == []
    with clock.at(clock.now() + PAY_PAGE_LATE + MINUTE):
        assert len(await of_outside(make, dossier_id)) == 1


async def test_a_parcel_the_post_says_nothing_more_about(make: Make, sign_in: SignIn) -> None:
    dossier_id = await sealed(make, return_way="post")
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", dossier_id)
    await make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await make.worked()
    (delivery,) = await rows(make, "SELECT * FROM delivery WHERE dossier_id = $1 AND way = 'post'", dossier_id)

    async def said(kind: ShipmentState) -> None:
        async with make.database.transaction() as db:
            word = PostEvent(str(uuid4()), str(delivery["id"]), "", kind, clock.now().astimezone(UTC), 0, "", "")
            await posting.on_post_event(db, make.tools, word)

    with clock.at(clock.now() + PARCEL_LATE - MINUTE):
        assert await of_outside(make, dossier_id) == []
        await said(ShipmentState.IN_TRANSIT)
    with clock.at(clock.now() + PARCEL_LATE + MINUTE):
        assert await of_outside(make, dossier_id) == []  # it was heard of in between
    with clock.at(clock.now() + 2 * PARCEL_LATE + MINUTE):
        (finding,) = await of_outside(make, dossier_id)
        await leads_on(sign_in, finding, "Xem bưu gửi")
        await said(ShipmentState.DELIVERED)
        assert await of_outside(make, dossier_id) == []


async def test_an_agency_past_its_time_that_no_timer_ends(make: Make, sign_in: SignIn) -> None:
    async with make.database.transaction(offices=OFFICES) as db:
        await publish_all(db, ROOT / "workflows", province="H99")
    dossier_id = await consulted(make)
    due: datetime = await value(
        make, "SELECT max(due_at) FROM consultation WHERE dossier_id = $1 AND state = 'asked'", dossier_id
    )
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM timer WHERE dossier_id = $1", dossier_id)
    with clock.at(due + OUTSIDE_LATE):
        asked = await of_outside(make, dossier_id)
        assert len(asked) == 2
        await leads_on(sign_in, asked[0], "Xem câu hỏi")
        for kind in ("planning", "fire_safety"):
            await answer(make, dossier_id, kind)
        assert await of_outside(make, dossier_id) == []
