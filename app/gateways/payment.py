"""The national payment platform. Wire names are the platform's own (MaThamChieu, SoTien, KetQua …).

Money counts as paid only by a verified message from server to server or by asking `status`; what the
citizen's browser brings back is a hint to look, nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.gateways import callbacks
from app.gateways.line import Line, segment


@dataclass(frozen=True)
class PaymentItem:
    """One fee. `amount` in đồng."""

    code: str
    name: str
    amount: int


@dataclass(frozen=True)
class PaymentOrder:
    """What is to be paid and for what. The browser comes back to `return_url` (http or https)."""

    items: tuple[PaymentItem, ...]
    dossier_code: str
    procedure_code: str
    procedure_name: str
    office_code: str
    office_name: str
    return_url: str
    payer_name: str = field(default="", repr=False)
    payer_number: str = field(default="", repr=False)
    language: str = "vi"

    @property
    def amount(self) -> int:
        return sum(item.amount for item in self.items)


class PaymentState(StrEnum):
    """`unknown`: the bank has not said; it may have taken the money, so no second payment may be opened."""

    CREATED = "created"
    PAID = "paid"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (PaymentState.CREATED, PaymentState.UNKNOWN)


RESULT = {
    "00": PaymentState.PAID, "01": PaymentState.CREATED, "02": PaymentState.CANCELLED, "03": PaymentState.FAILED,
    "05": PaymentState.EXPIRED,
}   # any other code, known today or not, is UNKNOWN


@dataclass(frozen=True)
class Payment:
    """A payment as the platform has it. The citizen pays at `pay_url` until `closes_at`."""

    reference: str
    transaction_id: str
    state: PaymentState
    amount: int
    changed_at: datetime
    pay_url: str
    closes_at: datetime


@dataclass(frozen=True)
class PaymentEvent:
    """The platform's word on one payment. `event_id` is the same when it is pushed again."""

    event_id: str
    reference: str
    transaction_id: str
    state: PaymentState
    amount: int
    at: datetime


@dataclass(frozen=True)
class Bill:
    """The platform's receipt of a paid payment."""

    reference: str
    number: str
    issued_at: datetime
    amount: int
    items: tuple[PaymentItem, ...]


@dataclass(frozen=True)
class StatementLine:
    reference: str
    transaction_id: str
    amount: int
    bill_number: str


@dataclass(frozen=True)
class Statement:
    """Everything charged on one day of Vietnam's calendar; `total` is the platform's own sum."""

    day: date
    lines: tuple[StatementLine, ...]
    total: int


class PaymentPlatform(Protocol):
    async def begin(self, order: PaymentOrder, *, reference: str) -> Payment:
        """Open a payment, once per `reference`; again gives the same page.

        Raises GatewayDown, GatewayRefused (other_content: the reference was used for another order).
        """

    async def status(self, reference: str) -> Payment:
        """Ask how a payment stands: after the browser came back, and in the daily comparison."""

    async def bill(self, reference: str) -> Bill:
        """The receipt. Raises GatewayRefused (not_paid)."""

    async def statement(self, day: date) -> Statement:
        """All charges of a day, to compare with our ledger."""

    async def close(self) -> None: ...


class HttpPayment:
    """`PaymentPlatform` over HTTP. `partner` is our code there (MaDoiTac). See `Line` for the time limits."""

    def __init__(
        self, base_url: str, secret: str, *,
        partner: str = "MOTCUA", connect_seconds: float = 2.0, total_seconds: float = 5.0,
    ) -> None:
        self._line = Line("payment", base_url, secret, connect_seconds=connect_seconds, total_seconds=total_seconds)
        self._partner = partner

    async def begin(self, order: PaymentOrder, *, reference: str) -> Payment:
        receipt = {
            "MaHoSo": order.dossier_code, "MaTTHC": order.procedure_code, "TenTTHC": order.procedure_name,
            "MaDonVi": order.office_code, "TenDonVi": order.office_name, "HoTenNguoiNop": order.payer_name,
            "SoGiayToNguoiNop": order.payer_number,
            "DSKhoanNop": [{"Ma": one.code, "NoiDung": one.name, "SoTien": one.amount} for one in order.items],
        }
        asked = {
            "LoaiBanTin": "INIT", "PhienBan": "1.0", "MaDoiTac": self._partner, "MaThamChieu": reference,
            "SoTien": order.amount, "MaTienTe": "VND", "NgonNgu": order.language, "UrlQuayLai": order.return_url,
            "ThoiGianGD": datetime.now(UTC).isoformat(), "ThongTinBienLai": receipt,
        }
        return self._payment(await self._line.post("/api/payments", asked))

    async def status(self, reference: str) -> Payment:
        return self._payment(await self._line.get(f"/api/payments/{segment(reference)}"))

    def _payment(self, content: dict[str, Any]) -> Payment:
        with self._line.understanding():
            return Payment(
                reference=str(content["MaThamChieu"]), transaction_id=str(content["MaGiaoDich"]),
                state=RESULT.get(content["KetQua"], PaymentState.UNKNOWN), amount=int(content["SoTien"]),
                changed_at=datetime.fromisoformat(content["ThoiGian"]), pay_url=str(content["UrlThanhToan"]),
                closes_at=datetime.fromisoformat(content["HetHan"]),
            )

    async def bill(self, reference: str) -> Bill:
        content = await self._line.get(f"/api/bills/{segment(reference)}")
        with self._line.understanding():
            items = tuple(
                PaymentItem(str(one["Ma"]), str(one["NoiDung"]), int(one["SoTien"])) for one in content["DSKhoanNop"]
            )
            issued_at = datetime.fromisoformat(content["NgayLap"])
            return Bill(str(content["MaThamChieu"]), str(content["SoBienLai"]), issued_at, int(content["SoTien"]), items)

    async def statement(self, day: date) -> Statement:
        content = await self._line.get(f"/api/statements/{day.isoformat()}")
        with self._line.understanding():
            lines = tuple(
                StatementLine(
                    str(one["MaThamChieu"]), str(one["MaGiaoDich"]), int(one["SoTien"]), str(one["SoBienLai"])
                )
                for one in content["GiaoDich"]
            )
            return Statement(date.fromisoformat(content["Ngay"]), lines, int(content["TongTien"]))

    async def close(self) -> None:
        await self._line.close()


def verify_callback(
    body: bytes, headers: Mapping[str, str], secret: str, *,
    now: datetime | None = None, window: timedelta = callbacks.REPLAY_WINDOW,
) -> PaymentEvent:
    """The platform's word in a pushed message. Raises ForgedMessage.

    The caller still compares `amount` and `transaction_id` with what it asked for.
    """
    content = callbacks.opened(body, headers, secret, now=now, window=window)
    with callbacks.understanding():
        return PaymentEvent(
            event_id=content["event_id"], reference=str(content["MaThamChieu"]),
            transaction_id=str(content["MaGiaoDich"]), state=RESULT.get(content["KetQua"], PaymentState.UNKNOWN),
            amount=int(content["SoTien"]), at=datetime.fromisoformat(content["ThoiGian"]),
        )
