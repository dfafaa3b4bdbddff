"""At the counter: one press submits, judges and receives, in one transaction; the slip is there at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.citizens.models import Citizen
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.dossiers import checklist, drafts, filled_receipts, filled_slips, intake
from app.dossiers.asking import Ask
from app.dossiers.case import Case, open_case
from app.dossiers.clock import calendar_of, cutoff_of, reading_of, start_of
from app.dossiers.folder import folder_of
from app.dossiers.judging import judge_all
from app.dossiers.progress import act
from app.dossiers.refusals import NotYourStep
from app.dossiers.tools import Tools
from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.org.people import SignedOfficer
from app.papers.forms import print_form
from app.papers.press import Paper
from app.procedures.catalogue import FeeDue

LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the slip would say if the dossier were received now. `fees` in đồng, line by line."""

    term: str
    due_at: datetime
    fees: tuple[FeeDue, ...]


async def begin(
    db: Db, tools: Tools, *, procedure_code: str, citizen: Citizen, channel: str, officer: SignedOfficer,
    consent: Mapping[str, Any], office_id: int | None = None,
) -> UUID:
    """A draft typed by an officer for a citizen: both stand on it, and how the citizen agreed. Raises ChannelNotOffered.

    `office_id`: the competent office, when the officer's own only takes it in (elsewhere.competent has agreed); the
    transaction then works in that office.
    """
    office_id = office_id or officer.office_id
    helping = office_id != officer.office_id
    if helping:
        await db.act_for(offices=[office_id], citizen=citizen.id)
    dossier_id = await drafts.start_draft(
        db, tools, procedure_code=procedure_code, office_id=office_id, citizen=citizen, channel=channel,
        assisted_by=officer.id, support_office_id=officer.office_id if helping else None,
        consent={**consent, "at": clock.now().isoformat(), "officer": str(officer.id)},
    )
    await journal.record(
        db, dossier_id, office_id, "consent.recorded", by=Actor("officer", officer.id), how=consent.get("how"),
    )
    return dossier_id


async def take_in(db: Db, tools: Tools, case: Case, *, officer: SignedOfficer) -> str:
    """Submit a draft whose papers the officer has just looked at, and receive it; its code.

    Raises NotComplete, StoreAway, NotYourStep, and what `receive` refuses. Pressed twice, the same code comes back.
    """
    if case.code is not None:
        return case.code
    code = await intake.submit(db, tools, case, by=Actor("officer", officer.id))
    started = await open_case(db, tools, case.id)
    judged = {line.component.id: ("ok", "") for line in await checklist.lines(db, started) if line.verdict is None}
    await judge_all(db, started, judged, officer=officer)  # type: ignore[arg-type]
    task_no, action = await _receiving(db, started)
    await act(db, tools, case.id, task_no, Ask(action), by=officer)
    return code


def promise(tools: Tools, case: Case, facts: Mapping[str, Any], at: datetime, language: str = "vi") -> Promise:
    """The appointment and the fees as they would be now, for the preview of the slip."""
    term = parse_term(case.procedure.term_for(facts))
    since = start_of(case, at)
    due = due_moment(
        since, term, calendar=calendar_of(tools, case), reading=reading_of(case, since), cutoff=cutoff_of(case),
    )
    return Promise(term.words(language), due.due_at, case.procedure.fees_for(facts, language=language))


async def receipt_of(db: Db, tools: Tools, case: Case) -> Paper:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả (A5), for the person who stands at the counter."""
    folder = await folder_of(db, tools, case)
    return await print_form(await filled_slips.receipt(db, folder, {}), printed_at=clock.now())


async def application_of(db: Db, tools: Tools, case: Case) -> Paper:
    """Tờ khai as it was typed so far, for the applicant to read and sign."""
    folder = await folder_of(db, tools, case)
    return await print_form(await filled_receipts.application(db, folder, {}), printed_at=clock.now())


async def alike(db: Db, case: Case) -> dict[str, Any] | None:
    """The newest other dossier of this applicant for this procedure in 90 days: {id, code, submitted_at}, or None."""
    row = await db.row(
        "SELECT id, code, submitted_at FROM dossier WHERE applicant_id = $1 AND procedure_code = $2 AND id <> $3"
        " AND code IS NOT NULL AND created_at > $4 ORDER BY created_at DESC LIMIT 1",
        case.applicant_id, case.procedure.code, case.id, clock.now() - LOOK_BACK,
    )
    return dict(row) if row else None


async def _receiving(db: Db, case: Case) -> tuple[int, str]:
    """The open step that receives, and the name of that action in this package."""
    for row in await db.rows("SELECT task_no, name FROM step WHERE dossier_id = $1 ORDER BY task_no", case.id):
        rule = case.procedure.procedure.steps[row["name"]]
        for action in rule.actions:
            if action.command == "receive":
                return row["task_no"], action.id
    raise NotYourStep
