"""Payment, mail and text messages are away or answer nonsense: said where it matters, tried again, done once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.dossiers.tools import Tools
from app.gateways.mail import SmtpMail
from app.gateways.payment import HttpPayment
from app.gateways.sms import HttpSms
from app.worker import carry_out
from tests.dossiers.situations import CODE, given, received
from tests.factories import OFFICES, Make
from tests.outages.conftest import Office
from tests.outages.garbage import KINDS, answering
from tests.outages.office import Door, door_of
from tests.simulators.standing import SECRET, Standing, stand

NOWHERE = 9  # the discard port: nobody listens


def with_tools(office: Office, **gateways: Any) -> Office:
    tools: Tools = replace(office.tools, **gateways)
    office.app.state.tools = tools
    return replace(office, make=Make(office.database, tools))


async def owing(office: Office) -> tuple[Door, UUID]:
    """A dossier with its fee owed, and its applicant at the door."""
    dossier_id = await received(office.make, channel="online", return_way="online")
    return await door_of(office.app, office.database, citizen=(await office.make.case(dossier_id)).applicant_id), dossier_id


async def payments(office: Office, dossier_id: UUID) -> list[str]:
    async with office.database.transaction(offices=OFFICES) as db:
        rows = await db.rows("SELECT state FROM payment WHERE dossier_id = $1", dossier_id)
    return [row["state"] for row in rows]


@pytest.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    folder = tmp_path_factory.mktemp("platform")
    standing = await stand("payment", folder / "book.sqlite", "--calm", "--callback-url", "http://127.0.0.1:9/hooks")
    yield standing
    await standing.stop()


@pytest.fixture(scope="session")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    folder = tmp_path_factory.mktemp("broker")
    standing = await stand("sms", folder / "book.sqlite", "--calm", "--callback-url", "http://127.0.0.1:9/hooks")
    yield standing
    await standing.stop()


@pytest.mark.parametrize("kind", ["is not there", *KINDS], ids=lambda kind: str(kind).replace(" ", "-"))
async def test_a_payment_platform_takes_no_money_from_anybody(calm: Office, platform: Standing, kind: str) -> None:
    async with answering(KINDS.get(kind, b"")) as port:
        gateway = HttpPayment(f"http://127.0.0.1:{port if kind in KINDS else NOWHERE}", SECRET)
        office = with_tools(calm, payment=gateway)
        door, dossier_id = await owing(office)
        refused = await door.form(f"/dossiers/{dossier_id}/pay/online")
        await gateway.close()
    assert refused.status == 503
    assert "govuk" in refused.text
    assert "captured" not in await payments(office, dossier_id)
    gateway = HttpPayment(platform.url, SECRET)
    with_tools(office, payment=gateway)
    again = await door.form(f"/dossiers/{dossier_id}/pay/online")
    await gateway.close()
    assert again.status == 303
    assert again.headers["location"].startswith(platform.url)


async def notices(office: Office, dossier_id: UUID, channel: str) -> list[tuple[str, str, int]]:
    """State of a notice, trouble of its job, id of its job."""
    async with office.database.transaction(offices=OFFICES) as db:
        rows = await db.rows(
            "SELECT n.state, coalesce(j.trouble, '') AS trouble, j.id FROM notice n"
            " JOIN job j ON j.payload->>'notice_id' = n.id::text WHERE n.dossier_id = $1 AND n.channel = $2 ORDER BY j.id",
            dossier_id, channel,
        )  # fmt: skip
    return [(row["state"], row["trouble"], row["id"]) for row in rows]


@pytest.mark.parametrize("kind", ["is not there", *KINDS], ids=lambda kind: str(kind).replace(" ", "-"))
async def test_a_notice_waits_in_sight_until_it_can_be_sent(calm: Office, broker: Standing, kind: str) -> None:
    async with answering(KINDS.get(kind, b"")) as port:
        where = f"127.0.0.1:{port if kind in KINDS else NOWHERE}"
        sms = HttpSms(f"http://{where}", SECRET)
        office = with_tools(calm, sms=sms, mail=SmtpMail(f"smtp://{where}", "office@vidu.vn"))
        dossier_id = await office.make.submitted(CODE, given())
        await office.make.worked()
        await sms.close()
    by_text = await notices(office, dossier_id, "sms")
    by_letter = await notices(office, dossier_id, "email")
    assert by_text
    assert by_letter
    for state, trouble, _ in by_text + by_letter:
        assert state == "queued"
        assert "Hệ thống bên ngoài chưa trả lời" in trouble
    sms = HttpSms(broker.url, SECRET)
    for _, _, job_id in by_text * 2:
        await carry_out(replace(office.tools, sms=sms), job_id)
    await sms.close()
    assert {state for state, _, _ in await notices(office, dossier_id, "sms")} <= {"sent", "delivered"}
