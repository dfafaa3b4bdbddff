"""Stands in for the national payment platform: takes an order, shows the citizen a pay page, tells the office.

Messages carry the platform's own field names (MaThamChieu, SoTien, KetQua …). Only the signed message from
server to server, or asking the platform, says that money was paid; the browser coming back says nothing.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators import callbacks
from simulators.book import Row
from simulators.callbacks import Messenger
from simulators.mischief import CALLBACKS, CALLS
from simulators.outside import Outside, Refusal, asked, command_line, fingerprint, read_signed, serve, stand_up
from simulators.pages import page, pairs

# `unknown`: the bank does not say what became of it, for up to `unknown_seconds`; `declined`: it says no.
RATES = {**CALLS, **CALLBACKS, "unknown": 0.05, "unknown_seconds": 60.0, "declined": 0.03}
SCHEMA = callbacks.SCHEMA + """
CREATE TABLE IF NOT EXISTS payment (
    reference TEXT PRIMARY KEY, transaction_id TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
    content TEXT NOT NULL, fingerprint TEXT NOT NULL, return_url TEXT NOT NULL,
    state TEXT NOT NULL,                 -- created paid cancelled failed unknown expired
    created_at REAL NOT NULL, changed_at REAL NOT NULL, resolve_at REAL
);
CREATE TABLE IF NOT EXISTS charge (      -- money really taken: once per payment at most
    reference TEXT PRIMARY KEY, amount INTEGER NOT NULL, charged_at REAL NOT NULL, bill_number TEXT NOT NULL UNIQUE
);
"""
RESULT = {"paid": "00", "created": "01", "cancelled": "02", "failed": "03", "unknown": "04", "expired": "05"}
LASTING = 15 * 60        # seconds a pay page stays open
VIETNAM = timezone(timedelta(hours=7))
SYSTEM = "Nền tảng thanh toán"


class PaymentPlatform:
    def __init__(self, outside: Outside, callback_url: str) -> None:
        self.outside = outside
        self.book = outside.book
        self.messenger = Messenger(outside, callback_url, lambda body: {**body, "KetQua": "00"})

    def routes(self) -> list[Route]:
        return [
            Route("/api/payments", self.init, methods=["POST"]),
            Route("/api/payments/{reference}", self.status),
            Route("/api/bills/{reference}", self.bill),
            Route("/api/statements/{day}", self.statement),
            Route("/pay/{transaction_id}", self.show, methods=["GET"]),
            Route("/pay/{transaction_id}", self.decide, methods=["POST"]),
        ]

    async def init(self, request: Request) -> Response:
        """Open a payment, once per MaThamChieu. Asking again gives the same page."""
        content = await read_signed(self.outside, request)
        reference, back = asked(content, "MaThamChieu", "UrlQuayLai")
        amount = content.get("SoTien")
        if not isinstance(amount, int) or amount <= 0 or content.get("MaTienTe") != "VND":
            raise Refusal(422, "bad_amount", "Số tiền phải là số nguyên dương, đơn vị VND")
        try:
            total = sum(int(item["SoTien"]) for item in content["ThongTinBienLai"]["DSKhoanNop"])
        except (KeyError, TypeError, ValueError):
            raise Refusal(422, "bad_items", "Danh sách khoản nộp không hợp lệ") from None
        if total != amount:
            raise Refusal(422, "bad_sum", "Tổng các khoản nộp khác số tiền")
        if urlsplit(back).scheme not in ("http", "https"):
            raise Refusal(422, "bad_return", "Địa chỉ quay lại không hợp lệ")
        order = {key: value for key, value in content.items() if key != "ThoiGianGD"}
        known = self.book.row("SELECT fingerprint FROM payment WHERE reference = ?", reference)
        if known and known["fingerprint"] != fingerprint(order):
            raise Refusal(409, "other_content", "Mã tham chiếu đã dùng cho giao dịch khác")
        if known is None:
            transaction_id = uuid5(NAMESPACE_URL, f"payment/{self.outside.mischief.seed}/{reference}").hex
            self.book.run(
                "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, 'created', ?, ?, NULL)",
                reference, transaction_id, amount, json.dumps(order, ensure_ascii=False), fingerprint(order), back,
                time.time(), time.time(),
            )
            self.messenger.tempt(reference, self._summary(self._known(reference)))
        return self._told(self._known(reference))

    async def status(self, request: Request) -> Response:
        await read_signed(self.outside, request)
        return self._told(self._known(request.path_params["reference"]))

    def _known(self, reference: str) -> Row:
        self._settle()
        row = self.book.row("SELECT * FROM payment WHERE reference = ?", reference)
        if row is None:
            raise Refusal(404, "no_such_payment", "Không có giao dịch này")
        return row

    def _told(self, row: Row) -> Response:
        closes = datetime.fromtimestamp(row["created_at"] + LASTING, UTC).isoformat()
        url = f"{self.outside.url}/pay/{row['transaction_id']}"
        return JSONResponse(self._summary(row) | {"UrlThanhToan": url, "HetHan": closes})

    def _summary(self, row: Row) -> dict[str, Any]:
        return {
            "KetQua": RESULT[row["state"]], "MaThamChieu": row["reference"], "MaGiaoDich": row["transaction_id"],
            "SoTien": row["amount"], "ThoiGian": datetime.fromtimestamp(row["changed_at"], UTC).isoformat(),
        }

    async def bill(self, request: Request) -> Response:
        """The receipt of a paid payment (GET_BILL)."""
        await read_signed(self.outside, request)
        row = self._known(request.path_params["reference"])
        charge = self.book.row("SELECT * FROM charge WHERE reference = ?", row["reference"])
        if charge is None:
            raise Refusal(404, "not_paid", "Giao dịch chưa thanh toán")
        told = json.loads(row["content"]).get("ThongTinBienLai", {})
        at = datetime.fromtimestamp(charge["charged_at"], VIETNAM)
        return JSONResponse({
            "MaThamChieu": row["reference"], "SoBienLai": charge["bill_number"], "NgayLap": at.isoformat(),
            "SoTien": charge["amount"], "MaHoSo": told.get("MaHoSo", ""), "TenDonVi": told.get("TenDonVi", ""),
            "NguoiNop": told.get("HoTenNguoiNop", ""), "DSKhoanNop": told.get("DSKhoanNop", []),
        })

    async def statement(self, request: Request) -> Response:
        """Everything charged on one day of Vietnam's calendar, for the office to compare with its own ledger."""
        await read_signed(self.outside, request)
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            raise Refusal(422, "bad_day", "Ngày không hợp lệ") from None
        self._settle()
        start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()
        lines = self.book.rows(
            """SELECT reference AS MaThamChieu, transaction_id AS MaGiaoDich, charge.amount AS SoTien,
                      bill_number AS SoBienLai
               FROM charge JOIN payment USING (reference)
               WHERE charged_at >= ? AND charged_at < ? ORDER BY charged_at""",
            start, start + 86_400,
        )
        return JSONResponse({"Ngay": day.isoformat(), "GiaoDich": lines, "TongTien": sum(x["SoTien"] for x in lines)})

    # What the citizen sees

    async def show(self, request: Request) -> Response:
        self._settle()
        row = self.book.row("SELECT * FROM payment WHERE transaction_id = ?", request.path_params["transaction_id"])
        if row is None:
            return page(SYSTEM, "Không có giao dịch này", "<p>Hãy quay lại trang dịch vụ công.</p>", 404)
        told = json.loads(row["content"]).get("ThongTinBienLai", {})
        amount = f"{row['amount']:,} đồng".replace(",", ".")
        facts = {"Đơn vị thu": told.get("TenDonVi", ""), "Mã hồ sơ": told.get("MaHoSo", ""), "Số tiền": amount}
        if row["state"] != "created":
            words = {
                "paid": "Đã thanh toán", "cancelled": "Đã huỷ", "failed": "Ngân hàng từ chối", "expired": "Đã hết hạn",
                "unknown": "Ngân hàng đang xử lý, chưa có kết quả. Đừng thanh toán lại.",
            }
            back = f'<p><a href="{escape(self._return(row))}">Quay lại trang dịch vụ công</a></p>'
            return page(SYSTEM, words[row["state"]], pairs(facts) + back)
        buttons = (
            '<form method="post"><p><button name="action" value="pay">Thanh toán (pay)</button></p>'
            '<p><button class="quiet" name="action" value="cancel">Huỷ giao dịch (cancel)</button></p>'
            '<p><button class="quiet" name="action" value="leave">Để sau, quay lại (leave)</button></p></form>'
        )
        return page(SYSTEM, "Thanh toán phí, lệ phí", pairs(facts) + buttons)

    async def decide(self, request: Request) -> Response:
        """Pay, cancel or leave. A second click finds the payment decided and changes nothing."""
        action = (await request.form()).get("action")
        self._settle()
        row = self.book.row("SELECT * FROM payment WHERE transaction_id = ?", request.path_params["transaction_id"])
        if row is None:
            return page(SYSTEM, "Không có giao dịch này", "<p>Hãy quay lại trang dịch vụ công.</p>", 404)
        if row["state"] == "created" and action == "pay":
            self._pay(row)
        elif row["state"] == "created" and action == "cancel":
            self._end(row, "cancelled")
        row = self._known(row["reference"])
        if row["state"] == "unknown":
            return RedirectResponse(f"/pay/{row['transaction_id']}", 303)
        return RedirectResponse(self._return(row), 303)

    def _return(self, row: Row) -> str:
        joint = "&" if urlsplit(row["return_url"]).query else "?"
        query = urlencode({"MaThamChieu": row["reference"], "KetQua": RESULT[row["state"]]})
        return f"{row['return_url']}{joint}{query}"

    # What becomes of the money

    def _pay(self, row: Row) -> None:
        mischief, reference = self.outside.mischief, row["reference"]
        if mischief.strikes("unknown", reference):
            wait = mischief.seconds("unknown_seconds", reference)
            self.book.run(
                "UPDATE payment SET state = 'unknown', changed_at = ?, resolve_at = ? WHERE reference = ?",
                time.time(), time.time() + wait, reference,
            )
        else:
            self._end(row, "failed" if mischief.strikes("declined", reference) else "paid")

    def _end(self, row: Row, state: str) -> None:
        """The last word on a payment: charge if paid, and tell the office, in one transaction."""
        now, reference = time.time(), row["reference"]
        with self.book.together():
            self.book.run(
                "UPDATE payment SET state = ?, changed_at = ?, resolve_at = NULL WHERE reference = ?",
                state, now, reference,
            )
            if state == "paid":
                number = f"{self.book.value('SELECT count(*) FROM charge') + 1:08d}"
                self.book.run("INSERT INTO charge VALUES (?, ?, ?, ?)", reference, row["amount"], now, number)
            event_id = str(uuid5(NAMESPACE_URL, f"payment/{reference}/{state}"))
            told = self._summary({**row, "state": state, "changed_at": now})
            self.messenger.tell(event_id, {"event_id": event_id, **told})

    def _settle(self) -> None:
        """Answers the bank gave meanwhile, and pages nobody used."""
        now = time.time()
        for row in self.book.rows("SELECT * FROM payment WHERE state = 'unknown' AND resolve_at <= ?", now):
            taken = self.outside.mischief.dice("outcome", row["reference"]).random() < 0.7
            self._end(row, "paid" if taken else "failed")
        for row in self.book.rows("SELECT * FROM payment WHERE state = 'created' AND created_at <= ?", now - LASTING):
            self._end(row, "expired")

    async def tidy(self) -> None:
        """Work of the system: settle once a second."""
        while True:
            if not self.outside.mischief.down:
                self._settle()
            await asyncio.sleep(1)


def main(argv: Sequence[str] | None = None) -> None:
    parser = command_line("payment", 9403, RATES)
    callbacks.add_address(parser)
    told = parser.parse_args(argv)
    outside = stand_up("payment", told, SCHEMA, RATES)
    platform = PaymentPlatform(outside, told.callback_url)
    serve(outside, platform.routes(), [platform.tidy, platform.messenger.carry])


if __name__ == "__main__":
    main()
