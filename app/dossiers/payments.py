"""Pay what a dossier owes: at the counter, or on the national platform; money counts only by proof (I4).

The platform is believed when its signed message or its answer to our question says so, for our amount and its own
transaction. What the citizen's browser brings back is a reason to ask. While the outcome is unknown nobody is asked to
pay a second time; a job asks until it is known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.dossiers.case import Case, open_case
from app.dossiers.printing import queue_form
from app.dossiers.tools import Tools
from app.fees import service as fees
from app.fees.models import Payment, PaymentState
from app.gateways import payment as platform
from app.gateways.errors import GatewayDown, GatewayRefused
from app.jobs import service as jobs
from app.jobs.service import Work
from app.journal import service as journal
from app.journal.service import OUTSIDE, SYSTEM, Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Unavailable
from app.kit.words import N_
from app.notices import service as notices
from app.org import people
from app.org.people import SignedOfficer

FIRST_LOOK: Final = timedelta(minutes=1)
SOON: Final = timedelta(minutes=1)
LATER: Final = timedelta(minutes=5)  # so an outcome is known well within 15 minutes of the platform's recovery
SOON_LOOKS: Final = 20
NEVER_ARRIVED: Final = timedelta(minutes=10)  # a reference the platform does not know by then was never opened there


class PaymentNotOffered(Unavailable):
    """The office is not connected to the payment platform."""

    says = N_("Đơn vị chưa nối với nền tảng thanh toán. Hãy nộp tại quầy.")


@dataclass(frozen=True, slots=True)
class Word:
    """What the platform says of one payment, by message or by answer. `amount` in đồng."""

    transaction_id: str
    state: platform.PaymentState
    amount: int


async def start_online(db: Db, tools: Tools, case: Case, *, return_url: str) -> str:
    """Where the citizen pays everything owed. Repeats lead to the same page.

    The payment is a committed row before the platform hears of it, and a job already watches it; the platform is called
    with no transaction of ours open but the request's own, which holds no lock. Raises PaymentNotOffered, NothingOwed,
    PaymentUnderWay, GatewayDown.
    """
    if tools.payment is None:
        raise PaymentNotOffered
    order = await _order(db, case, return_url)
    payment = await _open_row(tools, case)
    if payment.state == PaymentState.UNKNOWN or payment.pay_url:
        return await _go_on(tools, payment)
    try:
        opened = await tools.payment.begin(order, reference=str(payment.id))
    except GatewayRefused as refused:
        if refused.reason != "other_content":
            await _settle_apart(tools, payment, captured=False, cause=refused.reason)
            raise
        opened = await tools.payment.status(str(payment.id))
    async with tools.database.transaction(offices=[payment.office_id]) as own:
        await fees.keep_pay_url(own, payment.id, reference=opened.transaction_id, pay_url=opened.pay_url)
    return opened.pay_url


async def take_at_counter(db: Db, tools: Tools, case: Case, *, officer: SignedOfficer) -> Payment:
    """Money over the counter for everything owed; the receipt is numbered at once.

    Raises NothingOwed, PaymentUnderWay.
    """
    now = clock.now()
    payment = await fees.start_payment(db, dossier_id=case.id, office_id=case.office_id, method="counter", at=now)
    await fees.settle(db, payment.id, captured=True, amount=payment.amount, at=now, taken_by=officer.id)
    await _tell_captured(db, tools, payment, by=Actor("officer", officer.id))
    return payment


async def on_payment_event(db: Db, tools: Tools, event: platform.PaymentEvent) -> bool:
    """A message of the platform whose signature the route has checked. False when it was known or is not ours.

    From here on the transaction sees the rows of the payment's office. Keep-once by the event's id; late and reordered
    messages never undo a capture.
    """
    await db.act_for(presents=event.reference)
    office_id = await db.value("SELECT office_id FROM payment WHERE id::text = $1", event.reference)
    if office_id is None:
        return False
    await db.act_for(offices=[office_id])
    fresh = await db.run(
        "INSERT INTO outside_message (source, event_id, received_at, body) VALUES ('payment', $1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        event.event_id, clock.now(),
        {"reference": event.reference, "transaction": event.transaction_id, "state": event.state.value,
         "amount": event.amount, "at": event.at.isoformat()},
    )
    if not fresh:
        return False
    await _take_word(db, tools, UUID(event.reference), Word(event.transaction_id, event.state, event.amount))
    return True


async def check_payment(tools: Tools, work: Work) -> None:
    """Ask the platform how a payment stands, and again until it is known. An outage does not use up the tries."""
    payment_id, looks = UUID(work.payload["payment_id"]), int(work.payload.get("looks", 1))
    async with tools.database.transaction(offices=[work.office_id]) as db:
        payment = await db.get(Payment, payment_id)
        if payment is None or payment.state in (PaymentState.CAPTURED, PaymentState.FAILED):
            await jobs.finish(db, work.id)
            return
    word = await _ask(tools, payment)
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        if word is not None:
            await _take_word(db, tools, payment_id, word)
        if await _still_open(db, payment_id):
            await _look_again(db, payment, looks + 1, SOON if looks < SOON_LOOKS else LATER)


async def back_from_platform(db: Db, tools: Tools, case: Case) -> PaymentState | None:
    """The browser came back from the pay page; what it says is not believed. The state of the newest online payment.

    None when there is none. `unknown` when the platform does not answer: the job goes on asking.
    """
    row = await db.row(
        "SELECT * FROM payment WHERE dossier_id = $1 AND method = 'online' ORDER BY started_at DESC LIMIT 1", case.id
    )
    if row is None:
        return None
    payment = Payment(**dict(row))
    if payment.state in (PaymentState.STARTED, PaymentState.UNKNOWN):
        await _ask_and_keep(tools, payment)
    return PaymentState(await db.value("SELECT state FROM payment WHERE id = $1", payment.id))


async def _order(db: Db, case: Case, return_url: str) -> platform.PaymentOrder:
    office = await people.office(db, case.office_id)
    owed = [fee for fee in await fees.of_dossier(db, case.id) if fee.state == "owed"]
    return platform.PaymentOrder(
        items=tuple(platform.PaymentItem(fee.code, fee.name, fee.amount) for fee in owed),
        dossier_code=case.display_code, procedure_code=case.procedure.code, procedure_name=case.procedure.name(),
        office_code=office.code, office_name=office.authority, return_url=return_url, language=case.language,
    )


async def _open_row(tools: Tools, case: Case) -> Payment:
    """The payment under way, or a new one with the job that watches it, committed. Raises NothingOwed."""
    async with tools.database.transaction(offices=[case.office_id]) as db:
        await db.run("SELECT id FROM fee WHERE dossier_id = $1 FOR UPDATE", case.id)
        row = await db.row(
            "SELECT * FROM payment WHERE dossier_id = $1 AND method = 'online' AND state IN ('started', 'unknown')"
            " ORDER BY started_at DESC LIMIT 1",
            case.id,
        )
        if row is not None:
            return Payment(**dict(row))
        payment = await fees.start_payment(
            db, dossier_id=case.id, office_id=case.office_id, method="online", at=clock.now()
        )
        await journal.record(
            db, case.id, case.office_id, "payment.started", by=Actor("citizen", case.applicant_id),
            payment=str(payment.id), amount=payment.amount,
        )
        await _look_again(db, payment, 1, FIRST_LOOK)
        return payment


async def _go_on(tools: Tools, payment: Payment) -> str:
    """A payment is under way: its page while it is open. Raises NothingOwed when it was paid, else PaymentUnderWay."""
    word = await _ask_and_keep(tools, payment)
    if word is not None and word.state is platform.PaymentState.CREATED and payment.pay_url:
        return payment.pay_url
    if word is not None and word.state is platform.PaymentState.PAID:
        raise fees.NothingOwed
    raise fees.PaymentUnderWay


async def _ask_and_keep(tools: Tools, payment: Payment) -> Word | None:
    word = await _ask(tools, payment)
    async with tools.database.transaction(offices=[payment.office_id]) as own:
        if word is not None:
            await _take_word(own, tools, payment.id, word)
        elif payment.pay_url:
            await fees.mark_unknown(own, payment.id)
    return word


async def _ask(tools: Tools, payment: Payment) -> Word | None:
    """The platform's answer; None when it has none just now. A payment it never heard of has failed, after a while."""
    if tools.payment is None:
        return None
    try:
        told = await tools.payment.status(str(payment.id))
    except GatewayDown:
        return None
    except GatewayRefused:
        if clock.now() - payment.started_at < NEVER_ARRIVED:
            return None
        return Word("", platform.PaymentState.FAILED, payment.amount)
    return Word(told.transaction_id, told.state, told.amount)


