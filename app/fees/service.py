"""Money: assess, pay at the counter, pay online, receipts. Amounts are đồng; what came in is believed only by proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from app.fees.models import Fee, Payment
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound
from app.kit.words import N_


class FeesStillOwed(Conflict):
    """What is owed must be paid before the result is given."""

    says = N_("Hồ sơ còn {amount} đ phí, lệ phí chưa nộp. Hãy thu trước khi trả kết quả.")


class NothingOwed(Conflict):
    """There is nothing to pay (any more)."""

    says = N_("Hồ sơ này không còn khoản nào phải nộp.")


class PaymentUnderWay(Conflict):
    """A payment whose outcome is not known yet must not be paid again."""

    says = N_("Đang xác minh một khoản nộp trước đó. Xin đừng nộp lại. Kết quả sẽ hiện trong ít phút.")


class PaymentNotFound(NotFound):
    """No such payment."""

    says = N_("Không có khoản nộp này.")


class Due(Protocol):
    """A line the rules say is owed."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def amount(self) -> int: ...
    @property
    def explanation(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Balance:
    """What a dossier owes and has paid, in đồng."""

    owed: int
    paid: int


# Parts of the statement that hands a dossier in: what is owed is written down, in the place of what was assessed and not yet
# paid. What was paid for already is not assessed again. The new lines have ids of their own, so the old may go beside them.
NO_LONGER_OWED: Final = "DELETE FROM fee WHERE dossier_id = {dossier}::uuid AND state = 'owed'"
ASSESS: Final = """
  INSERT INTO fee (id, office_id, dossier_id, code, kind, name, quantity, amount, explanation, state)
  SELECT gen_random_uuid(), {office}::int, {dossier}::uuid, d.code, d.kind, d.name, d.quantity, d.amount, d.explanation,
    'owed'
  FROM jsonb_to_recordset({dues}::jsonb) AS d(code text, kind text, name text, quantity int, amount int, explanation text)
  WHERE NOT EXISTS (SELECT FROM fee f WHERE f.dossier_id = {dossier}::uuid AND f.code = d.code AND f.state <> 'owed')"""


def due_rows(dues: Iterable[Due]) -> list[dict[str, Any]]:
    """What `ASSESS` is given as `dues`."""
    return [
        {"code": due.code, "kind": due.kind, "name": due.name, "quantity": due.quantity, "amount": due.amount,
         "explanation": due.explanation}
        for due in dues if due.amount
    ]


async def of_dossier(db: Db, dossier_id: UUID) -> list[Fee]:
    """The fee lines of a dossier."""
    return [Fee(**dict(row)) for row in await db.rows("SELECT * FROM fee WHERE dossier_id = $1 ORDER BY code", dossier_id)]


# In đồng, as a part of a larger question; `refuse_owed` judges the answer.
OWED: Final = "(SELECT COALESCE(sum(amount), 0)::int FROM fee WHERE dossier_id = {dossier}::uuid AND state = 'owed')"


def refuse_owed(owed: int) -> None:
    """Raises FeesStillOwed."""
    if owed:
        raise FeesStillOwed(amount=f"{owed:,}".replace(",", "."))


async def balance(db: Db, dossier_id: UUID) -> Balance:
    """What is owed and paid."""
    row = await db.row(
        "SELECT COALESCE(sum(amount) FILTER (WHERE state = 'owed'), 0) AS owed,"
        " COALESCE(sum(amount) FILTER (WHERE state = 'paid'), 0) AS paid FROM fee WHERE dossier_id = $1",
        dossier_id,
    )
    assert row is not None
    return Balance(int(row["owed"]), int(row["paid"]))


async def require_settled(db: Db, dossier_id: UUID) -> None:
    """Raises FeesStillOwed."""
    refuse_owed((await balance(db, dossier_id)).owed)


async def start_payment(db: Db, *, dossier_id: UUID, office_id: int, method: str, at: datetime) -> Payment:
    """One payment of everything owed. Raises NothingOwed, PaymentUnderWay. The fee rows are locked against a second."""
    owed = await db.rows("SELECT id, amount FROM fee WHERE dossier_id = $1 AND state = 'owed' FOR UPDATE", dossier_id)
    if not owed:
        raise NothingOwed
    open_one = await db.row(
        "SELECT * FROM payment WHERE dossier_id = $1 AND state IN ('started', 'unknown') ORDER BY started_at DESC LIMIT 1",
        dossier_id,
    )
    if open_one is not None:
        if open_one["state"] == "started" and method == "online" and open_one["pay_url"]:
            return Payment(**dict(open_one))
        raise PaymentUnderWay
    return await db.add(Payment(
        office_id=office_id, dossier_id=dossier_id, amount=sum(row["amount"] for row in owed), method=method,
        state="started", started_at=at, fee_ids=[str(row["id"]) for row in owed],
    ))


async def payments_of(db: Db, dossier_id: UUID) -> list[Payment]:
    """Every attempt to pay, oldest first."""
    rows = await db.rows("SELECT * FROM payment WHERE dossier_id = $1 ORDER BY started_at", dossier_id)
    return [Payment(**dict(row)) for row in rows]


async def keep_pay_url(db: Db, payment_id: UUID, *, reference: str, pay_url: str) -> None:
    """Where the citizen pays."""
    await db.run(
        "UPDATE payment SET provider_reference = $2, pay_url = $3 WHERE id = $1", payment_id, reference, pay_url
    )


async def mark_unknown(db: Db, payment_id: UUID) -> None:
    """The platform may or may not have the money: ask it, do not ask the citizen again."""
    await db.run("UPDATE payment SET state = 'unknown' WHERE id = $1 AND state = 'started'", payment_id)


async def settle(
    db: Db, payment_id: UUID, *, captured: bool, amount: int | None, at: datetime, taken_by: UUID | None = None,
    series: str = "1C",
) -> bool:
    """The outcome of a payment by proof. True when this call captured it: then fees are paid and a receipt is numbered.

    Repeated outcomes change nothing. An amount that differs is not captured (a person must look at it).
    """
    row = await db.row("SELECT * FROM payment WHERE id = $1 FOR UPDATE", payment_id)
    if row is None:
        raise PaymentNotFound
    if row["state"] in ("captured", "failed") and not (row["state"] == "failed" and captured):
        return False
    if captured and amount is not None and amount != row["amount"]:
        await mark_unknown(db, payment_id)
        return False
    await db.run(
        "UPDATE payment SET state = $2, settled_at = $3, taken_by = $4 WHERE id = $1",
        payment_id, "captured" if captured else "failed", at, taken_by,
    )
    if not captured:
        return False
    await db.run(
        "UPDATE fee SET state = 'paid', paid_at = $2 WHERE id = ANY($1::uuid[]) AND state IN ('owed', 'cancelled')",
        [UUID(fee_id) for fee_id in row["fee_ids"]], at,
    )
    # The day it is written, not the day the platform took the money: numbers of a book ascend with their days.
    today = clock.now().astimezone(clock.LOCAL).date()
    await _number_receipt(db, row["office_id"], row["dossier_id"], payment_id, series, today)
    return True


async def _number_receipt(db: Db, office_id: int, dossier_id: UUID, payment_id: UUID, series: str, day: date) -> None:
    number: int = await db.value(
        "INSERT INTO register_book (office_id, book, year, last) VALUES ($1, $2, $3, 1)"
        " ON CONFLICT (office_id, book, year) DO UPDATE SET last = register_book.last + 1 RETURNING last",
        office_id, f"receipt:{series}", day.year,
    )
    await db.run(
        "INSERT INTO fee_receipt (payment_id, office_id, dossier_id, series, year, number, issued_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        payment_id, office_id, dossier_id, series, day.year, number, day,
    )
