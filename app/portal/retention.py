"""How long a draft waits for its citizen."""

from datetime import datetime

from app.dossiers.case import Case
from app.dossiers.keeping import terms
from app.dossiers.models import DossierState


def kept_until(case: Case, saved_at: datetime) -> datetime | None:
    """Until when what was saved is surely kept; None once it is submitted, because then it stays."""
    return saved_at + terms().drafts if case.state is DossierState.DRAFT else None
