"""Print the official forms of a dossier: those a change calls for, by the worker; those the desk asks for, at once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.documents import service as documents
from app.documents.models import DocumentKind
from app.dossiers import filled_letters, filled_receipts, filled_slips
from app.dossiers.addresses import Place, place_of, places_of
from app.dossiers.case import Case
from app.dossiers.folder import WAYS, Folder, day_of, dialled, folder_of, head_of_unit, open_folder
from app.dossiers.models import DossierState
from app.dossiers.outcomes import dossier_of
from app.dossiers.posting import address_of, party_of
from app.dossiers.states import WORDS
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.jobs.service import Work
from app.kit import clock
from app.kit.db import Db
from app.org.models import Office
from app.papers.forms import FORMS, Form
from app.papers.forms import print_form as print_official
from app.papers.lists import HandoverList, Register, RegisterRow, Shipment
from app.papers.press import Paper

Filler = Callable[[Db, Folder, Mapping[str, Any]], Awaitable[Form]]

FILLERS: Final[Mapping[str, Filler]] = {
    "receipt": filled_slips.receipt,
    "supplement": filled_slips.supplement,
    "refusal": filled_slips.refusal,
    "apology": filled_letters.apology,
    "stop": filled_slips.stop,
    "control_slip": filled_slips.control_slip,
    "result_receipt": filled_receipts.result_receipt,
    "fee_receipt": filled_receipts.fee_receipt,
    "application": filled_receipts.application,
    "label": filled_receipts.label,
}
ENDED_WITHOUT_RESULT: Final = frozenset(
    {DossierState.REFUSED, DossierState.REFUSED_AT_INTAKE, DossierState.WITHDRAWN, DossierState.STOPPED}
)


async def print_form(tools: Tools, work: Work) -> None:
    """Print and keep the form a job asks for (`payload["form"]`); done twice, it is kept once.

    Fee receipts are kept as such and entered with their number. Raises PaperDamaged, StoreAway.
    """
    form = str(work.payload["form"])
    async with tools.database.transaction(offices=[work.office_id]) as db:
        folder = await open_folder(db, tools, dossier_of(work))
        filled = await FILLERS[form](db, folder, work.payload)
    now = clock.now()
    paper = await print_official(filled, printed_at=now)
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        kept = await documents.keep_printed(
            db, tools.store, office_id=work.office_id, dossier_id=folder.case.id,
            kind=DocumentKind.RECEIPT if form == "fee_receipt" else DocumentKind.FORM, component=form,
            name=f"{FORMS[form].edition(day_of(now)).title}.pdf", pdf=paper.pdf, pages=paper.pages,
        )
        if form == "fee_receipt":
            await db.run(
                "UPDATE fee_receipt SET document_id = $2 WHERE payment_id = $1", UUID(work.payload["payment_id"]), kept.id
            )


async def control_slip_of(db: Db, tools: Tools, case: Case) -> Paper:
    """The control slip as the dossier stands now (Phiếu kiểm soát)."""
    return await _printed(await filled_slips.control_slip(db, await folder_of(db, tools, case), {}))


async def label_of(db: Db, tools: Tools, case: Case) -> Paper:
    """The label of the packet, again. Raises NothingToHandOver when nothing goes by post."""
    return await _printed(await filled_receipts.label(db, await folder_of(db, tools, case), {}))


async def register_of(db: Db, tools: Tools, office: Office, start: date, end: date) -> Paper:
    """The register (Sổ theo dõi hồ sơ) of everything received from `start` to `end`, both included.

    Running numbers go on from 1 January of `start`'s year.
    """
    from_at, to_at = _midnight(start), _midnight(end + timedelta(days=1))
    before: int = await db.value(
        "SELECT count(*) FROM dossier WHERE office_id = $1 AND received_at >= $2 AND received_at < $3",
        office.id, _midnight(date(start.year, 1, 1)), from_at,
    )
    rows = [await _register_row(db, tools, office, dict(row)) for row in await db.rows(_REGISTER, office.id, from_at, to_at)]
    return await _printed(Register(
        head=head_of_unit(office), unit=office.name, book=f"{start.year}", from_on=start, to_on=end, rows=tuple(rows),
        issued_on=clock.today(), first_number=before + 1,
    ))


async def handover_list_of(db: Db, tools: Tools, office: Office, day: date) -> Paper:
    """The list of packets handed to the post on `day`; for today also those that still wait for the postman."""
    rows = [dict(row) for row in await db.rows(
        _PACKETS, office.id, _midnight(day), _midnight(day + timedelta(days=1)), day == clock.today()
    )]
    places = await places_of(db, [address_of(row["receiver"] or row["return_address"], row) for row in rows])
    shipments = [await _shipment(db, tools, row, place) for row, place in zip(rows, places, strict=True)]
    giver = next((row["handed_by"] for row in rows if row["handed_by"]), None)
    return await _printed(HandoverList(
        head=head_of_unit(office), number=f"{day:%y%m%d}/BG", unit=office.name,
        post_office=str(office.settings.get("post_office", "Bưu cục phục vụ")), handed_at=clock.now(),
        rows=tuple(shipments),
        giver=str(await db.value("SELECT name FROM officer WHERE id = $1", giver) or "") if giver else "",
    ))


_REGISTER = """
SELECT d.id, d.code, d.procedure_version_id, d.title, d.sets, d.holder_name, c.address, c.phone, d.received_at,
  d.due_at, d.original_due_at, d.return_way, d.returned_at, d.state, who.name AS receiver,
  (SELECT min(r.issued_at) FROM result r WHERE r.dossier_id = d.id) AS issued_at
