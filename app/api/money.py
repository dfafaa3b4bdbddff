"""Fees and payments of a dossier. Amounts are đồng."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api import cases
from app.api.once import once
from app.api.shapes import Body, DossierRef, IfMatch, Moment, OnceKey, View
from app.dossiers import payments
from app.dossiers import queries_api as queries
from app.dossiers.case import Case
from app.faces.access import SignedInVisit, Visit, require_role
from app.faces.routes import Router
from app.fees import service as fees
from app.org.models import Role

router = Router(prefix="/dossiers/{dossier}", tags=["Money"])


class Fee(View):
    """One line owed, and how its amount came about."""

    code: str
    kind: str = Field(examples=["charge"])
    name: str
    quantity: int
    amount: int = Field(examples=[15000])
    explanation: str
    state: str = Field(examples=["owed"])
    paid_at: Moment | None


class Payment(View):
    """One attempt to pay. While it is `unknown` nobody may be asked to pay again."""

    id: UUID
    amount: int
    method: Literal["counter", "online"]
    state: str = Field(examples=["captured"])
    pay_url: str | None
    started_at: Moment
    settled_at: Moment | None


class Receipt(View):
    """A numbered receipt. `document_id` once it is printed."""

    payment_id: UUID
    series: str
    year: int
    number: int
    issued_on: date
    document_id: UUID | None


class Money(View):
    """What a dossier owes and has paid."""

    owed: int
    paid: int
    fees: list[Fee]
    payments: list[Payment]
    receipts: list[Receipt]


class Paying(Body):
    """`online`: the citizen, on the payment platform. `counter`: an officer has taken the money."""

    method: Literal["online", "counter"]


class Started(View):
    """Where to pay (online), or how it stands now (counter)."""

    pay_url: str | None
    money: Money


@router.get("/fees", summary="What is owed")
async def owed(visit: SignedInVisit, dossier: DossierRef) -> Money:
    """Every line, payment and receipt. Coming back from the platform, ask here: the platform is asked too."""
    case = await cases.case_for(visit, dossier)
    if visit.tools.payment is not None and case.code is not None:
        open_ones = [one for one in await fees.payments_of(visit.db, case.id) if one.state in ("started", "unknown")]
        if any(one.method == "online" for one in open_ones):
            await payments.back_from_platform(visit.db, visit.tools, case)
    return await _money(visit, case)


@router.post("/payments", status_code=201, summary="Pay everything owed")
@once
async def pay(
    visit: SignedInVisit, dossier: DossierRef, body: Paying, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> Started:
    """A repeated online payment leads to the same page. Money counts only by proof."""
    case = await cases.case_for(visit, dossier, if_match)
    if body.method == "counter":
        require_role(visit, Role.RECEPTION)
        await payments.take_at_counter(visit.db, visit.tools, case, officer=visit.officer)
        return Started(pay_url=None, money=await _money(visit, case))
    _ = visit.citizen
    back = f"{visit.tools.public_url}/dossiers/{case.id}/pay/back"
    url = await payments.start_online(visit.db, visit.tools, case, return_url=back)
    return Started(pay_url=url, money=await _money(visit, case))


async def _money(visit: Visit, case: Case) -> Money:
    balance = await fees.balance(visit.db, case.id)
    return Money(
        owed=balance.owed, paid=balance.paid,
        fees=[
            Fee(
                code=one.code, kind=one.kind, name=one.name, quantity=one.quantity, amount=one.amount,
                explanation=one.explanation, state=one.state, paid_at=one.paid_at,
            )
            for one in await fees.of_dossier(visit.db, case.id)
        ],
        payments=[
            Payment(
                id=one.id, amount=one.amount, method=one.method, state=one.state, pay_url=one.pay_url,
                started_at=one.started_at, settled_at=one.settled_at,
            )
            for one in await fees.payments_of(visit.db, case.id)
        ],
        receipts=[Receipt(**row) for row in await queries.receipts_of(visit.db, case.id)],
    )
