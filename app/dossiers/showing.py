"""Which documents of a dossier are for its applicant's eyes, and since when."""

from typing import Final

from app.documents.models import Document
from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.fees import service as fees
from app.kit.db import Db

# Forms printed for the applicant. The office's own slips (control slip, label, lists) are not theirs to see.
FORMS_FOR_APPLICANT: Final = frozenset(
    {"application", "receipt", "supplement", "refusal", "apology", "stop", "result_receipt", "undertaking", "fee_receipt"}
)


async def may_see(db: Db, case: Case, document: Document) -> bool:
    """Whether this document is for the applicant's eyes now."""
    if document.kind == "paper":
        return document.removed_at is None
    if document.kind == "form":
        return document.component in FORMS_FOR_APPLICANT
    if document.kind == "draft":
        return bool(await db.value("SELECT 1 FROM result WHERE dossier_id = $1 AND draft_id = $2 AND number IS NULL",
                                   case.id, document.id))
    if document.kind == "result":
        return await result_open(db, case) and bool(await db.value(
            "SELECT 1 FROM result WHERE dossier_id = $1 AND document_id = $2 AND state IN ('issued', 'revoked')",
            case.id, document.id,
        ))
    return document.kind == "receipt"


async def result_open(db: Db, case: Case) -> bool:
    """Whether the signed result may be opened on the page: it is issued, and what was owed is paid."""
    if case.state not in (DossierState.RESULT_READY, DossierState.RETURNED):
        return False
    return (await fees.balance(db, case.id)).owed == 0
