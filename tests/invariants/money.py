"""I4 and I11: what was owed, taken and receipted; and that everything queued was done once, or is visible as stuck."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.invariants.facts import Facts, Row, Violation

FORGOTTEN = timedelta(minutes=15)  # a waiting job that should have run this long ago was lost
SENT = ("sent", "delivered")


def check(facts: Facts) -> Iterator[Violation]:
    """Everything these two invariants say."""
    yield from _fees(facts)
    yield from _receipts(facts)
    yield from _platform(facts)
    yield from _jobs(facts)
    yield from _notices(facts)


def _fees(facts: Facts) -> Iterator[Violation]:
    fees, paid_by = facts.one("fee"), defaultdict[UUID, list[Row]](list)
    for row in facts["payment"]:
        name, lines = f"payment {row['id']} of {facts.name(row['dossier_id'])}", [UUID(one) for one in row["fee_ids"]]
        known = [fees[one] for one in lines if one in fees]
        if any(fee["dossier_id"] != row["dossier_id"] for fee in known):
            yield Violation("I4.foreign-fee", name, "it pays another dossier's fees")
        if row["state"] != "captured":
            continue
        for one in lines:
            paid_by[one].append(row)
        if len(known) != len(lines) or sum(fee["amount"] for fee in known) != row["amount"]:
            yield Violation("I4.amount", name, f"{row['amount']} đ were taken for lines that make another sum")
        if any(fee["state"] not in ("paid", "refunded") for fee in known):
            yield Violation("I4.still-owed", name, "captured, and a line of it is not paid")
        if row["settled_at"] is None:
            yield Violation("I4.no-moment", name, "captured at no moment")
        if row["method"] == "counter" and row["taken_by"] is None:
            yield Violation("I4.nobody", name, "taken at the counter by nobody")
    for fee in facts["fee"]:
        name = f"{fee['code']} of {facts.name(fee['dossier_id'])}"
        if len(paid_by[fee["id"]]) > 1:
            yield Violation("I4.charged-twice", name, f"{len(paid_by[fee['id']])} payments were captured for it")
        if fee["state"] == "paid" and not paid_by[fee["id"]]:
            yield Violation("I4.unpaid", name, "marked paid; no captured payment says so")
    for dossier_id, rows in facts.by("payment").items():
        if sum(row["state"] in ("started", "unknown") for row in rows) > 1:
            yield Violation("I4.two-open", facts.name(dossier_id), "two payments are under way at once")
    for dossier in facts["dossier"]:
        owed = [fee for fee in facts.by("fee").get(dossier["id"], []) if fee["state"] == "owed"]
        if dossier["state"] in ("refused_at_intake", "refused", "withdrawn", "stopped") and owed:
            yield Violation("I4.owed-for-nothing", facts.name(dossier["id"]), "it ended without a result and still owes")


def _receipts(facts: Facts) -> Iterator[Violation]:
    payments, receipts = facts.one("payment"), facts.one("fee_receipt", "payment_id")
    for row in facts["payment"]:
        if (row["state"] == "captured") != (row["id"] in receipts):
            yield Violation("I4.receipt", f"payment {row['id']}", f"{row['state']}, receipt: {row['id'] in receipts}")
    for payment_id in receipts.keys() - payments.keys():
        yield Violation("I4.receipt-alone", f"receipt of {payment_id}", "no such payment")


def _platform(facts: Facts) -> Iterator[Violation]:
    if "payment" not in facts.books:
        return
    charges = {row["reference"]: row for row in facts.books["payment"].get("charge", [])}
    ours = {str(row["id"]): row for row in facts["payment"] if row["method"] == "online"}
    for reference, charge in charges.items():
        row = ours.get(reference)
        if row is None:
            yield Violation("I4.unknown-charge", reference, "the platform took money for a payment we do not have")
        elif row["state"] != "captured" and facts.finished:
            yield Violation("I4.money-lost", reference, f"the platform has the money; here it is {row['state']}")
        elif row["amount"] != charge["amount"]:
            yield Violation("I4.platform-amount", reference, f"{charge['amount']} there, {row['amount']} here")
    for reference, row in ours.items():
        if row["state"] == "captured" and reference not in charges:
            yield Violation("I4.not-charged", reference, "captured here; the platform never took it")


def _jobs(facts: Facts) -> Iterator[Violation]:
    now = datetime.now(UTC)
    for key, count in Counter(row["key"] for row in facts["job"]).items():
        if count > 1:
            yield Violation("I11.queued-twice", key, f"one piece of work has {count} jobs")
    for row in facts["job"]:
        name = f"job {row['id']} {row['name']} of {facts.name(row['dossier_id']) if row['dossier_id'] else 'no dossier'}"
        if (row["state"] == "done") != (row["done_at"] is not None):
            yield Violation("I11.moment", name, f"{row['state']}, done at {row['done_at']}")
        if row["state"] == "done" and row["attempts"] < 1:
            yield Violation("I11.never-started", name, "done without one start")
        if row["state"] == "waiting" and row["run_at"] < now - (timedelta(0) if facts.finished else FORGOTTEN):
            yield Violation("I11.forgotten", name, f"should have run at {row['run_at']:%H:%M:%S} and nobody did")
        if row["state"] == "stuck" and not row["trouble"] and row["attempts"] < 8:
            yield Violation("I11.stuck-silently", name, "stuck without a reason")


def _notices(facts: Facts) -> Iterator[Violation]:
    jobs = {row["payload"].get("notice_id"): row for row in facts["job"] if row["name"] == "send_notice"}
    told: dict[tuple[Any, ...], int] = Counter()
    for row in facts["notice"]:
        name, job = f"{row['event']} by {row['channel']} of {facts.name(row['dossier_id'])}", jobs.get(str(row["id"]))
        told[row["key"]] += 1
        if row["channel"] == "page":
            continue
        if row["state"] == "queued" and (job is None or job["state"] in ("done", "dropped")):
            yield Violation("I11.unsent", name, "it waits to be sent and nothing will send it")
        if row["state"] in SENT and (job is None or job["state"] != "done"):
            yield Violation("I11.sent-by-nobody", name, "sent without its job")
    for key, count in told.items():
        if count > 1:
            yield Violation("I11.told-twice", str(key), f"{count} notices of one change on one channel")
    yield from _letters(facts)


def _letters(facts: Facts) -> Iterator[Violation]:
    """What the SMS broker and the mailbox hold, against the notices."""
    known = {str(row["id"]): row for row in facts["notice"]}
    for system, table, column in (("sms", "message", "client_id"), ("mailbox", "mail", "message_id")):
        if system not in facts.books:
            continue
        there = {str(row[column]).strip("<>").partition("@")[0] for row in facts.books[system].get(table, [])}
        for one in there - known.keys():
            yield Violation("I11.unknown-letter", f"{system} {one}", "somebody was told what no notice says")
        channel = "sms" if system == "sms" else "email"
        for one, row in known.items():
            if row["channel"] == channel and row["state"] in SENT and one not in there:
                yield Violation("I11.not-there", f"{system} {one}", "marked sent; it never arrived there")
    for dossier in facts["dossier"]:
        if dossier["state"] != "draft" and facts.finished:
            events = {row["event"] for row in facts.by("notice").get(dossier["id"], [])}
            if "submitted" not in events:
                yield Violation("I11.untold", facts.name(dossier["id"]), "the applicant was never told it was submitted")
