"""I3, I5, I9, I10, I12: results and their numbers, one delivery, bytes as hashed, one office, signed as previewed."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from tests.invariants.facts import OF_DOSSIER, Facts, Row, Violation, sha256

OUT = ("issued", "revoked")


def check(facts: Facts) -> Iterator[Violation]:
    """Everything these five invariants say."""
    yield from _results(facts)
    yield from _books(facts)
    yield from _deliveries(facts)
    yield from _bytes(facts)
    yield from _one_office(facts)
    yield from _signatures(facts)


def _results(facts: Facts) -> Iterator[Violation]:
    documents = facts.one("document")
    entries = {row["result_id"]: row for row in facts["register_entry"] if row["void_why"] is None}
    for (dossier_id, n), count in Counter((row["dossier_id"], row["n"]) for row in facts["result"]).items():
        if count > 1:
            yield Violation("I3.result-twice", facts.name(dossier_id), f"result {n} exists {count} times")
    for row in facts["result"]:
        name, dossier = f"{facts.name(row['dossier_id'])}-KQ{row['n']}", facts.dossiers.get(row["dossier_id"])
        if row["number"] is not None and row["state"] != "discarded":
            entry = entries.get(row["id"])
            if entry is None or (entry["number"], entry["year"]) != (row["number"], row["dated"].year):
                yield Violation("I3.not-in-book", name, f"number {row['number_text']} is not in its book under this result")
        if row["state"] in OUT:
            if row["number"] is None or row["document_id"] is None or row["issued_at"] is None:
                yield Violation("I3.issued-bare", name, "issued without number, document or moment")
            if dossier is not None and row["store_code"] != f"{dossier['code']}-KQ{row['n']}":
                yield Violation("I3.store-code", name, f"stored under {row['store_code']}")
            kinds = sorted(one["kind"] for one in facts["signature"] if _chain(facts, row, one))
            if kinds != ["leader", "seal"]:
                yield Violation("I3.signatures", name, f"issued with {kinds or 'no signature'}")
        for column in ("document_id", "draft_id"):
            if row[column] is not None and row[column] not in documents:
                yield Violation("I9.no-document", name, f"its {column} names a document that does not exist")
        kept = documents.get(row["document_id"])
        if kept is not None and row["sha256"] != kept["sha256"]:
            yield Violation("I9.result-hash", name, "its hash is not its document's")
    ready = {row["dossier_id"] for row in facts["result"] if row["state"] in OUT}
    for dossier in facts["dossier"]:
        if (dossier["state"] in ("result_ready", "returned")) != (dossier["id"] in ready):
            yield Violation("I3.no-result", facts.name(dossier["id"]), f"it is {dossier['state']}; its results disagree")


def _chain(facts: Facts, result: Row, signature: Row) -> bool:
    """Whether a signature stands in the chain of bytes that ends with the issued result."""
    if signature["dossier_id"] != result["dossier_id"]:
        return False
    if signature["signed_sha256"] == result["sha256"]:
        return True
    return any(
        later["signed_sha256"] == result["sha256"] and later["previewed_sha256"] == signature["signed_sha256"]
        for later in facts["signature"]
    )


def _books(facts: Facts) -> Iterator[Violation]:
    """Numbers of a book run from 1, ascend with time, and each is used once or says why not."""
    results = facts.one("result")
    last = {(row["office_id"], row["book"], row["year"]): row["last"] for row in facts["register_book"]}
    drawn: dict[tuple[int, str, int], list[tuple[int, object]]] = {key: [] for key in last}
    for row in facts["register_entry"]:
        drawn.setdefault((row["office_id"], row["book"], row["year"]), []).append((row["number"], row["drawn_at"]))
    for row in facts["fee_receipt"]:
        key = (row["office_id"], f"receipt:{row['series']}", row["year"])
        drawn.setdefault(key, []).append((row["number"], row["issued_on"]))
    for key, found in drawn.items():
        name = f"book {key[1]}/{key[2]} of office {key[0]}"
        found.sort(key=lambda one: one[0])
        numbers = [number for number, _ in found]
        if len(set(numbers)) != len(numbers):
            yield Violation("I3.number-twice", name, "a number was drawn twice")
        if sorted(set(numbers)) != list(range(1, last.get(key, 0) + 1)):
            yield Violation("I3.gap", name, f"{len(set(numbers))} numbers, the book stands at {last.get(key, 0)}")
        if any(later < earlier for (_, earlier), (_, later) in pairwise(found)):  # type: ignore[operator]
            yield Violation("I3.order", name, "a higher number was drawn earlier")
    used = Counter(row["result_id"] for row in facts["register_entry"] if row["void_why"] is None)
    for result_id, count in used.items():
        result = results.get(result_id)
        if count > 1:
            yield Violation("I3.two-numbers", str(result_id), f"one result has {count} numbers in force")
        if result is None or result["state"] == "discarded" or result["number"] is None:
            yield Violation("I3.unexplained", str(result_id), "a number without a result does not say why")
    for row in facts["register_entry"]:
        result = results.get(row["result_id"])
        if row["void_why"] is not None and result is not None and result["state"] in OUT and not used[row["result_id"]]:
            yield Violation("I3.void-issued", str(row["result_id"]), "its number is void and the result is out")


def _deliveries(facts: Facts) -> Iterator[Violation]:
    shipments = {row["order_number"]: row for row in facts.books.get("post", {}).get("shipment", [])}
    results = facts.by("result")
    for dossier_id, rows in facts.by("delivery").items():
        name = facts.name(dossier_id)
        if max(Counter(row["way"] for row in rows).values()) > 1:
            yield Violation("I5.twice", name, "two deliveries the same way")
        if sum(row["state"] == "delivered" for row in rows) > 1:
            yield Violation("I5.handed-twice", name, "handed over more than once")
        if not any(one["state"] in OUT for one in results.get(dossier_id, [])):
            yield Violation("I5.nothing-to-deliver", name, "a delivery without an issued result")
        for row in rows:
            if (row["state"] == "delivered") != (row["delivered_at"] is not None):
                yield Violation("I5.moment", name, f"delivery {row['state']}, delivered at {row['delivered_at']}")
            if row["way"] == "counter" and row["state"] == "delivered" and not row["collector"]:
                yield Violation("I5.nobody", name, "handed over at the counter to nobody")
        dossier = facts.dossiers.get(dossier_id)
        if dossier and (dossier["state"] == "returned") != any(row["state"] == "delivered" for row in rows):
            yield Violation("I5.returned", name, f"it is {dossier['state']}; deliveries {[row['state'] for row in rows]}")
    if "post" in facts.books:
        ours = {str(row["id"]): row for row in facts["delivery"] if row["way"] == "post"}
        for order in shipments.keys() - ours.keys():
            yield Violation("I5.unknown-shipment", order, "the post carries something we never sent")
        for order, row in ours.items():
            there = shipments.get(order)
            if row["shipment_code"] is not None and (there is None or there["shipment_number"] != row["shipment_code"]):
                yield Violation("I5.shipment", facts.name(row["dossier_id"]), "the post knows no such shipment")
            told = [event["event_id"] for event in facts["shipment_event"] if event["delivery_id"] == row["id"]]
            said = {event for event in told if not event.startswith("list:")}      # our own hand-over lists
            known = {event["event_id"] for event in facts.books["post"].get("event", [])}
            if said - known:
                yield Violation("I5.invented", facts.name(row["dossier_id"]), "an event the post never sent")
        for content, count in Counter(row["content"] for row in shipments.values()).items():
            if count > 1:
                yield Violation("I5.shipped-twice", content[:60], f"{count} shipments of one result")


def _bytes(facts: Facts) -> Iterator[Violation]:
    for row in facts["document"]:
        name, data = f"{row['kind']} {row['id']} of {facts.name(row['dossier_id'])}", facts.store.bytes_of(row["object_key"])
        if data is None:
            yield Violation("I9.missing", name, "its object is not in the store")
        elif sha256(data) != row["sha256"] or len(data) != row["size"]:
            yield Violation("I9.bytes", name, "the stored bytes are not the ones that were hashed")
    for key, count in Counter(row["object_key"] for row in facts["document"]).items():
        if count > 1:
            yield Violation("I9.shared", key, "two documents share one object")
    documents = facts.one("document")
    for table in ("signature", "fee_receipt"):
        for row in facts[table]:
            if row["document_id"] is not None and row["document_id"] not in documents:
                words = "its document does not exist"
                yield Violation("I9.no-document", f"{table} of {facts.name(row['dossier_id'])}", words)


def _one_office(facts: Facts) -> Iterator[Violation]:
    for table in OF_DOSSIER:
        for row in facts[table]:
            dossier = facts.dossiers.get(row["dossier_id"])
            if dossier is not None and row["office_id"] != dossier["office_id"]:
                yield Violation("I10.office", f"{table} of {facts.name(dossier['id'])}", "it lies in another office's rows")
    officers = facts.one("officer")
    for row in facts["step"]:
        officer = officers.get(row["officer_id"])
        if row["officer_id"] is not None and (officer is None or officer["office_id"] != row["office_id"]):
            words = f"{row['name']} is held by an officer of no or another office"
            yield Violation("I10.holder", facts.name(row["dossier_id"]), words)


def _signatures(facts: Facts) -> Iterator[Violation]:
    documents = facts.one("document")
    for row in facts["signature"]:
        name, signed = f"{row['kind']} on {facts.name(row['dossier_id'])}", documents.get(row["document_id"])
        lines = facts.journal.get(row["dossier_id"], [])
        ordered = {"leader": "signature.ordered", "seal": "seal.ordered"}[row["kind"]]
        seen = {digest for line in lines if line["event"] == ordered for digest in line["facts"]["sha256"].split("+")}
        if row["previewed_sha256"] not in seen:
            yield Violation("I12.not-previewed", name, "nobody ordered a signature on these bytes")
        if signed is None or signed["sha256"] != row["signed_sha256"]:
            yield Violation("I12.signed-hash", name, "the signed document is another")
            continue
        before = [one for one in documents.values()
                  if one["dossier_id"] == row["dossier_id"] and one["sha256"] == row["previewed_sha256"]]
        data = facts.store.bytes_of(signed["object_key"]) or b""
        shown = facts.store.bytes_of(before[0]["object_key"]) if before else None
        if shown is None or not data.startswith(shown):
            yield Violation("I12.other-bytes", name, "what was signed does not begin with what was shown")
    for key, count in Counter(row["task_key"] for row in facts["signature"]).items():
        if count > 1:
            yield Violation("I12.twice", key, f"one order was signed {count} times")
