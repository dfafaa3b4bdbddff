"""A dossier with all that moving it needs: its row, its procedure, the state of its process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.dossiers.models import DossierState
from app.dossiers.tools import Tools
from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.words import N_
from app.procedures.catalogue import LoadedProcedure


class DossierNotFound(NotFound):
    """No such dossier, or none that this reader may know of."""

    says = N_("Không mở được hồ sơ này. Hãy kiểm tra lại mã trên giấy hẹn.")


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier as it stood when this transaction read it. `version` guards the next write."""

    id: UUID
    office_id: int
    code: str | None
    state: DossierState
    channel: str
    return_way: str | None
    return_address: dict[str, Any]
    applicant_id: UUID
    holder_name: str
    title: str
    language: str
    assisted_by: UUID | None
    consent: dict[str, Any]
    sets: int
    facts: dict[str, Any]
    supplements_asked: int
    created_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    version: int | None  # of the process; None before submission
    process: bytes | None
    ended: str | None
    procedure: LoadedProcedure
    support_office_id: int | None = None  # where it was handed in for this office

    @property
    def display_code(self) -> str:
        """The code, or a dash for a draft."""
        return self.code or "—"


_READ = """
SELECT d.*, p.version AS process_version, p.state AS process_state, p.ended
FROM dossier d LEFT JOIN process p ON p.dossier_id = d.id
"""


# The same with one open step beside it, and who holds it.
_READ_AT_STEP = """
SELECT d.*, p.version AS process_version, p.state AS process_state, p.ended, s.task_no, s.name AS step_name,
  s.role AS step_role, s.officer_id AS step_officer_id, s.opened_at AS step_opened_at, s.claimed_at AS step_claimed_at,
  s.due_at AS step_due_at, o.name AS step_officer_name
FROM dossier d LEFT JOIN process p ON p.dossier_id = d.id
LEFT JOIN step s ON s.dossier_id = d.id AND s.task_no = $2 LEFT JOIN officer o ON o.id = s.officer_id
WHERE d.id = $1
"""


_OWN = " WHERE d.id = $1 AND d.applicant_id = $2"

# What `Db.act_for` says, for the office of a citizen's own dossier: found and told in one breath.
_SEE_OFFICE_OF = """
SELECT set_config('motcua.offices', office_id::text, true), set_config('motcua.citizen', $2::uuid::text, true),
  set_config('motcua.presented', '', true)
FROM dossier_shown WHERE id = $1 AND applicant_id = $2::uuid
"""


@dataclass(frozen=True, slots=True)
class StepAtHand:
    """The open step somebody acts on."""

    task_no: int
    name: str
    role: str
    officer_id: UUID | None
    officer_name: str | None
    opened_at: datetime
    claimed_at: datetime | None
    due_at: datetime | None


async def open_case(db: Db, tools: Tools, dossier_id: UUID) -> Case:
    """Read one dossier for working on it. Raises DossierNotFound (also when row-level security hides it)."""
    row = await db.row(_READ + " WHERE d.id = $1", dossier_id)
    if row is None:
        raise DossierNotFound
    return await _case(db, tools, row)


async def open_case_held(db: Db, tools: Tools, dossier_id: UUID) -> Case:
    """The same with its row held until the transaction ends: of two who hand it in, the second sees the code."""
    row = await db.row(_READ + " WHERE d.id = $1 FOR UPDATE OF d", dossier_id)
    if row is None:
        raise DossierNotFound
    return await _case(db, tools, row)


async def open_case_at_step(
    db: Db, tools: Tools, dossier_id: UUID, task_no: int
) -> tuple[Case, StepAtHand | None]:
    """One dossier and one of its open steps, in one look; no step when it is done. Raises DossierNotFound."""
    row = await db.row(_READ_AT_STEP, dossier_id, task_no)
    if row is None:
        raise DossierNotFound
    case = await _case(db, tools, row)
    if row["task_no"] is None:
        return case, None
    return case, StepAtHand(
        row["task_no"], row["step_name"], row["step_role"], row["step_officer_id"], row["step_officer_name"],
        row["step_opened_at"], row["step_claimed_at"], row["step_due_at"],
    )


async def open_case_of_citizen(
    db: Db, tools: Tools, dossier_id: UUID, citizen_id: UUID, *, held: bool = False, alone: bool = False
) -> Case:
    """The same for its applicant, who from here on sees the rows of that dossier's office in this transaction.

    The narrowing to the one dossier is the caller's: everything below it is asked for by `dossier_id`. `held`: nobody
    deletes it before the transaction ends; `alone`: nor changes it.
    """
    # Only after this may the process of the dossier be seen; read together, its version would be missing.
    if await db.row(_SEE_OFFICE_OF, dossier_id, citizen_id) is None:
        raise DossierNotFound
    lock = " FOR UPDATE OF d" if alone else " FOR KEY SHARE OF d" if held else ""
    row = await db.row(_READ + _OWN + lock, dossier_id, citizen_id)
    if row is None:
        raise DossierNotFound
    return await _case(db, tools, row)


async def _case(db: Db, tools: Tools, row: Any) -> Case:
    return Case(
        id=row["id"], office_id=row["office_id"], code=row["code"], state=DossierState(row["state"]),
        channel=row["channel"], return_way=row["return_way"], return_address=row["return_address"],
        applicant_id=row["applicant_id"], holder_name=row["holder_name"], title=row["title"],
        language=row["language"], assisted_by=row["assisted_by"], consent=row["consent"], sets=row["sets"],
        facts=row["facts"], supplements_asked=row["supplements_asked"], created_at=row["created_at"],
        submitted_at=row["submitted_at"], received_at=row["received_at"], due_at=row["due_at"],
        original_due_at=row["original_due_at"], paused_at=row["paused_at"], finished_at=row["finished_at"],
        returned_at=row["returned_at"], version=row["process_version"], process=row["process_state"],
        ended=row["ended"], procedure=await tools.catalogue.version(db, row["procedure_version_id"]),
        support_office_id=row["support_office_id"],
    )
