"""The dossier behind an address, if it is this citizen's; else the same answer as if there were none."""

from uuid import UUID

from app.dossiers.case import Case, open_case_of_citizen
from app.dossiers.models import DossierState
from app.dossiers.refusals import WrongState
from app.dossiers.states import EDITABLE_BY_APPLICANT, WORDS
from app.faces.access import Visit
from app.portal.page import speak


async def own_case(visit: Visit, dossier_id: UUID, *, held: bool = False) -> Case:
    """The citizen's own dossier. Raises DossierNotFound. Every route about a dossier begins here.

    `held`: it stays until this request is answered, whatever else goes on.
    """
    citizen = visit.citizen
    speak(visit)
    return await open_case_of_citizen(visit.db, visit.tools, dossier_id, citizen.id, held=held)


def editable(case: Case) -> bool:
    """Whether the applicant may still write into it."""
    return case.state in EDITABLE_BY_APPLICANT


def require_editable(case: Case) -> None:
    """Raises WrongState."""
    if not editable(case):
        raise WrongState(state=WORDS[case.state])


def require_draft(case: Case) -> None:
    """Raises WrongState."""
    if case.state is not DossierState.DRAFT:
        raise WrongState(state=WORDS[case.state])
