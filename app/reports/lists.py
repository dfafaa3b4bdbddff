"""The lists: the register (Mẫu 07), overdue dossiers, apologies, and the dossiers behind one number of a form.

Keyset pages, so that a list of any length is read piece by piece; a page never depends on the one before but its key.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from app.deadlines.ledger import APOLOGY
from app.dossiers.models import DossierState
from app.dossiers.states import WORDS
from app.kit import clock
from app.kit.db import Db
from app.kit.words import N_, say
from app.reports.counting import cases_args, cases_sql, without_compiling
from app.reports.periods import Period
from app.reports.rules import LocalRule, View, causes, rule_on
from app.reports.sheet import Form, Row

PAGE: Final = 1000
WAYS: Final = {"counter": N_("Trực tiếp"), "online": N_("Trực tuyến"), "post": N_("Bưu chính")}
YES: Final = N_("Có")
NO: Final = N_("Không")


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: the moment it is sorted by, the dossier, and how many lines came before."""

    at: datetime
    id: UUID
    before: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}_{self.before}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, about which offices and days, seen how."""

    form: Form
    offices: tuple[int, ...]
    period: Period
    view: View = "days"
    language: str = "vi"

    @property
    def rule(self) -> LocalRule:
        return rule_on(self.period.last)


async def page(db: Db, asked: Asked, after: After | None = None, *, limit: int = PAGE) -> tuple[list[Row], After | None]:
    """The next lines of a list and where they ended; None at the end."""
    await without_compiling(db)
    return await _PAGES[asked.form](db, asked, after, limit)


class _Opens(Protocol):
    def transaction(self, *, offices: Sequence[int]) -> AbstractAsyncContextManager[Db]: ...


async def every(database: _Opens, asked: Asked, *, most: int | None = None) -> AsyncIterator[list[Row]]:
    """All pages, each in a transaction of its own: an export of any length holds no transaction open."""
    after: After | None = None
    sent = 0
    while most is None or sent < most:
        async with database.transaction(offices=asked.offices) as db:
            rows, after = await page(db, asked, after)
        yield rows
        sent += len(rows)
        if after is None:
            return


_REGISTER: Final = """
SELECT d.id, d.code, v.name || CASE WHEN d.title = '' THEN '' ELSE ' (' || d.title || ')' END AS procedure, d.sets,
  d.holder_name, c.address, c.phone, o.name AS lead, d.received_at, COALESCE(d.due_at, d.original_due_at) AS due_at,
  (SELECT min(r.issued_at) FROM result r WHERE r.dossier_id = d.id) AS issued_at, d.returned_at, d.return_way,
  who.name AS receiver, d.state
FROM (SELECT * FROM dossier WHERE office_id = ANY($1) AND received_at >= $2 AND received_at < $3
      AND ($4::timestamptz IS NULL OR (received_at, id) > ($4, $5::uuid)) ORDER BY received_at, id LIMIT $6) d
JOIN citizen c ON c.id = d.applicant_id JOIN office o ON o.id = d.office_id
JOIN procedure_version v ON v.id = d.procedure_version_id
LEFT JOIN LATERAL (SELECT f.name FROM journal_line j JOIN officer f ON f.id = j.actor_id
  WHERE j.dossier_id = d.id AND j.event = 'dossier.received' ORDER BY j.id LIMIT 1) who ON true
ORDER BY d.received_at, d.id
"""


async def _register(db: Db, asked: Asked, after: After | None, limit: int) -> tuple[list[Row], After | None]:
    """Numbers run on from 1 January of the first day's year, as the paper book does."""
    period = asked.period
    before = after.before if after else await db.value(
        "SELECT count(*) FROM dossier WHERE office_id = ANY($1) AND received_at >= $2 AND received_at < $3",
        list(asked.offices), datetime.combine(date(period.first.year, 1, 1), time(), clock.LOCAL), period.begins_at,
    )
    found = await db.rows(
        _REGISTER, list(asked.offices), period.begins_at, period.ends_at, after.at if after else None,
        after.id if after else None, limit + 1,
    )
    rows = [
        Row((
            number, one["code"], one["procedure"], one["sets"], one["holder_name"], one["address"] or "", one["phone"] or "",
            one["lead"], one["received_at"], one["due_at"], one["issued_at"], one["returned_at"],
            say(WAYS.get(one["return_way"] or "", ""), asked.language), one["receiver"] or "",
            _note(one["state"], asked.language),
        ), {"dossier": str(one["id"])})
        for number, one in enumerate(found[:limit], start=before + 1)
    ]
    return rows, next_page(found, limit, "received_at", before)


def _note(state: str, language: str) -> str:
    """Only what a reader of the book would not see from its dates."""
    told = (DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED)
    return say(WORDS[DossierState(state)], language) if state in told else ""


