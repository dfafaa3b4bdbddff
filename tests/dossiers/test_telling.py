"""A notice goes out once on each channel, says what became of it, and is not undone by late reports."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.dossiers import intake, telling
from app.dossiers.case import open_case
from app.gateways.mail import SmtpMail
from app.gateways.sms import SmsEvent, SmsState
from app.journal.service import Actor
from app.kit.words import say
from tests.dossiers.conftest import Outside
from tests.dossiers.situations import CODE, given, received
from tests.factories import COMMUNE, Make
from tests.simulators.standing import Standing, free_port, stand


@dataclass(frozen=True)
class Mailbox:
    standing: Standing
    make: Make


@pytest.fixture
async def mailbox(tmp_path: Path, make: Make) -> AsyncIterator[Mailbox]:
    port = free_port()
    standing = await stand("mailbox", tmp_path / "mail.sqlite", "--calm", "--smtp-port", str(port))
    server = SmtpMail(f"smtp://127.0.0.1:{port}", "khong-tra-loi@tanmai.example")
    yield Mailbox(standing, Make(make.database, replace(make.tools, mail=server)))
    await standing.stop()


async def notice(make: Make, dossier_id: UUID, event: str, channel: str) -> dict[str, Any]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row(
            "SELECT * FROM notice WHERE dossier_id = $1 AND event = $2 AND channel = $3", dossier_id, event, channel
        )
    assert row is not None
    return dict(row)


async def reported(make: Make, client_id: str, state: SmsState, event_id: str | None = None) -> bool:
    async with make.database.transaction() as db:
        return await telling.on_sms_event(db, SmsEvent(event_id or str(uuid4()), client_id, state, datetime.now(UTC)))


async def test_a_text_message_is_sent_once_with_the_code_and_who_received_it(sms: Outside) -> None:
    dossier_id = await received(sms.make)
    await sms.make.worked()
    kept = await notice(sms.make, dossier_id, "received", "sms")
    book = await sms.standing.book()
    (message,) = [one for one in book["message"] if one["client_id"] == str(kept["id"])]
    code = (await sms.make.case(dossier_id)).code
    assert kept["state"] == "sent"
    assert message["text"].startswith(f"Xa Tan Mai: Ho so {code} da duoc tiep nhan.")


async def test_a_letter_says_who_received_the_dossier_and_when_it_is_due(mailbox: Mailbox) -> None:
    dossier_id = await received(mailbox.make)
    await mailbox.make.worked()
    kept = await notice(mailbox.make, dossier_id, "received", "email")
    letters = (await mailbox.standing.book())["mail"]
    (letter,) = [one for one in letters if one["message_id"].startswith(f"<{kept['id']}@")]
    assert kept["state"] == "sent"
    for part in ("Hà Minh Tú", "Ủy ban nhân dân xã Tân Mai", "Tiếp nhận lúc:", "Hẹn trả kết quả:"):
        assert part in letter["text"]


async def test_a_delivery_report_is_kept_once(sms: Outside) -> None:
    dossier_id = await sms.make.submitted(CODE, given())
    await sms.make.worked()
    name, event_id = str((await notice(sms.make, dossier_id, "submitted", "sms"))["id"]), str(uuid4())
    assert await reported(sms.make, name, SmsState.DELIVERED, event_id)
    assert not await reported(sms.make, name, SmsState.DELIVERED, event_id)
    assert (await notice(sms.make, dossier_id, "submitted", "sms"))["state"] == "delivered"


@pytest.mark.parametrize(
    ("first", "late", "stays"),
    [
        (SmsState.DELIVERED, SmsState.SENT, "delivered"), (SmsState.DELIVERED, SmsState.FAILED, "delivered"),
        (SmsState.FAILED, SmsState.SENT, "failed"),
    ],
)
async def test_a_late_report_undoes_nothing(sms: Outside, first: SmsState, late: SmsState, stays: str) -> None:
    dossier_id = await sms.make.submitted(CODE, given())
    await sms.make.worked()
    name = str((await notice(sms.make, dossier_id, "submitted", "sms"))["id"])
    await reported(sms.make, name, first)
    await reported(sms.make, name, late)
    assert (await notice(sms.make, dossier_id, "submitted", "sms"))["state"] == stays


async def test_a_report_about_nobodys_message_changes_nothing(sms: Outside) -> None:
    assert not await reported(sms.make, str(uuid4()), SmsState.DELIVERED)
    assert not await reported(sms.make, "not even an id", SmsState.DELIVERED)


async def test_a_message_that_cannot_be_delivered_says_so(sms: Outside) -> None:
    dossier_id = await sms.make.submitted(CODE, given())
    await sms.make.worked()
    await reported(sms.make, str((await notice(sms.make, dossier_id, "submitted", "sms"))["id"]), SmsState.FAILED)
    kept = await notice(sms.make, dossier_id, "submitted", "sms")
    assert (kept["state"], kept["trouble"]) == ("failed", telling.UNDELIVERED)
    assert say(kept["trouble"], "en").startswith("The text message")


@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_an_office_that_is_not_connected_says_so_on_the_notice(make: Make, channel: str) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.worked()
    kept = await notice(make, dossier_id, "submitted", channel)
    assert (kept["state"], kept["trouble"], kept["sent_at"]) == ("skipped", telling.NOT_CONNECTED[channel], None)


async def test_an_address_that_takes_no_mail_is_kept_as_a_failure_with_its_reason(mailbox: Mailbox) -> None:
    citizen = await mailbox.make.citizen(email="khong-ton-tai@thanhgiang.example")
    dossier_id = await mailbox.make.draft(CODE, given(), citizen)
    async with mailbox.make.database.transaction(offices=[COMMUNE]) as db:
        case = await open_case(db, mailbox.make.tools, dossier_id)
        await intake.submit(db, mailbox.make.tools, case, by=Actor("citizen", citizen.id))
    await mailbox.make.worked()
    kept = await notice(mailbox.make, dossier_id, "submitted", "email")
    assert (kept["state"], kept["trouble"]) == ("failed", telling.REFUSED["recipient_refused"])


async def test_a_silent_mail_server_leaves_the_notice_waiting(make: Make) -> None:
    away = Make(make.database, replace(make.tools, mail=SmtpMail(f"smtp://127.0.0.1:{free_port()}", "a@tanmai.example")))
    dossier_id = await away.submitted(CODE, given())
    await away.worked()
    assert (await notice(away, dossier_id, "submitted", "email"))["state"] == "queued"
