"""The hand-over log of a dossier as the control slip prints it: who gave it to whom, when, and whether in time.

First and last the one-stop unit; agencies that were asked have rows of their own (rules.md 2.7).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from app.consultations.models import Consultation
from app.dossiers.folder import LANES, Folder
from app.dossiers.shares import Verdict, judge
from app.journal.service import Line
from app.kit.clock import LOCAL
from app.papers.slips import HandOver

POST: Final = "Bưu chính công ích"
# Official papers are Vietnamese: what an agency's silence means, as the package says.
SILENCE: Final = {
    "consent": "Không trả lời trong hạn: coi như đồng ý.", "undertaking": "Không trả lời trong hạn: nhận văn bản cam đoan.",
    "report": "Không trả lời trong hạn: đã báo việc chậm.",
}


def hand_overs(
    folder: Folder, asked: Sequence[Consultation] = (), *, next_lane: str | None = None, handed_in_at: str | None = None
) -> tuple[HandOver, ...]:
    """One row a hand-over, oldest first. `next_lane` has it now; `handed_in_at` is the unit it was handed in at for ours."""
    finished = [line for line in folder.journal if line.event == "step.finished"]
    rows = [
        *_arrival(folder, finished, handed_in_at), *_between_lanes(folder, finished), *_agencies(folder, finished, asked),
        *_last(folder, finished, next_lane),
    ]
    return tuple(sorted(rows, key=lambda row: row.at))


def verdict_of(line: Line, due: str | None) -> Verdict | None:
    """The giver's step by its due moment, to the minute. None where it had none."""
    return judge(line.at, datetime.fromisoformat(due)) if due else None


def _arrival(folder: Folder, finished: Sequence[Line], handed_in_at: str | None) -> Iterator[HandOver]:
    """From the post, or from the unit it was handed in at, to the one-stop unit that answers for it."""
    case, taken = folder.case, folder.last("dossier.received")
    if taken is None or case.received_at is None:
        return
    if handed_in_at is not None:
        checked = next((line for line in finished if line.at == taken.at), None)
        yield HandOver(
            giver=handed_in_at, receiver=LANES["reception"], at=taken.at,
            giver_name=folder.officer(case.assisted_by).name, receiver_name=folder.officer_of(taken).name,
            verdict=verdict_of(checked, checked.facts.get("due_at")) if checked else None,
            note=f"Nộp tại đó lúc {_moment(case.submitted_at or case.created_at)}.",
        )
    elif case.channel == "post":
        yield HandOver(
            giver=POST, receiver=LANES["reception"], at=case.received_at, receiver_name=folder.officer_of(taken).name,
            note="Theo biên bản giao nhận.",
        )


def _between_lanes(folder: Folder, finished: Sequence[Line]) -> Iterator[HandOver]:
    taken = folder.last("dossier.received")
    for line, after in pairwise(finished):
        if line.facts["role"] != after.facts["role"]:
            # Reception has until the forwarding moment, not until its own budget (NĐ 309/2026 art. 18 §2).
            forwards = taken is not None and line.at == taken.at
            due = taken.facts.get("forward_due") if forwards and taken is not None else None
            yield HandOver(
                giver=_lane(line.facts["role"]), receiver=_lane(after.facts["role"]), at=line.at,
                giver_name=folder.officer_of(line).name, receiver_name=folder.officer_of(after).name,
                verdict=verdict_of(line, due or line.facts.get("due_at")), note=line.why or "",
            )


def _agencies(folder: Folder, finished: Sequence[Line], asked: Iterable[Consultation]) -> Iterator[HandOver]:
    """To each agency and back. The asking is judged with the step that asked; the answer by the agency's own term."""
    for one in asked:
        asking = next((line for line in reversed(finished) if line.at <= one.asked_at), None)
        lead = _lane(asking.facts["role"]) if asking else LANES["specialist"]
        officer = folder.officer(one.asked_by).name
        until = f"Hạn trả lời {_moment(one.due_at)}." if one.due_at else ""
        yield HandOver(giver=lead, receiver=one.agency, at=one.asked_at, giver_name=officer, note=until)
        if one.answered_at is None:
            continue
        silent = one.state == "silent"
        rule = folder.case.procedure.procedure.consultations.get(one.kind)
        yield HandOver(
            giver=one.agency, receiver=lead, at=one.answered_at, receiver_name=officer,
            verdict="late" if silent else judge(one.answered_at, one.due_at) if one.due_at else None,
            note=SILENCE[rule.silence] if silent and rule else "",
        )


def _last(folder: Folder, finished: Sequence[Line], next_lane: str | None) -> Iterator[HandOver]:
    """What was done last. Back with the applicant, the whole dossier is judged: by when it was handled, not collected."""
    if not finished:
        return
    last, case = finished[-1], folder.case
    by_reception = last.facts["role"] == "reception"
    if case.returned_at is not None:
        due = case.due_at or case.original_due_at
        if not by_reception:  # the owner fetched it online from what the last lane put there
            yield HandOver(
                giver=_lane(last.facts["role"]), receiver=LANES["reception"], at=last.at,
                giver_name=folder.officer_of(last).name, verdict=verdict_of(last, last.facts.get("due_at")),
            )
        yield HandOver(
            giver=LANES["reception"], receiver=LANES["applicant"], at=case.returned_at,
            giver_name=folder.officer_of(last).name if by_reception else "", receiver_name=folder.applicant.name,
            verdict=judge(case.finished_at, due) if case.finished_at and due else None,
            note=f"Có kết quả lúc {_moment(case.finished_at)}." if case.finished_at else "",
        )
        return
    receiver = _lane(next_lane) if next_lane else LANES["reception"]
    if receiver != _lane(last.facts["role"]):
        yield HandOver(
            giver=_lane(last.facts["role"]), receiver=receiver, at=last.at, giver_name=folder.officer_of(last).name,
            verdict=verdict_of(last, last.facts.get("due_at")), note=last.why or "",
        )


def _lane(role: str) -> str:
    return LANES.get(role, role)


def _moment(value: datetime) -> str:
    here = value.astimezone(LOCAL)
    return f"{here.hour} giờ {here:%M} ngày {here:%d/%m/%Y}"