FROM dossier d JOIN citizen c ON c.id = d.applicant_id
LEFT JOIN LATERAL (
  SELECT f.name FROM journal_line j JOIN officer f ON f.id = j.actor_id
  WHERE j.dossier_id = d.id AND j.event = 'dossier.received' ORDER BY j.id LIMIT 1) who ON true
WHERE d.office_id = $1 AND d.received_at >= $2 AND d.received_at < $3 ORDER BY d.received_at, d.code
"""
_PACKETS = """
SELECT y.shipment_code, y.receiver, y.handed_by, d.code, d.procedure_version_id, d.return_address,
  c.name, c.phone, c.email, c.address, (
    SELECT string_agg(r.title, '; ' ORDER BY r.n) FROM result r WHERE r.dossier_id = d.id AND r.state = 'issued'
  ) AS titles
FROM delivery y JOIN dossier d ON d.id = y.dossier_id JOIN citizen c ON c.id = d.applicant_id
WHERE y.office_id = $1 AND y.way = 'post'
  AND (y.handed_at >= $2 AND y.handed_at < $3 OR $4::bool AND y.handed_at IS NULL AND y.state IN ('ready', 'ordered'))
ORDER BY y.created_at, y.id
"""


async def _register_row(db: Db, tools: Tools, office: Office, row: Mapping[str, Any]) -> RegisterRow:
    loaded = await tools.catalogue.version(db, row["procedure_version_id"])
    state = DossierState(row["state"])
    return RegisterRow(
        code=row["code"], request=loaded.name(), sets=row["sets"], holder=row["holder_name"],
        address=str(await place_of(db, row["address"])), phone=dialled(row["phone"]), lead=office.authority,
        received_on=day_of(row["received_at"]), due_at=row["due_at"] or row["original_due_at"],
        result_on=day_of(row["issued_at"]) if row["issued_at"] else None,
        returned_on=day_of(row["returned_at"]) if row["returned_at"] else None,
        return_way=WAYS.get(row["return_way"] or "counter", ""), receiver=row["receiver"] or "",
        note=WORDS[state] if state in ENDED_WITHOUT_RESULT else "",
    )


async def _shipment(db: Db, tools: Tools, row: Mapping[str, Any], place: Place) -> Shipment:
    loaded = await tools.catalogue.version(db, row["procedure_version_id"])
    receiver, code = party_of(row["receiver"] or row["return_address"], row, place), row["code"] or "—"
    return Shipment(
        shipment=row["shipment_code"] or code, code=code, request=loaded.name(), result=row["titles"] or "",
        receiver=receiver.name,
        address=", ".join(part for part in (receiver.address, receiver.province) if part not in ("", "—")),
        phone=dialled(receiver.phone),
    )


async def _printed(form: Form) -> Paper:
    return await print_official(form, printed_at=clock.now())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.LOCAL)
