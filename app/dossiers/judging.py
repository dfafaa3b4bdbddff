"""Officers judge the papers of a dossier, all lines at once; and note which copies came over the counter."""

from collections.abc import Mapping
from typing import Final

from app.dossiers import checklist
from app.dossiers.case import Case
from app.dossiers.checklist import Line, Verdict
from app.dossiers.drafting import keep_note
from app.dossiers.models import DossierState
from app.dossiers.refusals import FieldsRefused, WrongState
from app.dossiers.states import WORDS
from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.words import N_, say
from app.org.people import SignedOfficer

JUDGED_IN: Final = frozenset({DossierState.SUBMITTED, DossierState.RECEIVED, DossierState.IN_PROGRESS})
SAY_WHAT_IS_WRONG: Final = N_("“{paper}”: hãy ghi cần làm gì để đạt. Người dân sẽ đọc câu này")
COUNTED: Final = ("original", "certified", "photocopy")
MOST_COPIES: Final = 99


async def judge_all(
    db: Db, case: Case, given: Mapping[str, tuple[Verdict, str]], *, officer: SignedOfficer, language: str = "vi"
) -> int:
    """Keep the verdicts on these papers; how many changed. A wrong paper needs the words that say how to mend it.

    A statement or a further paper that is missing needs them too: which one is only in the words. Raises WrongState,
    FieldsRefused ({component: sentence}); then nothing is kept.
    """
    if case.state not in JUDGED_IN:
        raise WrongState(state=WORDS[case.state])
    lines = {line.component.id: line for line in await checklist.lines(db, case)}
    known = {name: told for name, told in given.items() if name in lines}
    errors = {
        name: say(SAY_WHAT_IS_WRONG, language, paper=lines[name].component.name.in_(language))
        for name, (verdict, note) in known.items()
        if not note.strip() and (verdict == "wrong" or (verdict == "missing" and _means_nothing_alone(lines[name])))
    }
    if errors:
        raise FieldsRefused(errors)
    changed = 0
    for name, (verdict, note) in known.items():
        kept = (note.strip()[:500] or None) if verdict != "ok" else None
        if (lines[name].verdict, lines[name].note) != (verdict, kept):
            await checklist.judge(db, case, name, verdict, kept, officer.id)
            changed += 1
    if changed:
        await journal.record(
            db, case.id, case.office_id, "papers.judged", by=Actor("officer", officer.id),
            verdicts={name: verdict for name, (verdict, _) in known.items()},
        )
    return changed


def _means_nothing_alone(line: Line) -> bool:
    return line.component.how == "form" or line.component.need == "asked"


async def count_copies(
    db: Db, case: Case, counts: Mapping[str, Mapping[str, int]], *, officer: SignedOfficer
) -> None:
    """How many originals, certified copies and photocopies of each paper were handed in: {component: {kind: n}}."""
    kept = {
        name: {kind: min(max(int(numbers.get(kind, 0)), 0), MOST_COPIES) for kind in COUNTED}
        for name, numbers in counts.items()
    }
    await keep_note(db, case, "papers", kept, clock.now())


async def counted_copies(db: Db, case: Case) -> dict[str, dict[str, int]]:
    """What `count_copies` kept; empty when nothing was counted."""
    found = await db.value("SELECT value FROM answer WHERE dossier_id = $1 AND question = 'office.papers'", case.id)
    return {name: dict(numbers) for name, numbers in (found or {}).items()}
