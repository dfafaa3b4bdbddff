"""How long a draft waits for its citizen."""

from datetime import datetime, timedelta
from typing import Final

from app.dossiers.case import Case
from app.dossiers.models import DossierState

DRAFT_KEPT: Final = timedelta(days=30)


def kept_until(case: Case, saved_at: datetime) -> datetime | None:
    """Until when what was saved is surely kept; None once it is submitted, because then it stays."""
    return saved_at + DRAFT_KEPT if case.state is DossierState.DRAFT else None
