"""Sign many files at once: time-stamps many in flight, everything else that is asked of others asked once.

A time-stamp is waiting for somebody else, so a batch waits for many together. Proofs of validity are fetched after the
last time-stamp, which keeps them newer than every signature, once for each signer and authority and not for each file.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime

import aiohttp

from signing.appearance import Appearance, LaterSignature
from signing.certificates import check_period, check_signer, now
from signing.cms import Maker
from signing.errors import SigningError
from signing.exchange import Exchange
from signing.keys import SigningKey
from signing.network import http_session, run
from signing.sign import Certify, Level, Order, SignedPdf, laid_out, one_signature, told
from signing.timestamps import HttpTimeStamper, Timestamper
from signing.trust import TrustRoots
from signing.validation_data import Proofs, closed, with_proofs

# A signature and its stamp cost a millisecond: with an authority 100 ms away fewer would leave the processor waiting.
MOST_IN_FLIGHT = 128

Outcome = SignedPdf | SigningError


@dataclass(frozen=True)
class Signing:
    """One file of a batch; the words are those of `sign_pdf`."""

    pdf: bytes = dataclass_field(repr=False)
    key: SigningKey
    appearance: Appearance | None = None
    certify: Certify = "none"
    later: tuple[LaterSignature, ...] = ()
    field: str | None = None
    reason: str | None = None
    location: str | None = None
    signed_at: datetime | None = None


def sign_batch(
    signings: Sequence[Signing],
    *,
    level: Level,
    timestamper: Timestamper | None = None,
    trust: TrustRoots | None = None,
    in_flight: int = MOST_IN_FLIGHT,
    maker: Maker = "template",
) -> list[Outcome]:
    """Sign each file; for each, in the same order, the signed file or the error that concerns it alone.

    `level`: B-T and above need `timestamper`, B-LT and above `trust` too. B-LTA closes every file with a time-stamp of
    its own. `in_flight`: files waited for at the same time. Blocking: call it in a thread.
    Raises ValueError for an order that makes no sense; what `sign_pdf` raises comes back in the place of its file.
    """
    if level != "B-B" and timestamper is None:
        raise ValueError("a time-stamped signature needs a time-stamper")
    if level in ("B-LT", "B-LTA") and trust is None:
        raise ValueError("validation data needs trust roots")
    stamped = timestamper if level != "B-B" else None
    orders = [_order(one, stamped, trust, maker) for one in signings]
    return run(_batch([one.pdf for one in signings], orders, level, in_flight))


def _order(one: Signing, timestamper: Timestamper | None, trust: TrustRoots | None, maker: Maker) -> Order:
    moment = one.signed_at or now()
    if moment.tzinfo is None:
        raise ValueError("signed_at must be aware")
    return Order(
        one.key, one.appearance, timestamper, False, trust, one.certify, one.later, one.field, one.reason, one.location,
        moment, maker,
    )  # fmt: skip


async def _batch(pdfs: list[bytes], orders: list[Order], level: Level, in_flight: int) -> list[Outcome]:
    async with http_session() as session, Exchange() as exchange:
        unfit = await _unfit(orders, session)
        gate = asyncio.Semaphore(in_flight)

        async def sign(n: int) -> Outcome:
            refused = unfit.get(orders[n].key.certificate)
            return refused or await _tried(gate, lambda: _signed(pdfs[n], orders[n], session, exchange))

        outcomes = list(await asyncio.gather(*(sign(n) for n in range(len(orders)))))
        trust = next((order.trust for order in orders), None)
        if level in ("B-LT", "B-LTA") and trust is not None:
            proofs = Proofs(trust, session)
            timestamper = orders[0].timestamper if level == "B-LTA" else None
            return await _with_proofs(outcomes, proofs, timestamper, session, exchange, gate)
    return outcomes


async def _unfit(orders: list[Order], session: aiohttp.ClientSession) -> dict[bytes, SigningError]:
    """Certificates that may not sign now; each is asked about once."""
    found: dict[bytes, SigningError] = {}
    for order in {order.key.certificate: order for order in orders}.values():
        try:
            check_period(order.key, now())
            if order.trust is not None:
                await check_signer(order.key, order.trust, session)
        except SigningError as error:
            found[order.key.certificate] = error
    return found


async def _signed(pdf: bytes, order: Order, session: aiohttp.ClientSession, exchange: Exchange) -> SignedPdf:
    work = await laid_out(pdf, order)
    check_period(order.key, min(order.moment, now()))
    client = HttpTimeStamper(order.timestamper, session, exchange) if order.timestamper else None
    return told(pdf, work, await one_signature(work, order, client), order)


async def _with_proofs(
    outcomes: list[Outcome],
    proofs: Proofs,
    timestamper: Timestamper | None,
    session: aiohttp.ClientSession,
    exchange: Exchange,
    gate: asyncio.Semaphore,
) -> list[Outcome]:
    """B-LT; with a time-stamper B-LTA."""
    for n, outcome in enumerate(outcomes):
        if isinstance(outcome, SignedPdf):
            try:
                await proofs.collect_signed(outcome.data)
            except SigningError as error:
                outcomes[n] = error
    store = proofs.store()

    async def close(outcome: Outcome) -> Outcome:
        if isinstance(outcome, SigningError):
            return outcome
        if timestamper is None:
            return _grown(outcome, with_proofs(outcome.data, proofs, store), "B-LT")
        return _grown(outcome, await closed(outcome.data, proofs, timestamper, session, exchange), "B-LTA")

    return list(await asyncio.gather(*(_tried(gate, functools.partial(close, outcome)) for outcome in outcomes)))


async def _tried(gate: asyncio.Semaphore, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    async with gate:
        try:
            return await work()
        except SigningError as error:
            return error


def _grown(signed: SignedPdf, data: bytes, level: Level) -> SignedPdf:
    return replace(signed, data=data, sha256=hashlib.sha256(data).hexdigest(), level=level)
