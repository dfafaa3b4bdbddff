"""Tell the applicant of a change by letter and text message; the words are in wordings.py.

Sending is a job. An outage is tried again, a refusal is kept on the notice with its reason, and an office that is not
connected to a channel says so on the notice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from app.dossiers.outcomes import dossier_of
from app.dossiers.tools import Tools
from app.dossiers.wordings import About, Told, words_of
from app.gateways.errors import GatewayRefused
from app.gateways.mail import Mail
from app.gateways.sms import Sms, SmsEvent, SmsState
from app.jobs import service as jobs
from app.jobs.service import Work
from app.kit import clock
from app.kit.db import Db
from app.kit.words import N_
from app.notices import service as notices
from app.notices.models import Notice

# Which journal line holds the reason a person gave, by event.
REASONS: Final[Mapping[str, str]] = {
    "supplement_requested": "supplement.requested", "refused_at_intake": "dossier.refused_at_intake",
    "refused": "dossier.refused", "stopped": "dossier.stopped", "withdrawn": "dossier.withdrawn",
    "extended": "dossier.extended", "late_apology": "apology.written",
}

NOT_CONNECTED: Final[Mapping[str, str]] = {
    "email": N_("Đơn vị chưa nối với máy chủ thư điện tử nên thư không được gửi."),
    "sms": N_("Đơn vị chưa nối với dịch vụ tin nhắn nên tin không được gửi."),
}
REFUSED: Final[Mapping[str, str]] = {
    "bad_address": N_("Địa chỉ thư điện tử không đúng."),
    "recipient_refused": N_("Máy chủ thư không nhận địa chỉ này."),
    "letter_refused": N_("Máy chủ thư không nhận thư này."),
    "bad_number": N_("Số điện thoại không đúng."),
}
NOT_ACCEPTED = N_("Dịch vụ gửi tin không nhận tin này.")
UNDELIVERED = N_("Tin nhắn không đến được máy của người nhận.")
NO_ADDRESS = N_("Người nộp không có địa chỉ trên kênh này.")


async def about_of(
    db: Db, tools: Tools, dossier_id: UUID, *, event: str = "", at: datetime | None = None, language: str = "vi"
) -> About:
    """What a notice of `event` written `at` says of its dossier; the same however late it is asked for."""
    row = await db.row(_ABOUT, dossier_id, at or clock.now(), REASONS.get(event, ""))
    assert row is not None
    loaded = await tools.catalogue.version(db, row["procedure_version_id"])
    return About(
        code=row["code"] or "—", procedure=loaded.name(language), agency=row["authority"], agency_short=row["short_name"],
        phone=row["phone"] or "", person=", ".join(part for part in (row["person"], row["title"]) if part),
        submitted_at=row["submitted_at"], received_at=row["received_at"], due_at=row["due_at"],
        link=f"{tools.public_url}/t/{row['code']}" if row["code"] else tools.public_url, reason=row["reason"] or "",
    )


_ABOUT = """
SELECT d.code, d.procedure_version_id, d.submitted_at, d.received_at, d.due_at, o.authority, o.short_name, o.phone,
  who.name AS person, who.title, why.why AS reason
FROM dossier d JOIN office o ON o.id = d.office_id
LEFT JOIN LATERAL (
  SELECT f.name, f.title FROM journal_line j JOIN officer f ON f.id = j.actor_id
  WHERE j.dossier_id = d.id AND j.actor_kind = 'officer' AND j.at <= $2 ORDER BY j.id DESC LIMIT 1) who ON true
LEFT JOIN LATERAL (
  SELECT j.why FROM journal_line j WHERE j.dossier_id = d.id AND j.event = $3 AND j.at <= $2
  ORDER BY j.id DESC LIMIT 1) why ON true
WHERE d.id = $1
"""


async def send_notice(tools: Tools, work: Work) -> None:
    """Send one notice on its channel. An outage is tried again by the job; a refusal is kept with its reason."""
    notice_id = UUID(work.payload["notice_id"])
    async with tools.database.transaction(offices=[work.office_id]) as db:
        row = await db.row(
            "SELECT n.*, c.email, c.phone FROM notice n JOIN citizen c ON c.id = n.citizen_id WHERE n.id = $1", notice_id
        )
        if row is None or row["state"] != "queued":
            await jobs.finish(db, work.id)
            return
        about = await about_of(
            db, tools, dossier_of(work), event=row["event"], at=row["created_at"], language=row["language"]
        )
    told = words_of(row["event"], about, row["facts"], row["language"])
    state, trouble = await _send(tools, row["channel"], row["email"] if row["channel"] == "email" else row["phone"],
                                 told, str(notice_id), row["language"])
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if await jobs.finish(db, work.id):
            await notices.mark(db, notice_id, state, trouble)


async def _send(
    tools: Tools, channel: str, address: str | None, told: Told, name: str, language: str
) -> tuple[str, str | None]:
    """The notice's state after one try, with the trouble in words. Raises GatewayDown."""
    if not address:
        return "skipped", NO_ADDRESS
    try:
        if channel == "email" and tools.mail is not None:
            await tools.mail.send(Mail(address, told.subject, told.body, language=language), message_id=name)
        elif channel == "sms" and tools.sms is not None:
            receipt = await tools.sms.send(Sms(address, told.sms), client_id=name)
            if receipt.state is SmsState.DELIVERED:
                return "delivered", None
            if receipt.state is SmsState.FAILED:
                return "failed", UNDELIVERED
        else:
            return "skipped", NOT_CONNECTED.get(channel)
    except GatewayRefused as refused:
        if refused.reason == "other_content":  # sent before a crash, in words that have changed since
            return "sent", None
        return "failed", REFUSED.get(refused.reason, NOT_ACCEPTED)
    return "sent", None


async def on_sms_event(db: Db, event: SmsEvent) -> bool:
    """A delivery report whose signature the route has checked. False when it was known or is not ours."""
    await db.act_for(presents=event.client_id)
    row = await db.row("SELECT id, office_id, state FROM notice WHERE id::text = $1", event.client_id)
    if row is None:
        return False
    await db.act_for(offices=[row["office_id"]])
    fresh = await db.run(
        "INSERT INTO outside_message (source, event_id, received_at, body) VALUES ('sms', $1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        event.event_id, clock.now(),
        {"notice": event.client_id, "state": event.state.value, "at": event.at.isoformat()},
    )
    if not fresh or event.state is SmsState.QUEUED:
        return bool(fresh)
    await notices.mark(db, row["id"], event.state.value, UNDELIVERED if event.state is SmsState.FAILED else None)
    return True


def words_of_notice(notice: Notice, about: About) -> Told:
    """The words of a kept notice, as a page shows them."""
    return words_of(notice.event, about, notice.facts, notice.language)
