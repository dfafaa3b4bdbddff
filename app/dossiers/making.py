"""Make the result: number it, print it, have it signed and sealed, each on exactly the bytes somebody looked at."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from app.documents import service as documents
from app.documents.models import Document, DocumentKind
from app.dossiers.case import Case, open_case
from app.dossiers.outcomes import dossier_of
from app.dossiers.progress import effect_done
from app.dossiers.result_papers import print_paper_of
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.jobs.service import Work
from app.kit import clock
from app.org import people
from app.org.models import Office
from app.papers.press import Box
from app.results import service as results
from app.results.models import Result
from app.signatures import service as signatures
from app.signatures.service import Order, OtherBytes


async def show_draft(tools: Tools, work: Work) -> None:
    """Print the result without number or signature, for the applicant to look at."""
    case, office, found = await _read(tools, work)
    printed = [(one, await print_paper_of(tools, case, office, one, draft=True)) for one in found]
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if await jobs.finish(db, work.id):
            for one, paper in printed:
                kept = await documents.keep_printed(
                    db, tools.store, office_id=case.office_id, dossier_id=case.id, kind=DocumentKind.DRAFT,
                    component=f"draft_{one.n}", name=f"Du-thao-{one.n}.pdf", pdf=paper.pdf, pages=paper.pages,
                )
                await results.keep_draft(db, one.id, kept.id)
            await effect_done(db, tools, case.id, int(work.payload["task_no"]), {}, event="draft.shown", tell="draft_ready")


async def make_result(tools: Tools, work: Work) -> None:
    """Draw number and date from the yearly book, print PDF/A, keep it as what the leader will preview and sign."""
    case, office, found = await _read(tools, work)
    async with tools.database.transaction(offices=[work.office_id]) as db:
        for one in found:
            rule = case.procedure.procedure.results[one.n - 1]
            await results.draw_number(
                db, one.id, day=clock.today(), number_format=rule.number_format, at=clock.now()
            )
    case, office, found = await _read(tools, work)
    printed = [(one, await print_paper_of(tools, case, office, one, draft=False)) for one in found]
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if await jobs.finish(db, work.id):
            for one, paper in printed:
                kept = await documents.keep_printed(
                    db, tools.store, office_id=case.office_id, dossier_id=case.id, kind=DocumentKind.DRAFT,
                    component=f"result_{one.n}", name=f"{one.title}.pdf", pdf=paper.pdf, pages=paper.pages,
                )
                await db.run(
                    "UPDATE document SET checks = checks || jsonb_build_object('places', $2::jsonb) WHERE id = $1",
                    kept.id, {name: _plain(box) for name, box in paper.places.items()},
                )
                await results.keep_draft(db, one.id, kept.id)
            await effect_done(
                db, tools, case.id, int(work.payload["task_no"]), {}, event="result.made",
                numbers=[one.number_text for one, _ in printed],
            )


async def apply_signature(tools: Tools, work: Work) -> None:
    """The leader's signature, with the leader's own key, on the previewed bytes."""
    await _apply(tools, work, "leader")


async def apply_seal(tools: Tools, work: Work) -> None:
    """The agency's seal, last: it closes the file, with time-stamp and validation data."""
    await _apply(tools, work, "seal")


async def _apply(tools: Tools, work: Work, kind: Literal["leader", "seal"]) -> None:
    case, office, found = await _read(tools, work)
    waiting: list[tuple[Result, Document, Order, UUID | None]] = []
    key_name = str(office.settings.get("seal_key", ""))
    for one in found:
        async with tools.database.transaction(offices=[work.office_id]) as db:
            draft = await db.get(Document, one.draft_id)
            source = draft if kind == "leader" else await db.get(Document, one.document_id)
            ordered = one.ordered.get(kind, {})
            by = UUID(ordered["by"]) if ordered.get("by") else None
            leader = await people.officer(db, by) if by and kind == "leader" else None
        assert draft is not None
        assert source is not None
        if source.sha256 not in str(ordered.get("sha256", "")).split("+"):
            raise OtherBytes
        order = Order(
            pdf=await documents.bytes_of(tools.store, source), sha256=source.sha256, places=_places(draft),
            signed_at=clock.now(), reason=one.title, location=office.place,
        )
        if kind == "leader":
            key_name = (leader.signing_key or "") if leader else ""
        waiting.append((one, source, order, by))
    # One order of one person covers every result of the dossier, so one key signs them all.
    signings = await signatures.sign_all(tools.keyring, key_name, [order for _, _, order, _ in waiting], kind)
    made = [(one, source, signed, by) for (one, source, _, by), signed in zip(waiting, signings, strict=True)]
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        for one, source, signed, by in made:
            kept = await documents.keep_printed(
                db, tools.store, office_id=case.office_id, dossier_id=case.id, kind=DocumentKind.RESULT,
                component=f"result_{one.n}", name=source.name, pdf=signed.data, pages=source.pages or 1,
            )
            await results.keep_signed(db, one.id, kept.id, signed.sha256, sealed=kind == "seal")
            await signatures.keep(
                db, office_id=case.office_id, dossier_id=case.id, document_id=kept.id, kind=kind, officer_id=by,
                task_key=f"{work.key}:{one.n}", signed=signed,
            )
        await effect_done(
            db, tools, case.id, int(work.payload["task_no"]), {}, event=f"{kind}.applied",
            levels=[signed.level for _, _, signed, _ in made],
        )


async def _read(tools: Tools, work: Work) -> tuple[Case, Office, list[Result]]:
    async with tools.database.transaction(offices=[work.office_id]) as db:
        case = await open_case(db, tools, dossier_of(work))
        return case, await people.office(db, case.office_id), await results.of_dossier(db, case.id)


def _plain(box: Box) -> dict[str, float]:
    return {"page": box.page, "x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _places(draft: Document) -> Mapping[str, Box]:
    places: dict[str, Any] = draft.checks.get("places", {})
    return {name: Box(int(box["page"]), box["x"], box["y"], box["w"], box["h"]) for name, box in places.items()}