async def _take_word(db: Db, tools: Tools, payment_id: UUID, word: Word) -> None:
    """Keep what the platform says, once its amount and transaction are those of our payment; else it is unknown."""
    row = await db.row("SELECT * FROM payment WHERE id = $1 FOR UPDATE", payment_id)
    if row is None or row["method"] != "online":
        return
    payment = Payment(**dict(row))
    if payment.state in (PaymentState.CAPTURED, PaymentState.FAILED) and word.state is not platform.PaymentState.PAID:
        return
    if payment.state == PaymentState.CAPTURED:
        return
    other = bool(payment.provider_reference and word.transaction_id and payment.provider_reference != word.transaction_id)
    if word.state is platform.PaymentState.PAID and (other or word.amount != payment.amount):
        await fees.mark_unknown(db, payment_id)
        await _record(db, payment, "payment.does_not_match", transaction=word.transaction_id, amount=word.amount)
    elif word.state is platform.PaymentState.PAID:
        await _remember_transaction(db, payment, word)
        await _settle(db, tools, payment, captured=True)
    elif word.state is platform.PaymentState.UNKNOWN:
        await _remember_transaction(db, payment, word)
        await fees.mark_unknown(db, payment_id)
    elif word.state.is_final:
        await _settle(db, tools, payment, captured=False, cause=word.state.value)


