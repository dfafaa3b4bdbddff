"""The dense form of the counter: read all question pages at once, keep them, fill a person's page from a scanned card."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

from app.citizens.card import Card, read_card
from app.desk.fields import given_of
from app.documents import service as documents
from app.documents.rules import FileRefused
from app.dossiers import drafts
from app.dossiers.case import Case, open_case, open_case_held
from app.dossiers.judging import COUNTED, count_copies
from app.dossiers.refusals import FieldsRefused
from app.faces.access import Visit
from app.kit.errors import Unavailable
from app.procedures.questions import FormField, FormPage

Errors = dict[str, str]  # field name as the form sends it → sentence
_SEX: Final = {"male": ("nam", "male"), "female": ("nữ", "nu", "female")}


async def keep(visit: Visit, dossier_id: UUID, form: FormData) -> Errors:
    """Keep everything the form says: pages, copies, files, the way of return. What is wrong is kept as typed and named."""
    errors: Errors = {}
    case = await open_case_held(visit.db, visit.tools, dossier_id)
    for page in case.procedure.form.pages:
        if not any(name.startswith(f"{page.id}.") for name in form):
            continue
        case = await open_case(visit.db, visit.tools, dossier_id)
        given = filled_from_card(page, given_of(form, page.fields, f"{page.id}."))
        try:
            await drafts.save_page(visit.db, visit.tools, case, page.id, given)
        except FieldsRefused as refused:
            errors |= {f"{page.id}.{name}": sentence for name, sentence in refused.errors.items()}
    case = await open_case(visit.db, visit.tools, dossier_id)
    errors |= await _keep_files(visit, case, form)
    await _keep_counts(visit, case, form)
    await _keep_return(visit, case, form)
    return errors


def filled_from_card(page: FormPage, given: Mapping[str, Any]) -> dict[str, Any]:
    """A card scanned into any field of a page about a person fills the page; elsewhere the scan is taken out again."""
    card = next((found for value in given.values() if isinstance(value, str) and (found := read_card(value))), None)
    if card is None:
        return dict(given)
    cleaned = {name: "" if isinstance(value, str) and read_card(value) else value for name, value in given.items()}
    for one in page.fields:
        cleaned |= _from_card(one, card)
    return cleaned


def _from_card(one: FormField, card: Card) -> dict[str, str]:
    """What a card says to one field of a person: name, number, birth, sex, residence."""
    if one.kind == "name" and card.name:
        return {one.id: card.name}
    if one.kind == "personal_number":
        return {one.id: card.number}
    if one.kind in ("date", "partial_date") and "born" in one.id:
        born = dict(zip(("year", "month", "day"), card.birth, strict=True))
        return {f"{one.id}-{part}": str(value or "") for part, value in born.items()}
    if one.kind == "text" and "residence" in one.id and card.address:
        return {one.id: card.address}
    if one.kind == "choice" and one.id == "sex" and card.sex:
        known = {option.value for option in one.options}
        return next(({one.id: word} for word in _SEX[card.sex] if word in known), {})
    return {}


async def _keep_files(visit: Visit, case: Case, form: FormData) -> Errors:
    errors: Errors = {}
    if form.get("remove"):
        with suppress(ValueError, documents.DocumentNotFound):  # pressed twice: it is gone already
            await documents.remove(visit.db, case.id, UUID(str(form["remove"])))
    for part in case.procedure.procedure.components:
        for one in form.getlist(f"f-{part.id}"):
            if not isinstance(one, UploadFile) or not one.filename:
                continue
            kind = str(form.get(f"k-{part.id}", part.copies[0] if part.copies else "file"))[:12]
            try:
                await documents.attach(
                    visit.db, visit.tools.store, office_id=case.office_id, dossier_id=case.id, component=part.id,
                    name=one.filename, data=await one.read(), added_by=visit.officer.id, most_files=part.most_files,
                    copy_kind=kind, source="post" if case.channel == "post" else "counter",
                )
            except (FileRefused, Unavailable) as refused:
                errors[f"f-{part.id}"] = refused.words(visit.language)
    return errors


async def _keep_counts(visit: Visit, case: Case, form: FormData) -> None:
    counts = {
        part.id: {kind: _whole(form.get(f"c-{part.id}-{kind}")) for kind in COUNTED}
        for part in case.procedure.procedure.components
        if any(f"c-{part.id}-{kind}" in form for kind in COUNTED)
    }
    if counts:
        await count_copies(visit.db, case, counts, officer=visit.officer)


async def _keep_return(visit: Visit, case: Case, form: FormData) -> None:
    way = str(form.get("out", ""))
    if way not in case.procedure.procedure.return_ways:
        return
    address: dict[str, Any] = {}
    if way == "post":
        parts = {part: str(form.get(f"post-{part}", "")).strip()[:200] for part in ("province", "commune", "street")}
        names = {name: str(form.get(f"post-{name}", "")).strip()[:120] for name in ("name", "phone")}
        address = {**{name: value for name, value in names.items() if value}, **parts}
    await drafts.choose_return(visit.db, case, way, address)


def _whole(value: Any) -> int:
    text = str(value or "").strip()
    return int(text) if text.isdigit() and len(text) < 4 else 0