# A letter written after the due moment agrees no new date, so it stands in the journal only (decision 0056).
_SORRY: Final = f"""
LEFT JOIN LATERAL (SELECT l.at, l.due_before, l.due_after, l.note FROM deadline_line l WHERE l.dossier_id = c.id
  AND l.kind = 'extend' AND l.cause = '{APOLOGY}' AND l.written_at < $5
  UNION ALL SELECT j.at, (j.facts->>'due_at')::timestamptz, NULL, j.why FROM journal_line j WHERE j.dossier_id = c.id
  AND j.event = 'apology.written' AND j.at < $5 ORDER BY at LIMIT 1) sorry ON true
"""
NAMED: Final = """
JOIN dossier d ON d.id = c.id JOIN office o ON o.id = c.office_id JOIN procedure_version v ON v.id = c.procedure_version_id
"""


async def _overdue(db: Db, asked: Asked, after: After | None, limit: int) -> tuple[list[Row], After | None]:
    """Columns 10 and 13, the longest overdue first."""
    found = await db.rows(
        f"SELECT c.id, c.due, c.finished_at, c.outcome, d.code, d.holder_name, v.name AS procedure, o.short_name,"
        " c.received_at, d.original_due_at, lc.cause, lc.words, sorry.at IS NOT NULL AS sorry"
        f" FROM ({cases_sql(asked.period, asked.rule, asked.view)}) c {NAMED} {_SORRY}"
        " LEFT JOIN late_cause lc ON lc.dossier_id = c.id WHERE c.outcome IN (10, 13)"
        " AND ($6::timestamptz IS NULL OR (c.due, c.id) > ($6, $7::uuid)) ORDER BY c.due, c.id LIMIT $8",
        *cases_args(asked.offices, asked.period, asked.rule), after.at if after else None, after.id if after else None,
        limit + 1,
    )
    named = {one.id: one.words for one in causes()}
    before = after.before if after else 0
    rows = []
    for number, one in enumerate(found[:limit], start=before + 1):
        ended = one["finished_at"] if one["outcome"] == 10 else None
        rows.append(Row((
            number, one["code"], one["holder_name"], one["procedure"], one["short_name"], one["received_at"],
            one["original_due_at"], one["due"], ended, _days(one["due"], ended or _judged(asked)),
            say(named.get(one["cause"] or "", one["cause"] or ""), asked.language), one["words"] or "",
            say(YES if one["sorry"] else NO, asked.language),
        ), {"dossier": str(one["id"])}))
    return rows, next_page(found, limit, "due", before)


def _judged(asked: Asked) -> datetime:
    """The last moment of the period, or now: midnight after it is already another day."""
    return asked.period.as_of - timedelta(microseconds=1)


def _days(due: datetime, until: datetime) -> int:
    """Whole calendar days between the due day and the day it was done, or judged."""
    return (until.astimezone(clock.LOCAL).date() - due.astimezone(clock.LOCAL).date()).days


async def _apologies(db: Db, asked: Asked, after: After | None, limit: int) -> tuple[list[Row], After | None]:
    """Everything an apology was written for by the period's end, and everything late without one."""
    found = await db.rows(
        "SELECT c.id, c.finished_at, c.outcome, c.due, c.received_at, d.code, d.holder_name, v.name AS procedure,"
        " o.short_name, sorry.at, COALESCE(sorry.due_before, c.due) AS old_due, sorry.due_after AS new_due, sorry.note"
        f" FROM ({cases_sql(asked.period, asked.rule, asked.view)}) c {NAMED} {_SORRY}"
        " WHERE (c.outcome IN (10, 13) OR sorry.at IS NOT NULL)"
        " AND ($6::timestamptz IS NULL OR (c.received_at, c.id) > ($6, $7::uuid)) ORDER BY c.received_at, c.id LIMIT $8",
        *cases_args(asked.offices, asked.period, asked.rule), after.at if after else None, after.id if after else None,
        limit + 1,
    )
    before = after.before if after else 0
    rows = []
    for number, one in enumerate(found[:limit], start=before + 1):
        ended = one["finished_at"] if one["outcome"] in (8, 9, 10) else None
        rows.append(Row((
            number, one["code"], one["holder_name"], one["procedure"], one["short_name"],
            say(YES if one["at"] else NO, asked.language), one["at"], one["old_due"], one["new_due"], one["note"] or "",
            ended,
            _against(one["old_due"], ended, asked), _against(one["new_due"], ended, asked) if one["at"] else "",
        ), {"dossier": str(one["id"])}))
    return rows, next_page(found, limit, "received_at", before)


LATE: Final = N_("Quá hạn")
IN_TIME: Final = N_("Không quá hạn")


def _against(due: datetime | None, ended: datetime | None, asked: Asked) -> str:
    """Late or not by one due moment, in the view asked for."""
    if due is None:
        return ""
    done = ended or _judged(asked)
    if asked.view == "moments":
        late = done.replace(second=0, microsecond=0) > due.replace(second=0, microsecond=0) if ended else done >= due
    else:
        late = done.astimezone(clock.LOCAL).date() > due.astimezone(clock.LOCAL).date()
    return say(LATE if late else IN_TIME, asked.language)


def next_page(found: Sequence[Any], limit: int, key: str, before: int) -> After | None:
    return After(found[limit - 1][key], found[limit - 1]["id"], before + limit) if len(found) > limit else None


_PAGES: Final = {"register": _register, "overdue": _overdue, "apologies": _apologies}