async def _remember_transaction(db: Db, payment: Payment, word: Word) -> None:
    await db.run(
        "UPDATE payment SET provider_reference = $2 WHERE id = $1 AND provider_reference IS NULL",
        payment.id, word.transaction_id or None,
    )


async def _settle(db: Db, tools: Tools, payment: Payment, *, captured: bool, cause: str = "") -> None:
    if await fees.settle(db, payment.id, captured=captured, amount=payment.amount, at=clock.now()):
        await _tell_captured(db, tools, payment, by=OUTSIDE)
    elif not captured:
        await _record(db, payment, "payment.failed", cause=cause)


async def _settle_apart(tools: Tools, payment: Payment, *, captured: bool, cause: str) -> None:
    async with tools.database.transaction(offices=[payment.office_id]) as own:
        await _settle(own, tools, payment, captured=captured, cause=cause)


async def _tell_captured(db: Db, tools: Tools, payment: Payment, *, by: Actor) -> None:
    """Journal, notice and receipt of money that came in, in the transaction that captured it."""
    case = await open_case(db, tools, payment.dossier_id)
    await journal.record(
        db, case.id, case.office_id, "payment.captured", by=by, payment=str(payment.id), amount=payment.amount,
        method=payment.method,
    )
    await notices.announce(
        db, dossier_id=case.id, office_id=case.office_id, citizen_id=case.applicant_id, language=case.language,
        event="paid", facts={"amount": payment.amount, "method": payment.method}, key=f"{payment.id}:paid",
    )
    await queue_form(db, case, "fee_receipt", key=f"{payment.id}:fee_receipt", payment_id=str(payment.id))


async def _record(db: Db, payment: Payment, event: str, **facts: Any) -> None:
    await journal.record(
        db, payment.dossier_id, payment.office_id, event, by=SYSTEM, payment=str(payment.id), **facts
    )


async def _still_open(db: Db, payment_id: UUID) -> bool:
    return await db.value("SELECT state FROM payment WHERE id = $1", payment_id) in ("started", "unknown")


async def _look_again(db: Db, payment: Payment, looks: int, after: timedelta) -> None:
    moment: datetime = clock.now() + after
    await jobs.queue(
        db, "check_payment", key=f"payment:{payment.id}:look:{looks}", office_id=payment.office_id,
        dossier_id=payment.dossier_id, run_at=moment, payment_id=str(payment.id), looks=looks,
    )
