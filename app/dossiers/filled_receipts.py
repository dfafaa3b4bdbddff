"""Receipts, the application as it was declared, and the label of a packet, filled from the folder of a dossier."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.deliveries import service as deliveries
from app.deliveries.models import Delivery
from app.dossiers.addresses import place_of
from app.dossiers.drafting import answers_of
from app.dossiers.folder import CHANNELS, Folder, day_of, dialled, given_papers, head_of_unit
from app.dossiers.posting import receiver_of
from app.kit import clock
from app.kit.db import Db
from app.papers.lists import PostalLabel
from app.papers.receipts import Application, FeeLine, FeeReceipt, ResultReceipt, ReturnedResult, Section
from app.papers.words import dong, partial_day_in_figures
from app.procedures.questions import FormField
from app.results import service as results

Payload = Mapping[str, Any]
KINDS: Final[Mapping[str, str]] = {"fee": "Phí", "charge": "Lệ phí"}
RELATIONS: Final[Mapping[str, str]] = {"applicant": "", "authorised": "Người được ủy quyền"}
METHODS: Final[Mapping[str, str]] = {"counter": "Nộp trực tiếp tại quầy", "online": "Nền tảng thanh toán trực tuyến"}


async def result_receipt(db: Db, folder: Folder, payload: Payload) -> ResultReceipt:
    """Giấy biên nhận trả kết quả: what was handed over, by whom, to whom."""
    case = folder.case
    given = next(
        (one for one in reversed(await deliveries.of_dossier(db, case.id)) if one.way == "counter" and one.delivered_at),
        None,
    )
    collector: Mapping[str, Any] = given.collector if given else {}
    handed = [
        ReturnedResult(one.title, one.number_text or "", one.dated or clock.today(), copies=one.copies)
        for one in await results.of_dossier(db, case.id) if one.state == "issued"
    ]
    name = _first(collector, "collector_name", "collector") or folder.applicant.name
    relation = _first(collector, "collector_kind", "relation")
    return ResultReceipt(
        head=head_of_unit(folder.office), code=case.display_code, number=f"{folder.number}/BN", request=folder.request,
        holder=case.holder_name, results=tuple(handed), deliverer=folder.officer(given.handed_by if given else None).name,
        receiver=name, returned_at=(given.delivered_at if given else None) or case.returned_at or clock.now(),
        receiver_phone=_first(collector, "collector_phone"),
        receiver_id=_first(collector, "collector_number", "paper"),
        relation=RELATIONS.get(relation, relation),
        papers_collected=_several(collector, "papers_collected"),
        originals_returned=_several(collector, "originals_returned"), track_url=folder.track_url,
    )


async def fee_receipt(db: Db, folder: Folder, payload: Payload) -> FeeReceipt:
    """Biên lai of `payload["payment_id"]`, with the number it was given when the money came in."""
    row = await db.row(
        "SELECT r.series, r.number, p.fee_ids, p.method, p.taken_by, p.settled_at FROM fee_receipt r"
        " JOIN payment p ON p.id = r.payment_id WHERE r.payment_id = $1",
        UUID(payload["payment_id"]),
    )
    assert row is not None
    lines = await db.rows(
        "SELECT kind, name, amount FROM fee WHERE id = ANY($1::uuid[]) ORDER BY code", [UUID(one) for one in row["fee_ids"]]
    )
    settings = folder.office.settings
    return FeeReceipt(
        collector=folder.office.authority, collector_address=folder.office.address,
        tax_code=str(settings.get("tax_code", "")), form_symbol=str(settings.get("receipt_form", "01BLDT")),
        symbol=row["series"], number=row["number"], payer=folder.applicant.name,
        lines=tuple(FeeLine(KINDS.get(line["kind"], "Phí"), line["name"], line["amount"]) for line in lines),
        way=METHODS.get(row["method"], ""), collected_at=row["settled_at"], cashier=folder.officer(row["taken_by"]).name,
        payer_address=folder.address, payer_id=folder.applicant.personal_number or "", code=folder.case.display_code,
        request=folder.request, track_url=folder.track_url,
    )


async def application(db: Db, folder: Folder, payload: Payload) -> Application:
    """Tờ khai as it was submitted: the pages that applied, in the order they were asked."""
    case = folder.case
    answers = await answers_of(db, case.id)
    pages = case.procedure.pages_for(case.facts)
    sections = []
    for section in case.procedure.form.sections:
        told = [
            (field.label.vi, await answer_in_words(db, field, answers.get(page.id, {}).get(field.id)))
            for page in pages if page.section == section.id and page.id in answers
            for field in page.fields
        ]
        if any(value for _, value in told):
            sections.append(Section(section.title.vi, tuple((label, value) for label, value in told if value)))
    submitted = case.submitted_at or clock.now()
    return Application(
        title=case.procedure.form.title.vi, addressee=folder.office.authority, request=folder.request,
        sections=tuple(sections), declarer=folder.applicant.name, place=folder.office.place, declared_on=day_of(submitted),
        code=case.code or "", channel=CHANNELS.get(case.channel, ""), submitted_at=submitted,
        components=tuple(part.name for part in given_papers(folder)), track_url=folder.track_url,
    )


async def label(db: Db, folder: Folder, payload: Payload) -> PostalLabel:
    """The A6 label. Until the post has given its number, the bar code holds the dossier's."""
    case = folder.case
    row = await db.row("SELECT * FROM delivery WHERE dossier_id = $1 AND way = 'post'", case.id)
    if row is None:
        raise deliveries.NothingToHandOver
    delivery = Delivery(**dict(row))
    receiver = await receiver_of(db, case, delivery)
    issued = [one for one in await results.of_dossier(db, case.id) if one.state == "issued"]
    return PostalLabel(
        shipment=delivery.shipment_code or case.display_code, code=case.display_code, sender=folder.unit,
        sender_address=folder.office.address, sender_phone=folder.office.phone, receiver=receiver.name,
        receiver_address=", ".join(part for part in (receiver.address, receiver.province) if part not in ("", "—")),
        receiver_phone=dialled(receiver.phone), contents=tuple(f"{one.title}, {one.copies} bản" for one in issued),
        handed_on=day_of(delivery.handed_at or clock.now()),
    )


async def answer_in_words(db: Db, field: FormField, value: Any) -> str:
    """An answer as a paper prints it; empty when nothing was said."""
    if value in (None, "", [], {}):
        return ""
    if field.kind in ("choice", "choices"):
        labels = {option.value: option.label.vi for option in field.options}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in chosen)
    if field.kind == "yes_no":
        return "Có" if value == "yes" else "Không"
    if field.kind == "money" and isinstance(value, int):
        return dong(value)
    if isinstance(value, Mapping) and "year" in value:
        parts = [f"{value['year']:04}", *(f"{value[part]:02}" for part in ("month", "day") if value.get(part))]
        return partial_day_in_figures("-".join(parts))
    if field.kind == "address":
        return str(await place_of(db, value))
    return str(value)


def _first(values: Mapping[str, Any], *names: str) -> str:
    return next((str(values[name]) for name in names if values.get(name)), "")


def _several(values: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    found = next((values[name] for name in names if values.get(name)), ())
    return tuple(str(one) for one in found) if isinstance(found, list | tuple) else (str(found),)
